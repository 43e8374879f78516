"""What is done with contracts at the desk, and what must have come of it."""

from typing import Any

from ui.desk import FORM, MODAL, check
from ui.people import People

FILL_CONTRACT = """async ([item]) => {
	const row = cur_frm.doc.items && cur_frm.doc.items[0] || cur_frm.add_child('items');
	await frappe.model.set_value(row.doctype, row.name, 'item_code', item);
	await frappe.timeout(1);
	await frappe.model.set_value(row.doctype, row.name, {qty: 2, rate: 500, uom: 'Nos'});
	await cur_frm.set_value('start_date', frappe.datetime.get_today());
}"""


def contract_from_customer(people: People, seed: dict[str, Any]) -> None:
	"""A manager makes a contract from a customer, submits, signs and activates it, each by its button."""
	desk = people["manager"]
	desk.form("Customer", seed["customer"])
	desk.choose("Create", "Sales Contract")
	desk.page.wait_for_function("() => cur_frm && cur_frm.doctype === 'Sales Contract'", timeout=30_000)
	desk.settle()
	desk.ask(FILL_CONTRACT, seed["item"])
	desk.press("Save")
	desk.page.wait_for_function("() => cur_frm && !cur_frm.is_new()", timeout=30_000)
	desk.settle()
	name = desk.ask("() => cur_frm.docname")
	desk.shot("contract_draft")
	desk.press("Submit")
	desk.page.locator(f"{MODAL} .btn-modal-primary >> visible=true").last.click()
	desk.page.wait_for_function("() => cur_frm.doc.docstatus === 1", timeout=30_000)
	desk.settle()
	desk.shot("contract_approved")
	desk.press("Sign")
	desk.dialog("signed_by")
	desk.fill("signed_by", "Ms Li")
	desk.submit_dialog()
	desk.press("Activate")
	desk.page.wait_for_selector(f"{MODAL} .btn-modal-primary >> visible=true")
	desk.page.wait_for_timeout(400)
	desk.shot("activate_question")
	desk.submit_dialog()
	status = desk.value("Sales Contract", name, "status")
	check(status == "Active", "submit, sign and activate make a running contract")
	check(bool(desk.value("Sales Contract", name, "sales_order")), "activation makes the Sales Order")
	seed["fresh_contract"] = name


def contract_billing(people: People, seed: dict[str, Any]) -> None:
	"""An accountant bills one row, then all that are due, then learns that nothing is due any more."""
	desk, name = people["accounts"], seed["bill_contract"]
	desk.form("Sales Contract", name)
	desk.choose("Billing", "Bill a Row")
	desk.dialog("row_id")
	desk.fill("row_id", "R2")
	desk.shot("bill_row_dialog")
	desk.submit_dialog()
	desk.shot("bill_row_done")
	billed = desk.document("Sales Contract", name)["plan_billing"]
	check([row["row_id"] for row in billed] == ["R2"], "billing one row makes the invoice of that row")
	check(desk.value("Sales Invoice", billed[0]["sales_invoice"], "grand_total") == 6000, "it is over 6,000")
	desk.choose("Billing", "Bill Due Rows")
	desk.settle()
	desk.shot("bill_due_done")
	desk.dismiss()
	rows = sorted(row["row_id"] for row in desk.document("Sales Contract", name)["plan_billing"])
	check(rows == ["R1", "R2"], "billing what is due bills the other due row and leaves the later one")
	desk.page.wait_for_timeout(500)
	desk.choose("Billing", "Bill Due Rows")
	desk.page.wait_for_selector("text=No row is due for billing")
	desk.shot("bill_due_nothing")
	check(True, "a second press says that no row is due")


def contract_revision(people: People, seed: dict[str, Any]) -> None:
	"""A manager revises: more of an item; then the plan, first with a wrong sum, then right."""
	desk, name = people["manager"], seed["revise_contract"]
	desk.form("Sales Contract", name)
	desk.choose("Contract", "Revise")
	desk.dialog("items")
	desk.fill("reason", "One more machine")
	desk.type_in_grid("items", 1, field="qty", value="2")
	desk.shot("revise_dialog")
	desk.submit_dialog()
	check(desk.value("Sales Contract", name, "grand_total") == 24000, "a revision raises contract and order")
	amounts = [row["amount"] for row in desk.document("Sales Contract", name)["plan_rows"]]
	check(amounts == [7200, 12000, 4800], f"the open rows share the new total ({amounts})")
	revise_plan(people, name)


def revise_plan(people: People, name: str) -> None:
	"""Change amount and date of plan rows inside the revision."""
	desk = people["manager"]
	desk.choose("Contract", "Revise")
	desk.dialog("items")
	desk.fill("reason", "Customer asked for a later retention")
	desk.fill("own_plan", 1)
	desk.page.wait_for_selector(
		f"{MODAL} [data-fieldname='plan_rows'] .grid-row[data-idx='3'] >> visible=true"
	)
	desk.type_in_grid("plan_rows", 1, field="amount", value="7000")
	desk.shot("revise_plan_wrong_sum")
	calls = count_calls(desk.page, "contract.revise")
	desk.submit_dialog()
	desk.refused("24,000", "23,800", "200", shot="revise_plan_refused")
	check(calls == [], "the sum is checked before anything is sent")
	kept = desk.page.locator(f"{MODAL} [data-fieldname='plan_rows'] >> visible=true").count()
	check(kept > 0, "the dialog with the user's work is still there")
	desk.type_in_grid("plan_rows", 3, field="amount", value="5000")
	desk.type_in_grid(
		"plan_rows", 3, field="fixed_date", value=desk.ask("() => frappe.datetime.str_to_user('2027-06-30')")
	)
	desk.shot("revise_plan_right_sum")
	desk.submit_dialog()
	plan = desk.document("Sales Contract", name)["plan_rows"]
	check([row["amount"] for row in plan] == [7000, 12000, 5000], "the plan is as typed in the revision")
	check(plan[2]["due_date"] == "2027-06-30", f"with its new date ({plan[2]['due_date']})")
	check(desk.value("Sales Contract", name, "revision") == 2, "it is the second revision")
	desk.page.locator(".form-tabs .nav-link:has-text('Plan and Money')").click()
	desk.settle()
	desk.shot("revised_plan")


def count_calls(page: Any, method: str) -> list[str]:
	"""Return a list that grows with each request to a method of the app."""
	calls: list[str] = []
	page.on(
		"request",
		lambda request: calls.append(request.url) if f"l2c_app.api.{method}" in request.url else None,
	)
	return calls


def contract_termination(people: People, seed: dict[str, Any]) -> None:
	"""A manager tries to cancel a running contract, is told what to do, and terminates it."""
	desk, name = people["manager"], seed["terminate_contract"]
	desk.form("Sales Contract", name)
	desk.press("Cancel")
	desk.submit_dialog()
	desk.refused("order", "Terminate", shot="cancel_running_refused")
	desk.form("Sales Contract", name)
	desk.choose("Contract", "Terminate")
	desk.dialog("reason")
	desk.fill("reason", "Customer moved abroad")
	desk.shot("terminate_dialog")
	desk.submit_dialog()
	document = desk.document("Sales Contract", name)
	check(document["status"] == "Terminated", "terminating ends the contract")
	check(document["open_amount"] == 0, "what was not billed is waived")
	order = desk.value("Sales Order", document["sales_order"], "status")
	check(order == "Closed", f"its order is closed ({order})")
	desk.shot("contract_terminated")


def contract_cancel(people: People, seed: dict[str, Any]) -> None:
	"""A manager cancels an approved contract that never ran."""
	desk, name = people["manager"], seed["cancel_contract"]
	desk.form("Sales Contract", name)
	desk.press("Cancel")
	desk.page.wait_for_selector(f"{MODAL} .btn-modal-primary >> visible=true")
	desk.page.wait_for_timeout(400)
	desk.shot("cancel_question")
	desk.submit_dialog()
	check(
		desk.value("Sales Contract", name, "status") == "Cancelled", "an approved contract can be cancelled"
	)
	desk.shot("contract_cancelled")
	check(not desk.offers("Report Collection"), "a cancelled contract takes no money")


def contract_papers(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson opens the contract's PDF in both languages, an accountant the customer's statement."""
	desk = people["sales"]
	desk.form("Sales Contract", seed["contract"])
	for entry in ("English", "Chinese"):
		remember_windows(desk)
		desk.choose("PDF", entry)
		desk.pdf(asked_for(desk, "contract_pdf"), f"contract_{entry.lower()}")
	statement(people, seed)


def statement(people: People, seed: dict[str, Any]) -> None:
	desk = people["accounts"]
	desk.form("Customer", seed["customer"])
	desk.choose("View", "Statement (PDF)")
	desk.dialog("language")
	desk.shot("statement_dialog")
	remember_windows(desk)
	desk.submit_dialog()
	desk.pdf(asked_for(desk, "statement_pdf"), "statement")


def remember_windows(desk: Any) -> None:
	"""Note the addresses of new windows instead of opening them: a browser without a screen cannot show a PDF."""
	desk.ask(
		"() => { window.l2c_windows = []; window.open = (address) => { window.l2c_windows.push(address); }; }"
	)


def asked_for(desk: Any, word: str) -> str:
	"""Return the last address that a button wanted in a new window."""
	found = [address for address in desk.ask("() => window.l2c_windows") if word in address]
	check(len(found) > 0, f"the button opens {word}")
	return found[-1]


def contract_lists(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson sees the list with its colours and quick filters."""
	desk = people["sales"]
	desk.listing("Sales Contract")
	desk.shot("sales-contract_list")
	desk.press("Overdue")
	desk.settle()
	shown = desk.ask("() => cur_list.data.map((row) => row.money_status)")
	check(set(shown) == {"Overdue"}, f"the filter Overdue shows overdue contracts alone ({len(shown)})")
	desk.open(f"sales-contract/{seed['contract']}", ready=FORM)
	desk.shot("sales-contract_form")


PARTS = (
	contract_from_customer,
	contract_billing,
	contract_revision,
	contract_termination,
	contract_cancel,
	contract_papers,
	contract_lists,
)
