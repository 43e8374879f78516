"""What happens to contracts between signature and end at the desk, and what must have come of it."""

from typing import Any

from ui.desk import MODAL, Desk, check
from ui.people import People

PLAN_TAB = ".form-tabs .nav-link:has-text('Plan and Money')"


def plan_row(desk: Desk, contract: str, row_id: str) -> dict[str, Any]:
	"""Return a plan row of a contract as stored."""
	plan = desk.document("Sales Contract", contract)["plan_rows"]
	return next(row for row in plan if row["row_id"] == row_id)


def show_plan(desk: Desk, shot: str) -> str:
	"""Look at the payment plan of the open contract. Returns its text."""
	desk.page.locator(PLAN_TAB).click()
	desk.settle()
	desk.shot(shot)
	return desk.page.locator("[data-fieldname='plan_rows'] .grid-body").inner_text()


def contract_sent(people: People, seed: dict[str, Any]) -> None:
	"""A manager sends a contract to two signatories, hands over the link, looks at the trail and withdraws."""
	desk, name = people["manager"], seed["send_contract"]
	desk.form("Sales Contract", name)
	desk.choose("Contract", "Send for Signature")
	desk.dialog("valid_days")
	desk.shot("signature_dialog")
	shown = desk.page.locator(f"{MODAL} .modal-body >> visible=true").inner_text()
	check("Ada Lovelace" in shown and "Bob Brown" in shown, "the dialog names who is asked to sign")
	desk.submit_dialog()
	desk.shot("signature_sent")
	desk.dismiss()
	fields = ("name", "full_name", "status")
	sent = desk.rows("Contract Signing Request", {"contract": name}, *fields)
	states = {row["full_name"]: row["status"] for row in sent}
	check(states == {"Ada Lovelace": "Sent", "Bob Brown": "Waiting"}, f"one after the other ({states})")
	desk.listing("Contract Signing Request", f"?contract={name}")
	desk.shot("signature_list")
	request = next(row["name"] for row in sent if row["status"] == "Sent")
	desk.form("Contract Signing Request", request)
	desk.shot("signature_trail")
	trail = desk.page.locator(".form-dashboard").inner_text()
	check("ada@" in trail or "desk.manager" in trail, "the request shows its trail")
	desk.press("Withdraw")
	desk.dialog("reason")
	desk.fill("reason", "A wrong price")
	desk.submit_dialog()
	desk.shot("signature_withdrawn")
	left = {row["status"] for row in desk.rows("Contract Signing Request", {"contract": name}, "status")}
	check(left == {"Withdrawn"}, f"withdrawing ends every link ({left})")


def contract_milestone(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson signs a milestone off, sees its row fall due, and takes it back."""
	desk, name = people["sales"], seed["milestone_contract"]
	desk.form("Sales Contract", name)
	check("Waits for Sign-off" in show_plan(desk, "milestone_waits"), "the plan says what a row waits for")
	check(not plan_row(desk, name, "R1")["due_date"], "a row waits for its sign-off")
	desk.choose("Contract", "Sign a Milestone Off")
	desk.dialog("row_id")
	desk.fill("note", "Accepted by Ms Li on site")
	desk.shot("milestone_dialog")
	desk.submit_dialog()
	row = plan_row(desk, name, "R1")
	check(row["released_by"] == seed["users"]["sales"], "the sign-off names who gave it")
	due = desk.ask("() => frappe.datetime.add_days(frappe.datetime.get_today(), 10)")
	check(row["due_date"] == due, f"ten days later its row is due ({row['due_date']})")
	show_plan(desk, "milestone_released")
	desk.on_phone("milestone_released")
	desk.choose("Contract", "Take a Sign-off Back")
	desk.dialog("row_id")
	desk.fill("note", "Not complete")
	desk.submit_dialog()
	check(not plan_row(desk, name, "R1")["due_date"], "taken back, the row waits again")


def contract_renewal(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson renews a contract in two steps: an opportunity, then a quotation with five percent more."""
	desk, name = people["sales"], seed["renewal_contract"]
	desk.form("Sales Contract", name)
	desk.choose("Renewal", "Renewal Opportunity")
	opportunity = desk.opened("Opportunity")
	desk.shot("renewal_opportunity")
	check(
		desk.value("Sales Contract", name, "renewal_opportunity") == opportunity,
		"the contract knows its opportunity",
	)
	desk.form("Sales Contract", name)
	desk.choose("Renewal", "Renewal Quotation")
	desk.dialog("price")
	desk.fill("price", "Uplift")
	desk.fill("uplift", 5)
	desk.shot("renewal_dialog")
	desk.submit_dialog()
	quotation = desk.document("Quotation", desk.opened("Quotation"))
	desk.shot("renewal_quotation")
	check(quotation["grand_total"] == 1050, f"1,000 and five percent are 1,050 ({quotation['grand_total']})")
	desk.form("Sales Contract", name)
	desk.shot("renewal_contract")


def contract_promise(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson takes a promise about plan rows on the phone."""
	desk, name = people["sales"], seed["promise_contract"]
	desk.form("Sales Contract", name)
	desk.choose("Contract", "Promise")
	desk.dialog("promised_for")
	desk.fill("row_R1", 200)
	desk.fill("promised_for", desk.ask("() => frappe.datetime.add_days(frappe.datetime.get_today(), 7)"))
	desk.fill("promised_by", "Mr Wang")
	desk.shot("promise_dialog")
	desk.on_phone("promise_dialog")
	desk.submit_dialog()
	made = desk.rows("Promise to Pay", {"sales_contract": name}, "name", "status", "amount")
	check([row["amount"] for row in made] == [200], f"200 of the deposit are promised ({made})")
	desk.form("Promise to Pay", made[0]["name"])
	desk.shot("promise_form")
	desk.form("Sales Contract", name)
	show_plan(desk, "promise_plan")


def contract_settlement(people: People, seed: dict[str, Any]) -> None:
	"""A manager ends a running contract at the value performed: drafts first, made and submitted, then the end."""
	desk, name = people["admin"], seed["end_contract"]
	end_dialog(desk, name)
	desk.fill("reason", "The project was stopped")
	desk.fill("performed", 650)
	desk.settle()
	desk.shot("settlement_dialog")
	desk.submit_dialog()
	desk.refused("650", shot="settlement_refused")
	desk.press("Make the Drafts", within=MODAL)
	desk.settle()
	drafts = desk.rows("Sales Invoice", {"l2c_contract": name, "docstatus": 0}, "name", "grand_total")
	check(sum(row["grand_total"] for row in drafts) == 650, f"drafts bill what was performed ({drafts})")
	for draft in drafts:
		desk.form("Sales Invoice", draft["name"])
		if desk.ask("() => cur_frm.is_dirty()"):  # the host's own form changes a draft as it opens
			desk.press("Save")
			desk.page.wait_for_function("() => !cur_frm.is_dirty()", timeout=60_000)
			desk.settle()
		desk.press("Submit")
		desk.page.locator(f"{MODAL} .btn-modal-primary >> visible=true").last.click()
		desk.page.wait_for_function("() => cur_frm.doc.docstatus === 1", timeout=60_000)
		desk.settle()
	end_dialog(desk, name)
	desk.fill("reason", "The project was stopped")
	desk.shot("settlement_ready")
	desk.submit_dialog()
	ended = desk.document("Sales Contract", name)
	check(ended["status"] == "Terminated", "the contract ends")
	check((ended["settled_value"], ended["open_amount"]) == (650, 650), "650 stay to be paid")
	desk.shot("settlement_ended")


def end_dialog(desk: Desk, name: str) -> None:
	"""Open the dialog that ends a contract."""
	desk.form("Sales Contract", name)
	desk.choose("Contract", "Terminate")
	desk.dialog("figures")


def contract_compared(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson looks at two revisions side by side."""
	desk = people["sales"]
	desk.form("Sales Contract", seed["compare_contract"])
	desk.choose("Contract", "What Changed")
	desk.page.wait_for_selector(f"{MODAL} [data-fieldname='changes'] table >> visible=true")
	desk.settle()
	desk.shot("revisions_compared")
	desk.on_phone("revisions_compared")
	shown = desk.page.locator(f"{MODAL} [data-fieldname='changes']").inner_text()
	check("1,000.00" in shown and "2,000.00" in shown, "old and new total stand side by side")
	desk.dismiss()


PARTS = (
	contract_sent,
	contract_milestone,
	contract_renewal,
	contract_promise,
	contract_settlement,
	contract_compared,
)
