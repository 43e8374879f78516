"""What accounts do with overdue money at the desk, and what must have come of it."""

from typing import Any

from ui.desk import MODAL, Desk, check
from ui.people import People

INSERT = "async ([doc]) => (await frappe.xcall('frappe.client.insert', {doc})).name"


def policy_of(people: People, seed: dict[str, Any]) -> str:
	"""Make the text and the policy of this run. Returns the policy."""
	stamp = seed["stamp"]
	text = {"doctype": "Email Template", "name": f"Reminder {stamp}", "subject": "{{ amount }} are overdue"}
	text["response"] = "<p>{{ customer_name }}: {% for item in items %}{{ item.invoice }} {% endfor %}</p>"
	template = people["admin"].ask(INSERT, text)
	levels = [{"days": days, "channel": "Email", "email_template": template} for days in (5, 20)]
	policy = {"doctype": "Dunning Policy", "policy_name": f"Standard {stamp}", "enabled": 1, "levels": levels}
	policy |= {"company": seed["company"], "customer_group": seed["late_group"]}
	return people["chief"].ask(INSERT, {**policy, "finance_owner": seed["users"]["accounts"]})


def dunning_run(people: People, seed: dict[str, Any]) -> None:
	"""The list comes first: a message is read, one line is skipped with a reason, the other is sent."""
	chief = people["chief"]
	chief.listing("Dunning Policy")
	chief.form("Dunning Policy", policy_of(people, seed))
	chief.press("Prepare Run")
	run = chief.opened("Dunning Run")
	people.work()
	chief.form("Dunning Run", run)
	chief.page.wait_for_selector(".l2c-preview >> visible=true")
	chief.shot("dunning_list")
	late, later = seed["late_customers"]
	row(chief, late).locator(".l2c-preview").click()
	chief.page.wait_for_selector(f"{MODAL} iframe >> visible=true")
	chief.settle()
	chief.shot("dunning_preview")
	text = chief.page.frame_locator(f"{MODAL} iframe").locator("body").inner_text()
	check(late in text and "SINV" in text, f"the message is read before it goes out ({text})")
	chief.dismiss()
	row(chief, later).locator(".l2c-override").click()
	chief.dialog("kind")
	chief.fill("reason", "Their director calls today")
	chief.shot("dunning_override")
	chief.submit_dialog()
	chief.press("Send")
	chief.page.wait_for_selector(f"{MODAL} .btn-modal-primary >> visible=true")
	chief.page.wait_for_timeout(400)
	asked = chief.page.locator(f"{MODAL} .modal-body >> visible=true").last.inner_text()
	check("Send 1 messages" in asked, f"what was skipped is not counted ({asked})")
	chief.submit_dialog()
	people.work()
	chief.form("Dunning Run", run)
	chief.shot("dunning_sent")
	sent = chief.rows("Dunning Run Row", {"run": run}, "customer", "state")
	states = {each["customer"]: each["state"] for each in sent}
	check(states == {late: "Sent", later: "Skipped"}, f"one is sent, one is skipped ({states})")


def row(desk: Desk, customer: str) -> Any:
	"""Return the row of a customer in the list of a run."""
	return desk.page.locator(f"[data-fieldname='rows_html'] tr:has-text('{customer}')")


PARTS = (dunning_run,)
