"""The desk in Chinese: forms, lists and the workspace say nothing in English."""

from typing import Any

from ui.desk import Desk, check
from ui.people import People

OURS = (
	"Lead Pool",
	"Lead Pool Seat",
	"Sales Contract",
	"Collection",
	"Follow Up",
	"Bank Match",
	"Promise to Pay",
)
# Labels that the page shows as they stand in the DocType, though a Chinese row exists for others.
LABELS = """() => {
	const texts = [...document.querySelectorAll(
		'.page-head button, .form-tabs .nav-link, .section-head, .control-label, .indicator-pill, .grid-heading-row .static-area'
	)].filter((node) => node.offsetParent).map((node) => node.innerText.trim());
	return [...new Set(texts.filter((text) => /^[A-Z][a-z]+( [A-Za-z]+)*$/.test(text)))];
}"""


def chinese(people: People, seed: dict[str, Any]) -> None:
	"""A manager who works in Chinese opens the workspace, every list of ours and the main forms."""
	desk = people["chinese"]
	desk.open("lead-to-cash", ready=".shortcut-widget-box")
	desk.page.wait_for_timeout(1500)
	desk.shot("workspace")
	english = {}
	for doctype in OURS:
		desk.listing(doctype)
		note(desk, f"list of {doctype}", english)
	forms = {
		"Lead Pool": seed["pool"],
		"Lead": seed["open_lead"],
		"Sales Contract": seed["contract"],
		"Collection": seed["collection"],
		"Follow Up": seed["follow_up"],
		"L2C Settings": "L2C Settings",
	}
	for doctype, name in forms.items():
		desk.form(doctype, name)
		note(desk, doctype, english)
	check(not english, f"no label of ours is in English ({english})")


def note(desk: Desk, what: str, english: dict[str, list[str]]) -> None:
	"""Picture a page and keep the English labels on it."""
	desk.shot(what.lower().replace(" ", "-"))
	found = desk.ask(LABELS)
	if found:
		english[what] = found


PARTS = (chinese,)
