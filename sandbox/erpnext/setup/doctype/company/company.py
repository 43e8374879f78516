from erpnext.exceptions import left_out_if
from frappe.model.document import Document


class Company(Document):
	def validate(self) -> None:
		left_out_if(self.is_new(), "setting up another company")
