"""What is done with money received at the desk, and what must have come of it."""

from typing import Any

from ui.desk import MODAL, check
from ui.people import People


def receipt_report(people: People, seed: dict[str, Any]) -> None:
	"""A salesperson reports money from the contract and takes a mistaken report back."""
	desk, contract = people["sales"], seed["receipts_contract"]
	desk.form("Sales Contract", contract)
	desk.press("Report Collection")
	desk.dialog("amount")
	desk.fill("amount", 400)
	desk.fill("reference_no", "WIRE-400")
	desk.shot("report_dialog")
	desk.submit_dialog()
	desk.shot("report_done")
	made = desk.rows(
		"Collection",
		{"reference_no": "WIRE-400"},
		"name",
		"status",
		"amount",
		"reported_by",
		order_by="creation desc",
	)
	check(made[0]["status"] == "Reported" and made[0]["amount"] == 400, "money is reported from the contract")
	check(made[0]["reported_by"] == seed["users"]["sales"], "by the salesperson")
	desk.form("Collection", seed["take_back_collection"])
	desk.shot("collection_form")
	check(not desk.offers("Confirm"), "a salesperson is not offered to confirm")
	desk.press("Take Back")
	desk.dialog("reason")
	desk.fill("reason", "Typed twice")
	desk.shot("take_back_dialog")
	desk.submit_dialog()
	check(
		desk.value("Collection", seed["take_back_collection"], "status") == "Cancelled",
		"who reported takes back",
	)
	desk.shot("collection_taken_back")


def receipt_link(people: People, seed: dict[str, Any]) -> None:
	"""An accountant is offered the payment that is booked already and links it: no second one is made."""
	desk, name = people["accounts"], seed["link_collection"]
	desk.form("Collection", name)
	before = len(desk.rows("Payment Entry", {"party": seed["receipts_customer"], "docstatus": 1}))
	desk.press("Confirm")
	desk.page.wait_for_selector(f"{MODAL} [data-l2c-link] >> visible=true")
	desk.settle()
	desk.shot("candidates_dialog")
	desk.submit_dialog()
	desk.page.wait_for_timeout(500)
	desk.shot("candidates_second_without_reason")
	check(desk.value("Collection", name, "status") == "Reported", "a second payment needs a reason")
	desk.close_message()
	desk.page.locator(f"{MODAL} [data-l2c-link='0']").click()
	desk.settle()
	document = desk.document("Collection", name)
	check(document["status"] == "Confirmed", "linking confirms the receipt")
	after = len(desk.rows("Payment Entry", {"party": seed["receipts_customer"], "docstatus": 1}))
	check(after == before, "no second Payment Entry is made")
	linked = desk.value("Payment Entry", document["voucher_no"], "l2c_collection")
	check(linked == name, "the Payment Entry names the receipt")
	desk.shot("collection_linked")


def receipt_confirm(people: People, seed: dict[str, Any]) -> None:
	"""An accountant confirms: a native Payment Entry is made, and the contract shows the money."""
	desk, name = people["accounts"], seed["collection"]
	desk.listing("Collection")
	desk.press("To Confirm")
	desk.settle()
	desk.shot("collection_list")
	desk.form("Collection", name)
	desk.press("Confirm")
	desk.dialog("paid_to")
	desk.shot("confirm_dialog")
	desk.submit_dialog()
	check(desk.value("Collection", name, "status") == "Confirmed", "confirming marks the receipt")
	payment = desk.value("Collection", name, "voucher_no")
	check(desk.value("Payment Entry", payment, "docstatus") == 1, "and submits a native Payment Entry")
	desk.shot("collection_confirmed")
	desk.form("Payment Entry", payment)
	desk.shot("payment-entry_form")
	desk.form("Sales Contract", seed["contract"])
	check(
		desk.value("Sales Contract", seed["contract"], "collected") == 3600,
		"the contract shows 3,600 collected",
	)
	desk.page.locator(".form-tabs .nav-link:has-text('Plan and Money')").click()
	desk.settle()
	desk.shot("contract_plan")


def receipt_reject(people: People, seed: dict[str, Any]) -> None:
	"""An accountant does not find the money and says so."""
	desk, name = people["accounts"], seed["reject_collection"]
	desk.form("Collection", name)
	desk.press("Reject")
	desk.dialog("reason")
	desk.submit_dialog()
	check(desk.value("Collection", name, "status") == "Reported", "rejecting needs a reason")
	desk.close_message()
	desk.fill("reason", "Not on the statement of the bank")
	desk.shot("reject_dialog")
	desk.submit_dialog()
	document = desk.document("Collection", name)
	check(document["status"] == "Rejected", "rejecting marks the receipt")
	check(document["status_reason"] == "Not on the statement of the bank", "with the reason")
	desk.shot("collection_rejected")


def receipt_confirmed_twice(people: People, seed: dict[str, Any]) -> None:
	"""Two people have the same receipt open; the second to confirm is told who did it and with what."""
	first, second, name = people["accounts"], people["admin"], seed["twice_collection"]
	for desk in (first, second):
		desk.form("Collection", name)
		desk.press("Confirm")
		desk.dialog("paid_to")
	first.submit_dialog()
	check(first.value("Collection", name, "status") == "Confirmed", "the first one confirms")
	second.submit_dialog()
	payment = first.value("Collection", name, "voucher_no")
	second.refused("cannot take this step", payment, "cancel its payment", shot="second_confirm_refused")
	second.dismiss()
	made = first.rows("Payment Entry", {"l2c_collection": name, "docstatus": 1})
	check(len(made) == 1, "there is one Payment Entry")


PARTS = (receipt_report, receipt_link, receipt_confirm, receipt_reject, receipt_confirmed_twice)
