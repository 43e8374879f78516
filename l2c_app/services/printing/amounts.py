"""Amounts in words, in the language of the paper."""

import frappe
from frappe import _
from frappe.utils import flt, money_in_words

from l2c_app.core.amount_in_words import chinese_capitals
from l2c_app.core.money import precision_unit, to_minor
from l2c_app.services.contract import contract_money


def amount_in_words(amount: float, currency: str, language: str) -> str:
	"""Return an amount in words: Chinese capitals for Chinese, the host's words in English for all others.

	The host has no words for an amount below zero: it is read as "Minus" and the amount.
	"""
	if language == "zh":
		digits = contract_money.fraction_digits(currency)
		return chinese_capitals(
			to_minor(amount, precision_unit(digits)), fraction_digits=digits, currency=currency
		)
	before, frappe.local.lang = frappe.local.lang, "en"
	try:
		words = money_in_words(abs(flt(amount)), currency)
		return _("Minus {0}", "en").format(words) if flt(amount) < 0 else words
	finally:
		frappe.local.lang = before
