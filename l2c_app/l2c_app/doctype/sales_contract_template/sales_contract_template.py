"""Sales Contract Template: clause blocks by language that a contract copies. The text is checked, never run."""

from frappe.model.document import Document

from l2c_app.services.contract import clause_templates


class SalesContractTemplate(Document):
	def validate(self) -> None:
		"""Refuse variables that no contract has, and a clause that is there twice."""
		clause_templates.check(self)
