"""How contracts begin on native documents, and how they are billed by runs and by requests, at the desk."""

from typing import Any

from ui.desk import MODAL, Desk, check
from ui.people import People

NEW_CONTRACT = "() => window.cur_frm && cur_frm.doctype === 'Sales Contract' && cur_frm.is_new()"


def start_contract(desk: Desk, doctype: str, name: str) -> dict[str, Any]:
	"""Start a contract from a native document by its button. Returns the unsaved contract."""
	desk.form(doctype, name)
	desk.choose("Create", "Sales Contract")
	desk.page.wait_for_function(NEW_CONTRACT, timeout=30_000)
	desk.settle()
	desk.shot(f"contract_from_{doctype.lower()}")
	return desk.ask("() => cur_frm.doc")


def contract_from_quotation(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson makes a contract from a quotation: customer, lines and amount come along."""
	desk = people["sales"]
	draft = start_contract(desk, "Quotation", seed["quotation"])
	check(draft["customer"] == seed["customer"], "the quotation's customer is on the contract")
	check([line["item_code"] for line in draft["items"]] == [seed["item"]], "and so are its lines")
	desk.press("Save")
	desk.page.wait_for_function("() => cur_frm && !cur_frm.is_new()", timeout=30_000)
	desk.settle()
	saved = desk.document("Sales Contract", desk.ask("() => cur_frm.docname"))
	check(saved["grand_total"] == 1600, f"two at 800 are 1,600 ({saved['grand_total']})")
	check(saved["source_name"] == seed["quotation"], "the contract remembers its quotation")


def contract_from_opportunity(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson starts a contract from an opportunity."""
	draft = start_contract(people["sales"], "Opportunity", seed["opportunity"])
	check(draft["customer"] == seed["customer"], "the opportunity's customer is on the contract")
	check(draft["source_name"] == seed["opportunity"], "and the opportunity is its source")


def contract_from_lead(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson starts a contract from a lead that is no customer yet."""
	draft = start_contract(people["sales"], "Lead", seed["open_lead"])
	check(draft["lead"] == seed["open_lead"], "the lead is the contract's party")
	check(not draft.get("customer"), "the customer comes with the approval")


def billing_run(people: People, seed: dict[str, Any]) -> None:
	"""An accountant looks at a preview, approves it, learns that one run goes on, stops it and asks for another."""
	desk, run = people["accounts"], seed["billing_run"]
	desk.form("Billing Run", run)
	desk.page.wait_for_selector("[data-fieldname='rows_html'] table tr:nth-child(2)")
	desk.shot("billing_run_preview")
	shown = desk.page.locator("[data-fieldname='rows_html']").inner_text()
	check(seed["request_contract"] in shown, "the preview lists what is due")
	desk.press("Approve and Bill")
	desk.page.wait_for_selector(f"{MODAL} .btn-modal-primary >> visible=true")
	desk.page.wait_for_timeout(400)
	desk.shot("billing_run_question")
	desk.submit_dialog()
	approver = desk.value("Billing Run", run, "approved_by")
	check(approver == seed["users"]["accounts"], "the run bills in the name of who approved it")
	ask_for_run(desk)
	desk.refused("not finished", shot="billing_run_second_refused")
	desk.dismiss()
	stop_run(desk, run)
	ask_for_run(desk)
	desk.page.wait_for_function("() => window.cur_frm && cur_frm.doctype === 'Billing Run'", timeout=30_000)
	desk.settle()
	desk.shot("billing_run_new")
	name = desk.ask("() => cur_frm.docname")
	check(name != run, "the list button records a run of its own")
	stop_run(desk, name)


def ask_for_run(desk: Desk) -> None:
	"""Ask for a billing run from the list of contracts."""
	desk.listing("Sales Contract")
	desk.press("Bill Due Rows")
	desk.dialog("up_to")
	desk.shot("billing_run_dialog")
	desk.submit_dialog()


def stop_run(desk: Desk, run: str) -> None:
	"""Stop a run, unless a worker of the bench has done it meanwhile."""
	desk.form("Billing Run", run)
	if not desk.offers("Stop"):
		return
	desk.press("Stop")
	desk.settle()
	check(desk.value("Billing Run", run, "state") == "Stopped", "a run can be stopped")


def billing_request(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson asks for two invoices; an accountant issues one and rejects the other."""
	desk, contract = people["sales"], seed["request_contract"]
	names = [ask_for_invoice(desk, contract, row) for row in ("R1", "R2")]
	desk.form("Billing Request", names[0])
	desk.shot("billing_request_sales")
	check(not desk.offers("Issue"), "a salesperson is not offered to issue")
	desk = people["accounts"]
	desk.listing("Billing Request", "?state=Requested")
	desk.shot("billing_request_list")
	desk.form("Billing Request", names[0])
	desk.press("Issue")
	desk.dialog("tax_invoice_no")
	desk.fill("tax_invoice_no", "26442000000012345678")
	desk.shot("billing_request_issue")
	desk.submit_dialog()
	issued = desk.document("Billing Request", names[0])
	check(issued["state"] == "Issued", "the accountant issues the invoice")
	total = desk.value("Sales Invoice", issued["rows"][0]["sales_invoice"], "grand_total")
	check(total == 3600, f"it is over 30 percent of 12,000 ({total})")
	reject_request(desk, names[1])


def ask_for_invoice(desk: Desk, contract: str, row: str) -> str:
	"""Ask for the invoice of a row. Returns the request."""
	desk.form("Sales Contract", contract)
	desk.choose("Billing", "Request an Invoice")
	desk.dialog("row_id")
	desk.fill("row_id", row)
	desk.shot("billing_request_dialog")
	desk.submit_dialog()
	made = desk.rows("Billing Request", {"contract": contract}, "name", "state", order_by="creation desc")
	check(made[0]["state"] == "Requested", f"row {row} is asked for")
	return made[0]["name"]


def reject_request(desk: Desk, name: str) -> None:
	"""Reject a request with a reason."""
	desk.form("Billing Request", name)
	desk.press("Reject")
	desk.dialog("reason")
	desk.fill("reason", "The tax ID is missing")
	desk.submit_dialog()
	desk.shot("billing_request_rejected")
	check(desk.value("Billing Request", name, "state") == "Rejected", "the accountant rejects with a reason")


PARTS = (
	contract_from_quotation,
	contract_from_opportunity,
	contract_from_lead,
	billing_run,
	billing_request,
)
