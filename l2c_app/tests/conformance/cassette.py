"""Cassettes: recorded scenarios on disk, one JSON per scenario, host version and advance setting."""

import json
import re
from pathlib import Path

import frappe

# How a total is spelt differs between versions; the root group and territory are a site's defaults: on some, not on others.
MEANS_NOTHING = re.compile(
	r" \| (in_words=[^|]*only\.|customer_group=All Customer Groups|territory=All Territories)"
)
FOLDER = Path(__file__).parent.parent / "cassettes"


def version() -> str:
	"""Return the host's line: v15 or v16 (in the sandbox its flavour)."""
	import erpnext

	return "v" + erpnext.__version__.split(".")[0]


def path_of(scenario: str) -> Path:
	"""Where this host's version keeps the cassette of a scenario."""
	return FOLDER / version() / f"{scenario}.json"


def write(scenario: str, steps: list[dict]) -> None:
	"""Store what this host did."""
	import erpnext

	path = path_of(scenario)
	path.parent.mkdir(parents=True, exist_ok=True)
	setting = "book_advance_payments_in_separate_party_account"
	host = {"frappe": frappe.__version__, "erpnext": erpnext.__version__}
	separate = frappe.db.get_value("Company", frappe.db.get_value("Company", {}, "name"), setting)
	cassette = {"scenario": scenario, "host": host, "separate_advance_account": separate, "steps": steps}
	path.write_text(json.dumps(cassette, indent=1, ensure_ascii=False) + "\n")


def read(scenario: str) -> list[dict] | None:
	"""Return the recorded steps, None if this version was never recorded."""
	path = path_of(scenario)
	return json.loads(path.read_text())["steps"] if path.exists() else None


def compare(recorded: list[dict], played: list[dict]) -> list[str]:
	"""Return the differences as lines of text: `-` only in the cassette, `+` only on this host."""
	lines = []
	for number in range(max(len(recorded), len(played))):
		old = _flat(recorded[number]) if number < len(recorded) else ["(no step)"]
		new = _flat(played[number]) if number < len(played) else ["(no step)"]
		if old != new:
			lines.append(f"@ {number + 1} {old[0]}")
			lines += [f"\t-{line}" for line in old if line not in new]
			lines += [f"\t+{line}" for line in new if line not in old]
			lines += ["\t(same lines, other count or order)"] if sorted(set(old)) == sorted(set(new)) else []
	return lines


def _flat(step: dict) -> list[str]:
	rows = [
		f"{doctype}: {MEANS_NOTHING.sub('', row)}"
		for doctype in sorted(step["rows"])
		for row in step["rows"][doctype]
	]
	return [step["step"], f"refused: {step.get('refused')}", f"events: {' '.join(step['events'])}", *rows]
