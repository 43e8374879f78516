"""Replay chains that a bench played: `python sandbox/replay.py FILE` prints which are the same, row for row."""

import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(path: str) -> None:
	"""Read the bench's chains, play them here, print the comparison as JSON."""
	given = json.loads(Path(path).read_text())
	os.environ["L2C_SANDBOX"] = given["version"]
	sys.path[:0] = [str(HERE), str(HERE.parent)]
	import boot
	import frappe

	boot.boot()
	from l2c_app.tests import factories

	factories.bootstrap()
	frappe.db.commit()
	site = frappe.db.snapshot()
	result: dict = {"same": 0, "outside": 0, "different": {}}
	for seed, recorded in given["chains"].items():
		kind, lines = replay(int(seed), recorded)
		if lines:
			result["different"][seed] = lines
		else:
			result[kind] += 1
		frappe.db.rollback()
		frappe.db.restore(site)
		frappe.clear_cache()
	print(json.dumps(result))


def replay(seed: int, recorded: list[dict]) -> tuple[str, list[str]]:
	"""("same" or "outside", differences) of one chain."""
	from frappe import NotEmulated

	from l2c_app.tests.conformance import cassette, chains
	from l2c_app.tests.conformance.world import World

	world = World()
	try:
		world.run(chains.Chain(seed))
	except NotEmulated as reason:
		print(seed, reason, file=sys.stderr)
		return "outside", cassette.compare(recorded[: len(world.steps)], world.steps)
	return "same", cassette.compare(recorded, world.steps)


if __name__ == "__main__":
	main(sys.argv[1])
