"""Follow ups from every document that offers them, on a desk and on a phone."""

from typing import Any

from ui.desk import MODAL, PHONE, Desk, check
from ui.people import People

SOURCES = {
	"Lead": "lead",
	"Opportunity": "opportunity",
	"Quotation": "quotation",
	"Customer": "customer",
	"Sales Contract": "contract",
}


def log_one(desk: Desk, doctype: str, name: str, *, suffix: str = "") -> None:
	"""Log a follow up with its next action from the form of a document."""
	about = {"reference_doctype": doctype, "reference_name": name}
	before = len(desk.rows("Follow Up", {**about, "status": "Done"}))
	desk.form(doctype, name)
	press_follow_up(desk)
	desk.dialog("outcome")
	shot = f"follow_up_{doctype.lower().replace(' ', '-')}{suffix}"
	desk.submit_dialog()
	missing = desk.page.locator(f"{MODAL} .has-error >> visible=true").count()
	check(missing >= 2, f"{doctype}{suffix}: an empty follow up is not sent ({missing} fields marked)")
	desk.close_message()
	desk.fill("outcome", "Interested")
	desk.fill("note", f"Wants an offer ({doctype})")
	desk.fill("next_action", "Visit")
	desk.page.locator(f"{MODAL} button:has-text('In 3 days')").click()
	desk.settle()
	desk.shot(shot)
	if suffix:
		dialog = desk.page.locator(f"{MODAL} .modal-content").last.bounding_box()
		fits = dialog["x"] >= 0 and dialog["x"] + dialog["width"] <= PHONE["width"] + 1
		check(fits, f"{doctype}: the dialog fits a phone")
	desk.submit_dialog()
	states = [row["status"] for row in desk.rows("Follow Up", about, "status")]
	check(states.count("Done") == before + 1, f"{doctype}{suffix}: a follow up is done")
	check("Planned" in states, f"{doctype}{suffix}: and has planned the next one")


def press_follow_up(desk: Desk) -> None:
	"""Press Follow Up; on a narrow screen the buttons are in the menu of the page."""
	button = desk.page.locator(".page-head button:has-text('Follow Up') >> visible=true")
	if button.count():
		button.first.click()
		return
	desk.page.locator(".page-head .menu-btn-group button >> visible=true").first.click()
	desk.page.wait_for_timeout(400)
	desk.shot("phone_menu")
	desk.page.locator(".page-head .dropdown-menu.show :text('Follow Up') >> visible=true").first.click()


def follow_up_everywhere(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson logs a follow up from lead, opportunity, quotation, customer and contract."""
	desk = people["sales"]
	for doctype, key in SOURCES.items():
		log_one(desk, doctype, seed.get(key) or seed["open_lead"])
	lead = seed.get("lead") or seed["open_lead"]
	check(bool(desk.value("Lead", lead, "l2c_next_follow_up_on")), "the lead shows its next follow up")
	desk.form("Lead", lead)
	desk.shot("lead_form_after_follow_up")


def follow_up_on_a_phone(people: People, seed: dict[str, Any]) -> None:
	"""The same at 360 pixels; lists and forms are no wider than the screen."""
	desk = people["sales"]
	desk.page.set_viewport_size(PHONE)
	for doctype, key in SOURCES.items():
		log_one(desk, doctype, seed.get(key) or seed["open_lead"], suffix="_phone")
	pages = {"Lead Pool Seat": "", "Follow Up": "", "Sales Contract": "", "Collection": ""}
	for doctype in pages:
		desk.listing(doctype)
		desk.shot(f"phone_{doctype.lower().replace(' ', '-')}_list")
		desk.fits(f"the list of {doctype}")
	desk.form("Sales Contract", seed["contract"])
	desk.shot("phone_contract_form")
	desk.fits("the contract")


def follow_up_overdue(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson finds what is overdue, looks at the calendar, and calls one off."""
	desk = people["sales"]
	desk.listing("Follow Up")
	desk.shot("follow-up_list")
	desk.press("My Overdue")
	desk.settle()
	desk.shot("follow-up_overdue")
	late = desk.rows(
		"Follow Up",
		[["status", "=", "Planned"], ["planned_for", "<", desk.ask("() => frappe.datetime.now_datetime()")]],
	)
	shown = desk.ask("() => cur_list.data.map((row) => row.name)")
	check(set(shown) <= {row["name"] for row in late}, f"the list shows overdue ones alone ({len(shown)})")
	desk.open("follow-up/view/calendar/default", ready=".fc-view")
	desk.shot("follow-up_calendar")
	planned = desk.rows(
		"Follow Up", {"status": "Planned", "assigned_to": seed["users"]["sales"]}, order_by="creation desc"
	)
	name = planned[0]["name"]
	desk.form("Follow Up", name)
	desk.shot("follow-up_form")
	desk.press("Cancel Follow Up")
	desk.dialog("reason")
	desk.fill("reason", "Customer called first")
	desk.submit_dialog()
	check(desk.value("Follow Up", name, "status") == "Cancelled", "a planned follow up is called off")


PARTS = (follow_up_everywhere, follow_up_on_a_phone, follow_up_overdue)
