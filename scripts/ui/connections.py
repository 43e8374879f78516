"""The workspace, and the connections between our documents and the native ones, followed both ways."""

from typing import Any

from ui.desk import Desk, check
from ui.people import People

CARDS = ".form-links .document-link"


def workspace(people: People, seed: dict[str, Any]) -> None:
	"""Everybody's workspace: figures, shortcuts that lead somewhere, and the list behind the first."""
	for role in ("sales", "manager", "accounts", "admin"):
		desk = people[role]
		desk.open("lead-to-cash", ready=".number-widget-box .number")
		desk.page.wait_for_timeout(1500)
		desk.shot("workspace")
		broken = desk.page.locator(".widget:has-text('not found'), .widget:has-text('No Permission')").count()
		check(broken == 0, f"{role}: no widget of the workspace is broken")
	desk = people["sales"]
	desk.open("lead-to-cash", ready=".shortcut-widget-box")
	desk.page.locator(".shortcut-widget-box:has-text('Available Leads')").first.click()
	desk.page.wait_for_function("() => frappe.get_route()[0] === 'List'")
	desk.settle()
	desk.shot("workspace_shortcut")
	states = set(desk.ask("() => cur_list.data.map((row) => row.state)"))
	check(states <= {"Available"}, "the shortcut shows free seats alone")


def connections(people: People, seed: dict[str, Any]) -> None:
	"""An administrator opens the connections of each native document and follows one of them to ours."""
	desk = people["admin"]
	contract = desk.document("Sales Contract", seed["contract"])
	invoice = contract["plan_billing"][0]["sales_invoice"]
	pays = desk.rows("Collection", {"status": "Confirmed"}, "voucher_no", "name")
	natives: dict[str, tuple[str, list[str]]] = {
		"Lead": (seed["evil_lead"], ["Follow Up", "Sales Contract", "Lead Pool Seat"]),
		"Opportunity": (seed["opportunity"], ["Follow Up", "Sales Contract"]),
		"Quotation": (seed["quotation"], ["Follow Up", "Sales Contract"]),
		"Customer": (seed["customer"], ["Follow Up", "Sales Contract", "Collection"]),
		"Sales Order": (contract["sales_order"], ["Sales Contract", "Follow Up"]),
		"Sales Invoice": (invoice, ["Sales Contract", "Follow Up"]),
	}
	if pays:
		natives["Payment Entry"] = (pays[-1]["voucher_no"], ["Collection"])
	for doctype, (name, ours) in natives.items():
		desk.form(doctype, name)
		show_connections(desk)
		desk.shot(f"connections_{doctype.lower().replace(' ', '-')}")
		offered = [card.get_attribute("data-doctype") for card in desk.page.locator(CARDS).all()]
		check(set(ours) <= set(offered), f"{doctype} connects to {', '.join(ours)}")
	check(
		count_of(desk, "Customer", seed["customer"], "Sales Contract") >= 1,
		"the customer counts its contracts",
	)
	follow(desk, "Sales Order", contract["sales_order"], seed["contract"])
	follow(desk, "Sales Invoice", invoice, seed["contract"])
	back(desk, seed, pays)


def show_connections(desk: Desk) -> None:
	"""Bring the connections into view: a tab on some forms, a section on others."""
	for label in ("Connections", "Dashboard"):
		tab = desk.page.locator(f".form-tabs .nav-link:has-text('{label}') >> visible=true")
		if tab.count():
			tab.first.click()
			break
	desk.page.wait_for_timeout(700)
	cards = desk.page.locator(f"{CARDS} >> visible=true")
	if cards.count():
		cards.last.scroll_into_view_if_needed()
	desk.page.wait_for_timeout(300)


def count_of(desk: Desk, doctype: str, name: str, target: str) -> int:
	"""Return the number that a connection shows."""
	desk.form(doctype, name)
	show_connections(desk)
	text = desk.page.locator(f"{CARDS}[data-doctype='{target}'] .count").first.inner_text()
	return int(text or 0)


def follow(desk: Desk, doctype: str, name: str, contract: str) -> None:
	"""Click a native document's connection to its contract."""
	desk.form(doctype, name)
	show_connections(desk)
	desk.page.locator(f"{CARDS}[data-doctype='Sales Contract'] .badge-link").first.click()
	desk.page.wait_for_function(
		"() => ['List', 'Form'].includes(frappe.get_route()[0]) && frappe.get_route()[1] === 'Sales Contract'"
	)
	desk.settle()
	route = desk.ask("() => frappe.get_route()")
	shown = [route[2]] if route[0] == "Form" else desk.ask("() => cur_list.data.map((row) => row.name)")
	check(shown == [contract], f"the connection of a {doctype} leads to its contract")


def back(desk: Desk, seed: dict[str, Any], pays: list[dict]) -> None:
	"""The way back: contract, receipt and follow up name their native documents."""
	ours = {"Sales Contract": (seed["contract"], ["Sales Order", "Sales Invoice", "Collection", "Follow Up"])}
	if pays:
		ours["Collection"] = (pays[-1]["name"], ["Payment Entry"])
	ours["Follow Up"] = (seed["follow_up"], [])
	for doctype, (name, natives) in ours.items():
		desk.form(doctype, name)
		show_connections(desk)
		desk.shot(f"connections_{doctype.lower().replace(' ', '-')}")
		offered = [card.get_attribute("data-doctype") for card in desk.page.locator(CARDS).all()]
		check(
			set(natives) <= set(offered), f"{doctype} leads back to {', '.join(natives) or 'its documents'}"
		)


PARTS = (workspace, connections)
