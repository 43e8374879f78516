import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, formatdate, nowdate


class CurrencyExchange(Document):
	def autoname(self) -> None:
		purpose = {(1, 0): "Buying", (0, 1): "Selling"}.get(
			(int(self.for_buying or 0), int(self.for_selling or 0)), ""
		)
		parts = [
			formatdate(self.date or nowdate(), "yyyy-MM-dd"),
			self.from_currency,
			self.to_currency,
			purpose,
		]
		self.name = "-".join(part for part in parts if part)

	def validate(self) -> None:
		if flt(self.exchange_rate) <= 0:
			frappe.throw(_("Exchange Rate must be greater than zero"))
		if self.from_currency == self.to_currency:
			frappe.throw(_("From Currency and To Currency cannot be same"))
