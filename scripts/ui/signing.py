"""What somebody with a signing link sees on his phone, and what must have come of it."""

from typing import Any

from ui.desk import PHONE, check
from ui.people import People


def contract_signing(people: People, seed: dict[str, Any]) -> None:
	"""A signatory without an account opens his link on a phone, forgets the tick, then types, draws and signs."""
	desk = people["manager"]
	page = people.browser.new_context(viewport=PHONE, locale="en-US").new_page()
	page.on("pageerror", lambda error: desk.errors.append(f"{page.url}: {error}"))
	page.goto(f"{people.base}/sign-contract?token={seed['signing_token']}")
	page.wait_for_selector("#l2c-sign-form")
	width = page.evaluate("() => document.documentElement.scrollWidth")
	check(width <= PHONE["width"] + 1, f"the signing page fits a phone ({width} pixels)")
	page.fill("#l2c-name", "Ada Lovelace")
	page.click("#l2c-submit")
	page.wait_for_selector("#l2c-answer:visible")
	check("Tick that you agree" in page.inner_text("#l2c-answer"), "signing needs the tick")
	page.locator("#l2c-pad").scroll_into_view_if_needed()
	box = page.locator("#l2c-pad").bounding_box()
	page.mouse.move(box["x"] + 30, box["y"] + 80)
	page.mouse.down()
	for step in range(12):
		page.mouse.move(box["x"] + 30 + step * 18, box["y"] + 80 + (-1) ** step * 30)
	page.mouse.up()
	page.check("#l2c-agreed")
	desk.picture(page, "signing_filled")
	page.click("#l2c-submit")
	page.wait_for_function("() => !document.getElementById('l2c-sign-form')", timeout=120_000)
	desk.picture(page, "signing_done")
	check("You have signed already." in page.inner_text("#l2c-sign"), "the link says that it was used")
	page.goto(f"{people.base}/sign-contract?token=nonsense")
	check("This link is not valid." in page.inner_text("#l2c-sign"), "an invented link says nothing")
	page.context.close()
	desk.form("Sales Contract", seed["signing_contract"])
	check(
		desk.value("Sales Contract", seed["signing_contract"], "status") == "Signed", "the contract is signed"
	)
	desk.shot("signed_by_link")


PARTS = (contract_signing,)
