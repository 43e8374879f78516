"""What the worker of a bench would do: take every recorded run of the site to its end. Run as: work.py SITE."""

import sys

import frappe

from l2c_app.jobs import collections, contracts, leads

KINDS = {
	"Adoption Run": contracts.work_adoption_run,
	"Bank Match Run": collections.work_bank_match_run,
	"Bank Statement Load": collections.work_statement_load,
	"Dunning Run": lambda run: (collections.prepare_dunning_run(run), collections.send_dunning_run(run)),
	"Lead Import Run": leads.work_lead_import,
	"Statement Run": collections.work_statement_run,
}
LIVE = ("Queued", "Running", "Preparing", "Adopting", "Sending", "Loading", "Undoing")


def main(site: str) -> None:
	"""Work through the live runs of each kind."""
	frappe.init(site=site, sites_path=".")
	frappe.connect()
	frappe.set_user("Administrator")
	for doctype, work in KINDS.items():
		for name in frappe.get_all(doctype, filters={"state": ("in", LIVE)}, pluck="name", order_by="name"):
			work(name)
	frappe.db.commit()


if __name__ == "__main__":
	main(sys.argv[1])
