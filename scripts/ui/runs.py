"""Files and lists that are worked through at the desk, and what must have come of them."""

from typing import Any

from ui.desk import MODAL, Desk, check
from ui.people import People


def approve(people: People, desk: Desk, label: str, *, doctype: str, name: str) -> dict[str, Any]:
	"""Approve a run by its button, let it be worked through and open it again. Returns it."""
	desk.press(label)
	desk.page.wait_for_selector(f"{MODAL} .btn-modal-primary >> visible=true")
	desk.page.wait_for_timeout(400)
	desk.submit_dialog()
	people.work()
	desk.form(doctype, name)
	return desk.document(doctype, name)


def adopt_order(people: People, seed: dict[str, Any]) -> None:
	"""A manager adopts a running order from its form, after a sum that is wrong, and takes that back from the contract."""
	desk, order = people["admin"], seed["running_order"]
	desk.form("Sales Order", order)
	desk.choose("Lead to Cash", "Adopt into Contract")
	desk.dialog("rows")
	desk.shot("adopt_dialog")
	desk.type_in_grid("rows", 2, field="amount", value="600")
	desk.press("Check", within=MODAL)
	desk.settle()
	desk.shot("adopt_wrong_sum")
	shown = desk.page.locator(f"{MODAL} [data-fieldname='answer']").inner_text()
	check("1,000.00" in shown and "900.00" in shown, "the dry run says what differs")
	desk.type_in_grid("rows", 2, field="amount", value="700")
	desk.submit_dialog()
	contract = desk.document("Sales Contract", desk.opened("Sales Contract"))
	figures = [contract[field] for field in ("billed", "collected", "open_amount")]
	check(figures == [300, 500, 500], f"the contract has the figures of its ledger ({figures})")
	desk.shot("adopted_contract")
	desk.choose("Contract", "Undo the Adoption")
	desk.page.wait_for_selector(f"{MODAL} .btn-modal-primary >> visible=true")
	desk.page.wait_for_timeout(400)
	desk.shot("adoption_undo_question")
	desk.submit_dialog()
	desk.shot("adoption_undone_by_contract")
	check(desk.value("Sales Contract", contract["name"], "status") == "Cancelled", "it is taken back")
	check(not desk.value("Sales Order", order, "l2c_contract"), "its order is as before")


def adopt_file(people: People, seed: dict[str, Any]) -> None:
	"""A manager uploads what the old system says, sees the differences of a dry run, adopts what fits, and undoes it."""
	desk = people["admin"]
	desk.listing("Adoption Run")
	desk.press("Adopt Running Documents")
	desk.dialog("file_url")
	desk.fill("company", seed["company"])
	text = f"Sales Order,Label,Amount,Due Date,Billed so Far\n{seed['filed_order']},All,600,2027-06-30,100\n"
	desk.attach("file_url", "old-contracts.csv", text=text + f"{seed['wrong_order']},All,500,2027-06-30,\n")
	desk.shot("adoption_dialog")
	desk.submit_dialog()
	name = desk.opened("Adoption Run")
	people.work()
	desk.form("Adoption Run", name)
	desk.page.wait_for_selector("[data-fieldname='rows_html'] table tr:nth-child(2)")
	desk.shot("adoption_preview")
	run = desk.document("Adoption Run", name)
	found = [run["planned_rows"], run["skipped_rows"]]
	check(found == [1, 1], f"one order fits, one has a wrong sum ({found})")
	run = approve(people, desk, "Approve and Adopt", doctype="Adoption Run", name=name)
	desk.page.wait_for_selector("[data-fieldname='rows_html'] table tr:nth-child(2)")
	desk.shot("adoption_done")
	check((run["state"], run["done_rows"]) == ("Done", 1), "the one that fits is a contract now")
	check(bool(desk.value("Sales Order", seed["filed_order"], "l2c_contract")), "its order knows it")
	run = approve(people, desk, "Undo", doctype="Adoption Run", name=name)
	desk.page.wait_for_selector("[data-fieldname='rows_html'] table tr:nth-child(2)")
	desk.shot("adoption_undone")
	check((run["state"], run["undone_rows"]) == ("Undone", 1), "the run is undone")
	check(not desk.value("Sales Order", seed["filed_order"], "l2c_contract"), "its order is as before")


def month_statements(people: People, seed: dict[str, Any]) -> None:
	"""An accountant makes the list of last month's statements, takes one out, and sends the rest."""
	desk = people["accounts"]
	heron, harbour, _juniper = seed["paid_invoices"]
	desk.listing("Statement Run")
	desk.press("Customer Statements of a Month")
	desk.dialog("month")
	desk.fill("company", seed["company"])
	desk.shot("statements_dialog")
	desk.submit_dialog()
	name = desk.opened("Statement Run")
	people.work()
	desk.form("Statement Run", name)
	desk.page.wait_for_selector("[data-l2c-out] >> visible=true")
	desk.shot("statements_preview")
	rows = {row["customer"]: row for row in statement_rows(desk, name)}
	check(rows[heron]["amount"] == 1250, "the list says what a customer owed at the end of the month")
	check(rows[harbour]["status"] == "Skipped", "who has no address gets none, with the reason")
	desk.page.locator("[data-l2c-out] >> visible=true").first.click()
	desk.dialog("reason")
	desk.fill("reason", "Sent by hand")
	desk.submit_dialog()
	desk.page.wait_for_selector("[data-l2c-back] >> visible=true")
	desk.shot("statements_taken_out")
	desk.page.locator("[data-l2c-back] >> visible=true").first.click()
	desk.settle()
	run = approve(people, desk, "Approve and Send", doctype="Statement Run", name=name)
	desk.shot("statements_sent")
	check(run["state"] == "Done" and run["done_rows"] >= 1, "the statements are sent")


def statement_rows(desk: Desk, run: str) -> list[dict[str, Any]]:
	"""Return the rows of a statement run."""
	return desk.rows("Statement Run Row", {"run": run}, "customer", "amount", "status", "reason")


def lead_file(people: People, seed: dict[str, Any]) -> None:
	"""A manager uploads a file of leads: a preview with duplicates and refused rows, then the import."""
	desk, stamp = people["manager"], seed["stamp"]
	known = desk.value("Lead", seed["known_lead"], "mobile_no")
	lines = [
		"Organization Name,Mobile No,Email",
		*(
			f"Filed {stamp} {number},+8613900{stamp}{number},filed{number}@file{stamp}.example.com"
			for number in (1, 2)
		),
		f"Filed {stamp} 1 again,+8613900{stamp}1,",
		f"Known to us,{known},",
		'"No Contact",,',
	]
	desk.listing("Lead")
	desk.press("Import a File")
	desk.upload("leads.csv", text="\n".join(lines))
	name = desk.opened("Lead Import Run")
	desk.shot("lead_import_queued")
	people.work()
	desk.form("Lead Import Run", name)
	desk.shot("lead_import_preview")
	desk.listing("Lead Import Row", f"?run={name}")
	desk.shot("lead_import_rows")
	run = desk.document("Lead Import Run", name)
	found = [run[f"{kind}_rows"] for kind in ("total", "skipped", "failed")]
	check(found == [5, 2, 1], f"of five lines two are doubles and one has no contact ({found})")
	desk.form("Lead Import Run", name)
	run = approve(people, desk, "Import", doctype="Lead Import Run", name=name)
	desk.shot("lead_import_done")
	check((run["state"], run["done_rows"]) == ("Done", 2), f"two leads are imported ({run['done_rows']})")
	made = desk.rows("Lead", {"company_name": ["like", f"Filed {stamp} %"]}, "company_name")
	check(len(made) == 2, "and no more")


def work_handed_over(people: People, seed: dict[str, Any]) -> None:
	"""A manager hands the work of somebody who leaves to a successor."""
	desk, successor = people["manager"], seed["users"]["sales"]
	desk.listing("Work Hand Over")
	desk.press("Hand Over Work")
	desk.dialog("former")
	desk.fill("former", seed["leaver"])
	desk.fill("successor", successor)
	desk.fill("reason", "Leaves in May")
	desk.page.wait_for_selector(f"{MODAL} [data-fieldname='counts'] .indicator-pill >> visible=true")
	desk.shot("hand_over_dialog")
	desk.submit_dialog()
	desk.opened("Work Hand Over")
	desk.shot("hand_over_done")
	owner = desk.value("Sales Contract", seed["left_contract"], "contract_owner")
	check(owner == successor, "the contract has its new owner")


PARTS = (adopt_order, adopt_file, month_statements, lead_file, work_handed_over)
