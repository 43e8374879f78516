from erpnext.exceptions import refuse_if
from frappe.model.document import Document
from frappe.utils import cint, flt, formatdate, nowdate


class CurrencyExchange(Document):
	def autoname(self) -> None:
		purpose = {(1, 0): "Buying", (0, 1): "Selling"}.get((cint(self.for_buying), cint(self.for_selling)))
		day = formatdate(self.date or nowdate(), "yyyy-MM-dd")
		self.name = "-".join(part for part in (day, self.from_currency, self.to_currency, purpose) if part)

	def validate(self) -> None:
		refuse_if(flt(self.exchange_rate) <= 0, "Exchange Rate must be greater than zero")
		refuse_if(self.from_currency == self.to_currency, "From Currency and To Currency cannot be same")
