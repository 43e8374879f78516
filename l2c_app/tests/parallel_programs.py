"""What the processes of `test_parallel_claims` do: a manager who hands out, a claimer, a claim that is slow to commit."""

MANAGER = """
import json, sys, time
import frappe
site, count, method, pause = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
frappe.init(site); frappe.connect(); frappe.set_user("Administrator")
from l2c_app.api import pool
from l2c_app.services.pool import distribution
assign = distribution.assign
def slow_assign(*args, **options):
	time.sleep(pause)  # so that others draw between this draw and its commit, if anything lets them
	return assign(*args, **options)
distribution.assign = slow_assign
pool.distribute_preview("L2C Parallel Pool"); frappe.db.rollback()
print("READY", flush=True); sys.stdin.readline()
given = 0
for _turn in range(count):
	try:
		given += sum(pool.distribute("L2C Parallel Pool", count=1, method=method)["by_user"].values())
		frappe.db.commit()
	except Exception as error:
		frappe.db.rollback()
frappe.destroy()
print("ANSWER" + json.dumps({"user": "manager", "answers": [], "times": [], "given": given}))
"""
WORKER = """
import json, random, sys, time
import frappe
site, user, seats, pause = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), float(sys.argv[4])
frappe.init(site); frappe.connect(); frappe.set_user(user)
from l2c_app.api import pool
pool.claim_batch(["warm up"]); pool.seats("L2C Parallel Pool", limit=1); frappe.db.rollback()
print("READY", flush=True); sys.stdin.readline()
answers, times = [], []
for seat in seats:
	time.sleep(random.uniform(0, 2 * pause))
	began = time.perf_counter()
	try:
		answers += pool.claim_batch([seat])
		frappe.db.commit()
	except Exception as error:
		frappe.db.rollback()
		answers.append({"seat": seat, "ok": False, "rule": type(error).__name__})
	times.append(time.perf_counter() - began)
frappe.destroy()
print("ANSWER" + json.dumps({"user": user, "answers": answers, "times": times}))
"""
SLOW_CLAIM = """
import sys, time
import frappe
site, user, seat = sys.argv[1:4]
frappe.init(site); frappe.connect(); frappe.set_user(user)
from l2c_app.api import pool
pool.claim(seat)
print("CLAIMED", flush=True)
time.sleep(2)
frappe.db.commit(); frappe.destroy()
"""
SLOW_PROTECTION = SLOW_CLAIM.replace("pool.claim(seat)", 'pool.protect(seat, "one")')
