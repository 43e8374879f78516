"""What accounts do with the lines of a bank statement at the desk, and what must have come of it."""

from typing import Any

from ui.desk import MODAL, Desk, check
from ui.people import People

HEAD = "Date,Credit,Debit,Currency,Description,Reference,Payer,IBAN,Transaction ID"


def account_of_payer(seed: dict[str, Any]) -> str:
	"""Return an account that nobody has paid from yet: an IBAN of this run."""
	number = f"37040044{seed['stamp']:0>10}"
	return f"DE{98 - int(number + '131400') % 97:02d}{number}"


def statement(seed: dict[str, Any]) -> str:
	"""Return a statement of six lines in American dates that could be European ones, one line twice, one unreadable."""
	_year, month, _day = seed["last_month"].split("-")
	day = "05" if month != "05" else "06"
	date, stamp = f"{month}/{day}/{_year}", seed["stamp"]
	heron, harbour, juniper = seed["paid_invoices"]
	number = seed["paid_invoices"]
	lines = [
		f"{date},1250.00,,USD,{number[heron]} thank you,E{stamp}1,{heron},,T{stamp}1",
		f"{date},970.00,,USD,{number[harbour]} less fees,E{stamp}2,{harbour},,T{stamp}2",
		f"{date},920.00,,USD,{number[juniper]} less fees,E{stamp}3,{juniper},,T{stamp}3",
		f"{date},250.00,,USD,transfer,E{stamp}4,Verdant Trustees {stamp},{account_of_payer(seed)},T{stamp}4",
		f"{date},400.00,,USD,instalment,E{stamp}6,Old Oak {stamp},,T{stamp}6",
		f"{date},1250.00,,USD,{number[heron]} thank you,E{stamp}1,{heron},,T{stamp}1",
		f"{date},12x.00,,USD,unreadable,E{stamp}5,Nobody,,T{stamp}5",
	]
	return "\n".join([HEAD, *lines])


def bank_statement(people: People, seed: dict[str, Any]) -> None:
	"""An accountant loads a statement, is asked which dates are meant, looks, books the lines and matches them."""
	desk = people["chief"]
	desk.listing("Bank Match")
	desk.press("Load a Bank Statement")
	desk.dialog("bank_account")
	desk.fill("bank_account", seed["bank_account"])
	desk.attach("file_url", "november.csv", text=statement(seed))
	desk.shot("statement_dialog")
	desk.submit_dialog()
	load = desk.opened("Bank Statement Load")
	desk.shot("statement_asked")
	check(
		desk.value("Bank Statement Load", load, "question") == "Date Order",
		"an ambiguous date is asked about",
	)
	desk.press("Read the File Again")
	desk.dialog("date_order")
	desk.fill("date_order", "Month First")
	desk.shot("statement_ways")
	desk.submit_dialog()
	desk.shot("statement_preview")
	counts = desk.document("Bank Statement Load", load)
	found = [counts[f"{kind}_rows"] for kind in ("new", "double", "refused")]
	check(found == [5, 1, 1], f"five lines are new, one is double, one is refused ({found})")
	desk.press("Load the Lines")
	desk.page.wait_for_selector(f"{MODAL} .btn-modal-primary >> visible=true")
	desk.submit_dialog()
	people.work()
	desk.form("Bank Statement Load", load)
	desk.shot("statement_loaded")
	check(desk.value("Bank Statement Load", load, "done_rows") == 5, "five bank lines are made")
	desk.press("Match Now")
	run = desk.opened("Bank Match Run")
	people.work()
	desk.form("Bank Match Run", run)
	desk.shot("match_run")
	check(desk.value("Bank Match Run", run, "state") == "Done", "the lines are matched")
	desk.listing("Bank Match")
	desk.press("To Decide")
	desk.settle()
	desk.shot("match_list")


def match_of(desk: Desk, **filters: Any) -> str:
	"""Return the newest match."""
	return desk.rows("Bank Match", filters, "name", order_by="creation desc")[0]["name"]


def bank_payment(people: People, seed: dict[str, Any]) -> None:
	"""An accountant makes the payment of a matched line by one click, and unmakes it."""
	desk = people["accounts"]
	heron = next(iter(seed["paid_invoices"]))
	match, invoice = match_of(desk, customer=heron), seed["paid_invoices"][heron]
	desk.form("Bank Match", match)
	desk.shot("match_form")
	desk.press("Accept")
	desk.dialog("customer")
	desk.shot("match_accept")
	desk.submit_dialog()
	payment = desk.value("Bank Match", match, "payment_entry")
	check(bool(payment), "one click makes the Payment Entry")
	check(desk.value("Payment Entry", payment, "docstatus") == 1, "submitted")
	check(desk.value("Sales Invoice", invoice, "outstanding_amount") == 0, "and the invoice is paid")
	desk.form("Bank Match", match)
	desk.shot("match_done")
	desk = people["chief"]
	desk.form("Bank Match", match)
	desk.press("Undo")
	desk.dialog("reason")
	desk.fill("reason", "The wrong invoice")
	desk.submit_dialog()
	desk.shot("match_undone")
	check(desk.value("Payment Entry", payment, "docstatus") == 2, "undo cancels the payment")
	check(desk.value("Sales Invoice", invoice, "outstanding_amount") == 1250, "and the invoice is open again")


def bank_write_off(people: People, seed: dict[str, Any]) -> None:
	"""Thirty short is above an accountant's limit and within his chief's; eighty is above everybody's."""
	_heron, harbour, juniper = seed["paid_invoices"]
	desk = people["accounts"]
	match = match_of(desk, customer=harbour)
	desk.form("Bank Match", match)
	write_off(desk, "Fees of their bank")
	desk.shot("write_off_dialog")
	desk.submit_dialog()
	desk.refused("30", shot="write_off_refused")
	desk.dismiss()
	desk.press("Ask for a Write-Off")
	desk.dialog("reason")
	desk.fill("reason", "Fees of their bank")
	desk.submit_dialog()
	desk.shot("write_off_asked")
	check(
		desk.value("Bank Match", match, "write_off_asked_by") == seed["users"]["accounts"],
		"he asks his chief",
	)
	chief = people["chief"]
	chief.listing("Bank Match")
	chief.press("Write-Offs to Approve")
	chief.settle()
	chief.shot("write_off_list")
	chief.form("Bank Match", match)
	write_off(chief, "Fees of their bank")
	chief.submit_dialog()
	payment = chief.document("Payment Entry", chief.value("Bank Match", match, "payment_entry"))
	check([row["amount"] for row in payment["deductions"]] == [30], "the chief writes 30 off")
	chief.form("Bank Match", match_of(chief, customer=juniper))
	write_off(chief, "Fees of their bank")
	chief.submit_dialog()
	chief.refused("80", shot="write_off_above_limit")
	chief.dismiss()


def write_off(desk: Desk, reason: str) -> None:
	"""Open the dialog that accepts a match and choose to write the difference off."""
	desk.press("Accept")
	desk.dialog("write_off")
	desk.fill("write_off", 1)
	desk.fill("reason", reason)


def bank_unclaimed(people: People, seed: dict[str, Any]) -> None:
	"""Money of an unknown payer: offered by accounts, claimed by two from sales, decided by accounts."""
	accounts = people["accounts"]
	match = match_of(accounts, payer_name=f"Verdant Trustees {seed['stamp']}")
	accounts.form("Bank Match", match)
	accounts.shot("match_unknown_payer")
	accounts.press("Offer to Sales")
	accounts.settle()
	money = accounts.value("Bank Match", match, "collection")
	check(accounts.value("Collection", money, "status") == "Unclaimed", "the money is on the list")
	secret = account_of_payer(seed)
	claim(people["sales"], seed["claim_contract"], reason="They told me on the phone", secret=secret)
	claim(people["manager"], seed["rival_contract"], reason="Their trustee pays for them", secret=secret)
	accounts.form("Collection", money)
	accounts.page.wait_for_selector("[data-l2c-decide='1'] >> visible=true")
	accounts.shot("claims_to_decide")
	row = accounts.page.locator(f"tr:has-text('{seed['claim_contract']}') [data-l2c-decide]")
	row.first.click()
	accounts.dialog("reason")
	accounts.fill("reason", "The trustee wrote so")
	accounts.submit_dialog()
	decided = accounts.document("Collection", money)
	check(decided["status"] == "Confirmed", "accounts decide")
	check(decided["allocations"][0]["contract"] == seed["claim_contract"], "for the salesperson's contract")
	accounts.shot("claim_decided")


def claim(desk: Desk, contract: str, *, reason: str, secret: str) -> None:
	"""Claim the money from the masked list, which does not say from which account it came."""
	desk.listing("Collection")
	desk.press("Unclaimed Money")
	desk.page.wait_for_selector(f"{MODAL} [data-l2c-claim] >> visible=true")
	desk.shot("unclaimed_list")
	desk.on_phone("unclaimed_list")
	shown = desk.page.locator(f"{MODAL} [data-fieldname='rows']").inner_text()
	check("Verdant Trustees" not in shown and secret not in shown, "the payer is masked")
	desk.page.locator(f"{MODAL} [data-l2c-claim]").first.click()
	desk.dialog("contract")
	desk.fill("contract", contract)
	desk.fill("reason", reason)
	desk.shot("claim_dialog")
	desk.submit_dialog()
	desk.shot("claimed")


def bank_choice(people: People, seed: dict[str, Any]) -> None:
	"""Nobody knows whose money a line is: the accountant names the customer and says which invoice gets how much."""
	desk = people["accounts"]
	juniper = list(seed["paid_invoices"])[-1]
	match, invoice = match_of(desk, payer_name=f"Old Oak {seed['stamp']}"), seed["paid_invoices"][juniper]
	desk.form("Bank Match", match)
	desk.press("Accept")
	desk.dialog("customer")
	desk.fill("customer", juniper)
	box = desk.page.locator(f"{MODAL} tr:has-text('{invoice}') [data-l2c-pays]")
	box.wait_for(state="visible")
	desk.page.locator(f"{MODAL} tr:has-text('{invoice}') [data-l2c-whole]").click()
	check(flt_of(box) == 400, "a tick gives an invoice what the line has")
	box.fill("150.50")
	box.press("Tab")
	desk.settle()
	sums = desk.page.locator(f"{MODAL} [data-fieldname='sums']").inner_text()
	check("150.50" in sums and "249.50" in sums and "849.50" in sums, f"the sums say what is left ({sums})")
	desk.fill("reason", "They pay by instalments")
	desk.shot("match_choice")
	desk.submit_dialog()
	payment = desk.document("Payment Entry", desk.value("Bank Match", match, "payment_entry"))
	paid = [(row["reference_name"], row["allocated_amount"]) for row in payment["references"]]
	check(paid == [(invoice, 150.5)], f"the invoice gets what was chosen ({paid})")
	check(payment["unallocated_amount"] == 249.5, "and the rest stays on the customer's account")
	desk.form("Bank Match", match)
	desk.shot("match_chosen")


def flt_of(box: Any) -> float:
	"""Return the number in a box as people read it."""
	return float(box.input_value().replace(",", ""))


PARTS = (bank_statement, bank_payment, bank_write_off, bank_unclaimed, bank_choice)
