"""What is done with pools and seats at the desk, and what must have come of it."""

import json
from typing import Any

from ui.desk import FORM, MODAL, Desk, check
from ui.people import People

SEATS = "Lead Pool Seat"


def seats(desk: Desk, pool: str, state: str) -> list[dict]:
	"""Return the seats of a pool in a state."""
	return desk.rows(SEATS, {"pool": pool, "state": state}, "name", "party", "holder", "party_name")


def pool_claim(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson claims the first free lead from its row in the list and lands on the lead."""
	desk = people["sales"]
	desk.listing("Lead Pool")
	desk.shot("lead-pool_list")
	desk.form("Lead Pool", seed["pool"])
	desk.shot("lead-pool_form")
	desk.listing(SEATS, f"?pool={seed['pool']}&state=Available")
	desk.shot("lead-pool-seat_list")
	desk.page.locator(".list-row-container .btn-action:has-text('Claim') >> visible=true").first.click()
	desk.page.wait_for_function("() => frappe.get_route()[0] === 'Form' && frappe.get_route()[1] === 'Lead'")
	desk.page.wait_for_selector(f"{FORM} >> visible=true")
	desk.settle()
	lead = desk.ask("() => frappe.get_route()[2]")
	held = [row["party"] for row in seats(desk, seed["pool"], "Held")]
	check(held == [lead], "claiming from the list gives the seat and opens the lead")
	check(desk.value("Lead", lead, "lead_owner") == seed["users"]["sales"], "and makes the claimer its owner")
	desk.shot("lead_form_claimed")
	seed["lead"] = lead


def pool_batch_claim(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson ticks four leads where two may be claimed a day: two are his, two say why not."""
	desk, pool = people["sales"], seed["limited"]
	desk.listing(SEATS, f"?pool={pool}&state=Available")
	desk.check_rows()
	desk.page.wait_for_timeout(400)
	desk.act("Claim")
	desk.settle()
	text = desk.message()
	desk.shot("batch_claim_result")
	check("2 done, 2 left out" in text, "the result counts what was done and what was left out")
	check(text.count("2 of 2 claims of today are used") == 2, "each row left out says what was compared")
	check(text.count("Allowed on") == 2 and text.count("May override") == 2, "and when, and who may override")
	check(len(seats(desk, pool, "Held")) == 2, "two seats are held")
	check(not desk.ask("() => window.l2c_pwned"), "a name of HTML is shown as text")
	desk.dismiss()


def pool_quota(people: People, seed: dict[str, Any]) -> None:
	"""One more claim after the quota is refused in three sentences."""
	desk = people["sales"]
	free = [
		row["name"] for row in seats(desk, seed["limited"], "Available") if row["name"] != seed["evil_seat"]
	]
	name = (free or [seed["evil_seat"]])[0]
	desk.form(SEATS, name)
	desk.page.wait_for_selector(".page-head button:has-text('Claim') >> visible=true")
	desk.shot("lead-pool-seat_form")
	desk.press("Claim")
	desk.refused("cannot be taken", "2 of 2 claims of today", "Allowed on", "manager", shot="quota_refused")
	check(seats(desk, seed["limited"], "Available") != [], "the seat stays free")


def pool_stale_seat(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson's list is old: a manager was faster. He is told who has the lead."""
	desk, manager, pool = people["sales"], people["manager"], seed["pool"]
	desk.listing(SEATS, f"?pool={pool}&state=Available")
	shown = desk.ask("() => cur_list.data[0].name")
	manager.form(SEATS, shown)
	manager.page.wait_for_selector(".page-head button:has-text('Claim') >> visible=true")
	manager.press("Claim")
	manager.settle()
	check(
		manager.value(SEATS, shown, "holder") == seed["users"]["manager"],
		"a manager claims from the form of a seat",
	)
	manager.shot("seat_claimed_form")
	desk.page.locator(".list-row-container .btn-action:has-text('Claim') >> visible=true").first.click()
	desk.refused("cannot be taken", "Taken by", shot="stale_seat_refused")
	desk.settle()
	check(desk.ask("() => frappe.get_route()[0]") == "List", "he stays in the list")
	seed["transfer_seat"] = shown


def pool_transfer(people: People, seed: dict[str, Any]) -> None:
	"""A manager transfers a lead to the salesperson from the form of the lead."""
	desk, seat = people["manager"], seed["transfer_seat"]
	lead = desk.value(SEATS, seat, "party")
	desk.form("Lead", lead)
	desk.choose("Pool", "Transfer")
	desk.dialog("user")
	desk.fill("user", seed["users"]["sales"])
	desk.fill("reason", "Your region")
	desk.shot("transfer_dialog")
	desk.submit_dialog()
	check(
		desk.value(SEATS, seat, "holder") == seed["users"]["sales"],
		"a transfer gives the seat to the other member",
	)
	check(desk.value("Lead", lead, "lead_owner") == seed["users"]["sales"], "and the lead with it")
	desk.shot("transfer_done")


def pool_protect(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson protects a lead and leaves the days blank: as long as the pool allows."""
	desk, seat = people["sales"], seed["transfer_seat"]
	desk.form("Lead", desk.value(SEATS, seat, "party"))
	desk.choose("Pool", "Protect")
	desk.dialog("reason")
	desk.fill("reason", "They decide next week")
	desk.submit_dialog()
	month = desk.ask("() => frappe.datetime.add_days(frappe.datetime.nowdate(), 30)")
	check(desk.value(SEATS, seat, "protected_until") == month, "blank days protect for the pool's thirty")
	desk.shot("protected")


def pool_choose(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson chooses among free leads by what the pool shows: the place in the list, masked contact data in the form."""
	desk, pool = people["sales"], seed["pool"]
	place = f"C{pool.split()[-1]}"
	desk.listing(SEATS, f"?pool={pool}&state=Available")
	desk.page.wait_for_selector(f".list-row-container :text('{place}') >> visible=true")
	desk.shot("seats_to_choose")
	desk.form(SEATS, desk.ask("() => cur_list.data[0].name"))
	desk.page.wait_for_selector(".l2c-party >> visible=true")
	shown = desk.page.inner_text(".l2c-party")
	check(place in shown and "+861***" in shown, "the form shows the place and the masked phone")
	desk.shot("seat_to_choose")


def pool_release(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson gives a lead back. Pain: after release the page stays on a record you no longer own; here it goes."""
	desk, seat = people["sales"], seed["transfer_seat"]
	desk.form("Lead", desk.value(SEATS, seat, "party"))
	desk.choose("Pool", "Release")
	desk.dialog("reason")
	desk.fill("reason", "No budget this year")
	desk.shot("release_dialog")
	desk.submit_dialog()
	desk.page.wait_for_function("() => frappe.get_route()[0] === 'List'", timeout=30_000)
	desk.settle()
	check(desk.value(SEATS, seat, "state") == "Available", "a released seat is free again")
	check(desk.ask("() => frappe.get_route()[1]") == "Lead", "releasing goes back to the list of leads")
	desk.shot("lead_list")


def pool_distribute(people: People, seed: dict[str, Any]) -> None:
	"""A manager previews a distribution and carries it out; then hands out ticked seats from the list."""
	desk, pool = people["manager"], seed["pool"]
	desk.form("Lead Pool", pool)
	desk.press("Distribute")
	desk.dialog("count")
	desk.fill("count", 2)
	desk.page.locator(f"{MODAL} .btn-modal-secondary").click()
	desk.page.wait_for_selector(f"{MODAL} [data-fieldname='preview'] table >> visible=true")
	desk.settle()
	desk.shot("distribute_preview")
	before = len(seats(desk, pool, "Held"))
	desk.submit_dialog()
	desk.shot("distribute_result")
	desk.dismiss()
	check(len(seats(desk, pool, "Held")) == before + 2, "distributing two seats holds two more")
	desk.listing(SEATS, f"?pool={pool}&state=Available")
	desk.check_rows(1)
	desk.act("Distribute")
	desk.dialog("method")
	desk.shot("distribute_ticked")
	desk.submit_dialog()
	desk.dismiss()
	check(len(seats(desk, pool, "Held")) == before + 3, "ticked seats are handed out from the list")


def pool_set_up(people: People, seed: dict[str, Any]) -> None:
	"""An administrator makes a pool, adds a member who manages it, builds its admission filter and enables it."""
	desk = people["admin"]
	city = f"Harbour {seed['pool'][-6:]}"
	desk.open("lead-pool/new", ready=FORM)
	desk.page.wait_for_function("() => window.cur_frm && cur_frm.is_new()")
	desk.settle()
	desk.shot("pool_new")
	desk.ask("async ([n]) => { await cur_frm.set_value({pool_name: n, party_type: 'Lead'}); }", city)
	desk.ask(
		"async ([u]) => { const row = cur_frm.add_child('members', {member_type: 'User', user: u, is_manager: 1}); cur_frm.refresh_field('members'); await frappe.timeout(0.5); }",
		seed["users"]["sales"],
	)
	desk.press("Build Admission Filter")
	desk.page.wait_for_selector(
		f"{MODAL} .filter-area, {MODAL} .filter-box, {MODAL} [data-fieldname='filters'] >> visible=true"
	)
	desk.page.wait_for_timeout(800)
	desk.shot("filter_builder_empty")
	add_filter(desk, "City", city)
	desk.shot("filter_builder")
	desk.submit_dialog()
	stored = json.loads(desk.ask("() => cur_frm.doc.admission_filters || '[]'"))
	check(stored == [["city", "=", city]], f"the builder writes the filter ({stored})")
	desk.ask("async () => await cur_frm.set_value('enabled', 1)")
	desk.press("Save")
	desk.page.wait_for_function("() => cur_frm && !cur_frm.is_new()", timeout=30_000)
	desk.settle()
	desk.shot("pool_saved")
	name = desk.ask("() => cur_frm.docname")
	check(desk.value("Lead Pool", name, "enabled") == 1, "the pool is enabled")
	seed["new_pool"] = name


def add_filter(desk: Desk, label: str, value: str) -> None:
	"""Choose a field in the builder and type the value, as a user does."""
	box = f"{MODAL} .filter-box"
	if not desk.page.locator(f"{box} >> visible=true").count():
		desk.page.locator(f"{MODAL} :text('Add a Filter'), {MODAL} .add-filter").first.click()
	field = desk.page.locator(f"{box} .fieldname-select-area input").first
	field.click()
	field.fill(label)
	desk.page.wait_for_timeout(500)
	field.press("Enter")
	desk.page.wait_for_timeout(500)
	desk.page.locator(f"{box} select.condition").first.select_option("=")
	desk.page.wait_for_timeout(300)
	entry = desk.page.locator(f"{box} .filter-field input").first
	entry.fill(value)
	entry.press("Tab")
	desk.page.wait_for_timeout(500)


def pool_admit(people: People, seed: dict[str, Any]) -> None:
	"""An administrator admits a lead that no pool has."""
	desk, pool = people["admin"], seed.get("new_pool") or seed["pool"]
	desk.form("Lead Pool", pool)
	desk.page.wait_for_selector(".page-head button:has-text('Admit') >> visible=true")
	desk.choose("Admit", "Admit Existing")
	desk.page.wait_for_selector(f"{MODAL} .list-item-container >> visible=true")
	desk.page.wait_for_timeout(800)
	search = desk.page.locator(f"{MODAL} input[data-fieldname='search_term']")
	search.fill(seed["open_lead"])
	desk.page.wait_for_timeout(1500)
	desk.settle()
	desk.shot("admit_dialog")
	desk.page.locator(
		f"{MODAL} .list-item-container[data-item-name='{seed['open_lead']}'] input[type='checkbox']"
	).check()
	desk.submit_dialog()
	found = [row["party"] for row in seats(desk, pool, "Available")]
	check(seed["open_lead"] in found, "an existing lead gets a seat")
	desk.shot("admitted")


def pool_hostile_name(people: People, seed: dict[str, Any]) -> None:
	"""A lead whose name is HTML: in the list, the form, every dialog and message it is text."""
	desk, seat, lead = people["manager"], seed["evil_seat"], seed["evil_lead"]
	desk.listing(SEATS, f"?pool={seed['limited']}")
	desk.shot("hostile_seat_list")
	desk.form(SEATS, seat)
	desk.settle()
	desk.shot("hostile_seat_form")
	if desk.offers("Claim"):
		desk.press("Claim")
		desk.settle()
	desk.form("Lead", lead)
	for action, field in (("Transfer", "user"), ("Release", "reason")):
		desk.choose("Pool", action)
		desk.dialog(field)
		desk.shot(f"hostile_{action.lower()}_dialog")
		desk.dismiss()
	desk.press("Follow Up")
	desk.dialog("outcome")
	desk.shot("hostile_follow_up")
	desk.dismiss()
	for who in (desk, people["sales"]):
		check(not who.ask("() => window.l2c_pwned"), "a name of HTML runs nowhere")


PARTS = (
	pool_claim,
	pool_batch_claim,
	pool_quota,
	pool_stale_seat,
	pool_transfer,
	pool_protect,
	pool_choose,
	pool_release,
	pool_distribute,
	pool_set_up,
	pool_admit,
	pool_hostile_name,
)
