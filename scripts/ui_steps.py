"""What people with different roles do at the desk, and what must have come of it."""

from collections.abc import Callable
from typing import Any

from ui_desk import PHONE, WIDE, Desk, check


def lists_and_forms(desk: Desk, names: dict[str, Any]) -> None:
	"""Open the workspace, and list and form of every document that this person works with."""
	desk.open("lead-to-cash", ready=".number-widget-box .number")
	desk.page.wait_for_timeout(1500)
	desk.shot("workspace")
	for doctype, name in names.items():
		slug = doctype.lower().replace(" ", "-")
		desk.open(slug, ready=".frappe-list .list-row-container, .frappe-list .no-result")
		desk.shot(f"{slug}_list")
		desk.open(f"{slug}/{name}", ready=".form-layout, .layout-main .form-page")
		desk.shot(f"{slug}_form")


def salesperson(desk: Desk, seed: dict[str, Any]) -> None:
	"""A salesperson claims a lead, logs a follow up, looks at the documents, releases the lead."""
	documents = {"Lead Pool": seed["pool"], "Follow Up": seed["follow_up"]}
	lists_and_forms(desk, {**documents, "Sales Contract": seed["contract"], "Collection": seed["collection"]})
	lead = claim(desk, seed["pool"])
	desk.shot("lead_form")
	follow_up(desk, lead)
	desk.open("lead", ready=".frappe-list .list-row-container")
	desk.shot("lead_list")
	desk.open("follow-up/view/calendar/default", ready=".fc-view")
	desk.shot("follow-up_calendar")
	on_a_phone(desk, seed, lead)
	release(desk, lead)


def claim(desk: Desk, pool: str) -> str:
	"""Claim the first free seat from its row in the list. Returns the lead, whose form opens."""
	desk.open(f"lead-pool-seat?pool={pool}&state=Available", ready=".frappe-list .list-row-container")
	desk.shot("lead-pool-seat_list")
	desk.page.locator(".list-row-container .btn-action:has-text('Claim') >> visible=true").first.click()
	desk.page.wait_for_function(
		"() => frappe.get_route()[0] === 'Form' && frappe.get_route()[1] === 'Lead'", timeout=60_000
	)
	desk.page.wait_for_selector(".form-layout >> visible=true")
	desk.settle()
	lead = desk.ask("() => frappe.get_route()[2]")
	seats = desk.ask(
		"async ([p]) => (await frappe.xcall('l2c_app.api.lead.pool_state', {lead: p})).seats", lead
	)
	check(
		[seat["state"] for seat in seats] == ["Held"],
		"claiming from the list gives the seat and opens the lead",
	)
	return lead


def follow_up(desk: Desk, lead: str) -> None:
	"""Log a follow up with its next action from the form of a lead."""
	desk.press("Follow Up")
	desk.page.wait_for_selector(".modal.show [data-fieldname='outcome'] >> visible=true")
	desk.settle()
	desk.fill("outcome", "Interested")
	desk.fill("note", "Wants an offer for two machines")
	desk.fill("next_action", "Visit")
	desk.page.locator(".modal.show button:has-text('In 3 days')").click()
	desk.settle()
	desk.shot("follow_up_dialog")
	desk.submit_dialog()
	filters = "{reference_doctype: 'Lead', reference_name: lead}"
	script = f"async ([lead]) => await frappe.db.get_list('Follow Up', {{filters: {filters}, fields: ['status'], order_by: 'status'}})"
	states = [row["status"] for row in desk.ask(script, lead)]
	check(states == ["Done", "Planned"], "a follow up from the dialog is done and has planned the next one")
	check(
		bool(desk.value("Lead", lead, "l2c_next_follow_up_on")),
		"the lead shows the date of the next follow up",
	)
	desk.shot("lead_form_after_follow_up")


def on_a_phone(desk: Desk, seed: dict[str, Any], lead: str) -> None:
	"""The same at 360 pixels: nothing may be wider than the screen."""
	desk.page.set_viewport_size(PHONE)
	pages = {
		"seat_list": f"lead-pool-seat?pool={seed['pool']}&state=Available",
		"lead_form": f"lead/{lead}",
		"contract_form": f"sales-contract/{seed['contract']}",
	}
	for name, route in pages.items():
		desk.open(route, ready=".frappe-list .list-row-container, .form-layout")
		desk.shot(f"phone_{name}")
	width = desk.ask("() => document.documentElement.scrollWidth")
	check(width <= PHONE["width"] + 1, f"the contract fits a phone ({width} pixels)")
	desk.page.set_viewport_size(WIDE)


def release(desk: Desk, lead: str) -> None:
	"""Give the lead back: the desk goes to the list, since the lead is closed to the user now."""
	desk.open(f"lead/{lead}", ready=".form-layout")
	desk.press("Pool")
	desk.page.locator(
		".dropdown-menu.show a:has-text('Release'), .dropdown-menu.show button:has-text('Release')"
	).first.click()
	desk.page.wait_for_selector(".modal.show [data-fieldname='reason'] >> visible=true")
	desk.fill("reason", "No budget this year")
	desk.shot("release_dialog")
	desk.submit_dialog()
	desk.page.wait_for_function("() => frappe.get_route()[0] === 'List'", timeout=30_000)
	desk.settle()
	check(desk.ask("() => frappe.get_route()[1]") == "Lead", "releasing goes back to the list of leads")


def manager(desk: Desk, seed: dict[str, Any]) -> None:
	"""A manager previews a distribution and carries it out."""
	desk.open(f"lead-pool/{seed['pool']}", ready=".form-layout")
	desk.press("Distribute")
	desk.page.wait_for_selector(".modal.show [data-fieldname='count'] >> visible=true")
	desk.fill("count", "4")
	desk.page.locator(".modal.show .btn-modal-secondary").click()
	desk.page.wait_for_selector(".modal.show [data-fieldname='preview'] table >> visible=true")
	desk.shot("distribute_preview")
	held = "async ([pool]) => await frappe.db.count('Lead Pool Seat', {filters: {pool, state: 'Held'}})"
	before = desk.ask(held, seed["pool"])
	desk.submit_dialog()
	desk.shot("distribute_result")
	check(desk.ask(held, seed["pool"]) == before + 4, "distributing four seats holds four more")


def deal(desk: Desk, seed: dict[str, Any]) -> None:
	"""A manager makes a contract from a customer and takes it through its steps, each by its button."""
	desk.open(f"customer/{seed['customer']}", ready=".form-layout")
	choose(desk, "Create", "Sales Contract")
	desk.page.wait_for_function("() => cur_frm && cur_frm.doctype === 'Sales Contract'", timeout=30_000)
	desk.settle()
	desk.ask(FILL_CONTRACT, seed["item"])
	name = desk.ask("async () => { await cur_frm.save(); return cur_frm.doc.name; }")
	desk.shot("contract_draft")
	desk.ask("async () => { await frappe.xcall('frappe.client.submit', {doc: cur_frm.doc}); }")
	desk.open(f"sales-contract/{name}", ready=".form-layout")
	desk.press("Sign")
	desk.page.wait_for_selector(".modal.show [data-fieldname='signed_by'] >> visible=true")
	desk.fill("signed_by", "Ms Li")
	desk.submit_dialog()
	desk.press("Activate")
	desk.page.locator(".modal.show .btn-modal-primary >> visible=true").first.click()
	desk.settle()
	check(
		desk.value("Sales Contract", name, "status") == "Active", "sign and activate make a running contract"
	)
	check(bool(desk.value("Sales Contract", name, "sales_order")), "activation makes the Sales Order")
	report(desk, name)
	revise(desk, name)


FILL_CONTRACT = """async ([item]) => {
	const row = cur_frm.doc.items && cur_frm.doc.items[0] || cur_frm.add_child('items');
	await frappe.model.set_value(row.doctype, row.name, 'item_code', item);
	await frappe.timeout(1);
	await frappe.model.set_value(row.doctype, row.name, {qty: 2, rate: 500, uom: 'Nos'});
	await cur_frm.set_value('start_date', frappe.datetime.get_today());
}"""


def choose(desk: Desk, menu: str, entry: str) -> None:
	"""Open a menu of buttons and choose an entry."""
	desk.press(menu)
	desk.page.locator(f".page-head .dropdown-menu.show :text-is('{entry}') >> visible=true").first.click()


def report(desk: Desk, contract: str) -> None:
	"""Report money on the contract from its form."""
	desk.press("Report Collection")
	desk.page.wait_for_selector(".modal.show [data-fieldname='amount'] >> visible=true")
	desk.fill("amount", "400")
	desk.fill("reference_no", "WIRE-400")
	desk.shot("report_dialog")
	desk.submit_dialog()
	script = "async ([c]) => (await frappe.db.get_list('Collection', {filters: [['Collection Allocation', 'contract', '=', c]]})).length"
	check(desk.ask(script, contract) == 1, "money is reported from the contract")


def revise(desk: Desk, contract: str) -> None:
	"""Raise the quantity of the contract by a revision."""
	choose(desk, "Contract", "Revise")
	desk.page.wait_for_selector(".modal.show [data-fieldname='items'] .grid-row >> visible=true")
	desk.fill("reason", "One more machine")
	desk.ask(
		"() => { cur_dialog.fields_dict.items.df.get_data()[0].qty = 3; cur_dialog.fields_dict.items.grid.refresh(); }"
	)
	desk.shot("revise_dialog")
	desk.submit_dialog()
	check(
		desk.value("Sales Contract", contract, "grand_total") == 1500, "a revision raises contract and order"
	)


def accountant(desk: Desk, seed: dict[str, Any]) -> None:
	"""An accountant confirms the money that sales reported."""
	lists_and_forms(desk, {"Collection": seed["collection"], "Sales Contract": seed["contract"]})
	desk.open(f"collection/{seed['collection']}", ready=".form-layout")
	desk.press("Confirm")
	desk.page.wait_for_selector(".modal.show [data-fieldname='paid_to'] >> visible=true")
	desk.settle()
	desk.shot("confirm_dialog")
	desk.submit_dialog()
	check(
		desk.value("Collection", seed["collection"], "status") == "Confirmed",
		"confirming marks the collection",
	)
	payment = desk.value("Collection", seed["collection"], "voucher_no")
	check(desk.value("Payment Entry", payment, "docstatus") == 1, "confirming submits a native Payment Entry")
	desk.shot("collection_confirmed")
	desk.open(f"payment-entry/{payment}", ready=".form-layout")
	desk.shot("payment-entry_form")
	desk.open(f"sales-contract/{seed['contract']}", ready=".form-layout")
	check(
		desk.value("Sales Contract", seed["contract"], "collected") == 3600,
		"the contract shows 3,600 collected",
	)
	desk.shot("contract_after_confirm")
	desk.page.locator(".form-tabs .nav-link:has-text('Plan and Money')").click()
	desk.settle()
	desk.shot("contract_plan")


PARTS: tuple[tuple[str, Callable[[Desk, dict[str, Any]], None]], ...] = (
	("sales", salesperson),
	("manager", manager),
	("manager", deal),
	("accounts", accountant),
)
