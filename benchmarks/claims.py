"""Twenty people claim on one pool at once: how long each claim takes, and that none was given twice.

	cd frappe-bench/sites && ../env/bin/python ../apps/l2c_app/benchmarks/claims.py --site bench.test

Each claimer is a process with its own connection. Two ways: people who think about a second between two claims, and a
loop without any pause, which measures how many claims the machine does rather than how long one takes.
"""

import json
import random
import subprocess
import sys
import time

import common
import frappe

PER_CLAIMER = 20


def claimer(site: str, user: str, seats: list[str], *, pause: float) -> None:
	"""Claim the seats one by one and print the answers and times."""
	with common.connected(site):
		from l2c_app.api import pool

		frappe.set_user(user)
		for _warm in range(3):
			pool.claim_batch(["none such"])
			frappe.db.rollback()
		pool.seats(common.POOL, limit=1)
		frappe.db.rollback()
		common.say("ready")
		sys.stdin.readline()
		times, won = [], []
		for seat in seats:
			time.sleep(random.uniform(0, 2 * pause))
			began = time.perf_counter()
			answer = pool.claim_batch([seat])[0]
			frappe.db.commit()
			times.append(time.perf_counter() - began)
			won += [seat] if answer["ok"] else []
		print(json.dumps({"times": times, "won": won}))


def race(site: str, users: list[str], *, pause: float) -> dict:
	"""Let every user claim his own seats and a few of his neighbour's; returns times, seats won, seconds in all."""
	seats = frappe.get_all(
		"Lead Pool Seat", filters={"pool": common.POOL, "state": "Available"}, pluck="name", order_by="name"
	)
	frappe.db.rollback()
	processes = []
	for place, user in enumerate(users):
		first = place * (PER_CLAIMER - 2)
		task = {"user": user, "seats": seats[first : first + PER_CLAIMER], "pause": pause}
		command = [sys.executable, "-W", "ignore", __file__, "--site", site, "--task", json.dumps(task)]
		pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
		processes.append(subprocess.Popen(command, **pipes))
	for process in processes:
		process.stdout.readline()
	waits, start = row_lock_waits(), time.time()
	for process in processes:
		process.stdin.write("go\n")
		process.stdin.flush()
	reports = [json.loads(process.communicate(timeout=300)[0].splitlines()[-1]) for process in processes]
	taken = time.time() - start
	times = sorted(time for report in reports for time in report["times"])
	won = [seat for report in reports for seat in report["won"]]
	return {"times": times, "won": won, "seconds": taken, "waits": row_lock_waits() - waits}


def row_lock_waits() -> int:
	"""Return how often anybody on this database server has waited for a row."""
	return int(frappe.db.sql("show global status like 'Innodb_row_lock_waits'")[0][1])


def say(title: str, result: dict) -> None:
	"""Print the percentiles in milliseconds; raise when a seat was won twice or holder and winner differ."""
	times, won = result["times"], result["won"]
	frappe.db.rollback()
	held = frappe.db.count("Lead Pool Seat", {"pool": common.POOL, "state": "Held"})
	if len(won) != len(set(won)) or held < len(won):
		raise RuntimeError("a seat was given twice")
	at = {share: times[min(len(times) - 1, int(len(times) * share))] * 1000 for share in (0.5, 0.95, 0.99)}
	figures = "  ".join(f"p{share * 100:.0f} {value:.1f} ms" for share, value in at.items())
	common.say(
		f"{title:9} {figures}  {len(times)} tries, {len(won)} won, {len(times) / result['seconds']:.0f} a second"
	)


def main() -> None:
	"""Run both races with all limits on, so that every claim counts what it has to."""
	options = common.arguments(__doc__, claimers=20, seats=2000)
	if options.task:
		task = json.loads(options.task)
		claimer(options.site, task["user"], task["seats"], pause=task["pause"])
		return
	with common.connected(options.site):
		users = common.members(options.claimers)
		limits = {"daily_quota": 100_000, "holding_cap": 100_000, "backlog_cap": 100_000, "cool_down_days": 7}
		for title, pause in (("people", 1.0), ("no pause", 0.0)):
			common.pool(users, **limits)
			common.clean()
			common.add_leads(options.seats)
			say(title, race(options.site, users, pause=pause))
		common.clean()


if __name__ == "__main__":
	main()
