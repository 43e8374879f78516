import frappe
from erpnext.controllers.mapping import map_document
from erpnext.controllers.status_updater import StatusUpdater
from erpnext.exceptions import refuse_if
from frappe._emulation import module_getattr
from frappe.utils import validate_email_address

CONTACT = dict(last_name="last_name", salutation="salutation", gender="gender", job_title="designation")


class Lead(StatusUpdater):
	def before_insert(self) -> None:
		automatic = frappe.db.get_single_value("CRM Settings", "auto_creation_of_contact")
		self.contact_doc = self.create_contact() if automatic else None

	def validate(self) -> None:
		self.set_lead_name()
		self.title = self.company_name or self.lead_name
		self.set_status()
		self.check_email()

	def set_lead_name(self) -> None:
		"""The person's name, else the organisation's, else the mail's."""
		if self.first_name:
			names = (self.salutation, self.first_name, self.middle_name, self.last_name)
			self.lead_name = " ".join(name for name in names if name)
		self.lead_name = self.lead_name or self.company_name or (self.email_id or "").split("@")[0]
		refuse_if(not self.lead_name and not self.flags.ignore_mandatory, "A Lead requires a name")

	def check_email(self) -> None:
		"""Valid, not the owner's, on no other lead unless allowed."""
		if not self.email_id:
			return
		if not frappe.db.get_single_value("CRM Settings", "allow_lead_duplication_based_on_emails"):
			same = {"email_id": self.email_id, "name": ("!=", self.name or "")}
			refuse_if(frappe.db.exists("Lead", same), "Email must be unique", frappe.DuplicateEntryError)
		if not self.flags.ignore_email_validation:
			validate_email_address(self.email_id, throw=True)
		refuse_if(self.email_id == self.lead_owner, "Lead Owner cannot be same as the Lead Email Address")

	def create_contact(self) -> object:
		"""A contact with the lead's name, mail and phones."""
		self.set_lead_name()
		contact = frappe.new_doc("Contact", company_name=self.company_name)
		contact.first_name = self.first_name or self.lead_name
		contact.update({field: self.get(source) for source, field in CONTACT.items()})
		if self.email_id:
			contact.append("email_ids", {"email_id": self.email_id, "is_primary": 1})
		for field, flag in (("phone", "is_primary_phone"), ("mobile_no", "is_primary_mobile_no")):
			if self.get(field):
				contact.append("phone_nos", {"phone": self.get(field), flag: 1})
		contact.insert(ignore_permissions=True)
		return contact.reload()

	def after_insert(self) -> None:
		if self.contact_doc:
			link = {"link_doctype": "Lead", "link_name": self.name, "link_title": self.lead_name}
			self.contact_doc.append("links", link)
			self.contact_doc.save()

	def on_trash(self) -> None:
		"""Contacts and addresses of this lead alone go with it; others lose the link."""
		mine = {"link_doctype": "Lead", "link_name": self.name}
		for row in frappe.get_all("Dynamic Link", filters=mine, fields=["parent", "parenttype"]):
			document = frappe.get_doc(row.parenttype, row.parent)
			if len(document.links) == 1:
				document.delete(ignore_permissions=True)
			else:
				document.remove(next(link for link in document.links if link.link_name == self.name))
				document.save(ignore_permissions=True)

	def is_met(self, doctype: str, link: str, **filters: object) -> bool:
		"""Whether a later document names this lead."""
		return bool(frappe.db.exists(doctype, {link: self.name, **filters}))


def _make_customer(source_name: str, target_doc: object = None, ignore_permissions: bool = False) -> object:
	options = dict(leave=("disabled",), ignore_permissions=ignore_permissions)
	lead, customer = map_document("Lead", source_name, "Customer", **options)
	customer.lead_name, customer.customer_name = lead.name, lead.company_name or lead.lead_name
	customer.customer_type = "Company" if lead.company_name else "Individual"
	customer.customer_group = customer.customer_group or frappe.db.get_default("Customer Group")
	return customer


@frappe.whitelist()
def make_customer(source_name: str, target_doc: object = None) -> object:
	"""An unsaved customer of the lead: the organisation, else the person."""
	return _make_customer(source_name, target_doc)


__getattr__ = module_getattr(__name__)
