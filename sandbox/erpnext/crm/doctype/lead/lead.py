import frappe
from erpnext.controllers.mapping import map_document
from erpnext.controllers.status_updater import StatusUpdater
from frappe import _
from frappe._emulation import module_getattr
from frappe.utils import get_link_to_form, validate_email_address


class Lead(StatusUpdater):
	def before_insert(self) -> None:
		self.contact_doc = None
		if frappe.db.get_single_value("CRM Settings", "auto_creation_of_contact"):
			self.contact_doc = self.create_contact()

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
		if not self.lead_name:
			if not self.company_name and not self.email_id and not self.flags.ignore_mandatory:
				frappe.throw(_("A Lead requires either a person's name or an organization's name"))
			self.lead_name = self.company_name or (self.email_id or "").split("@")[0]

	def check_email(self) -> None:
		"""Valid, not the owner's, on no other lead unless allowed."""
		if not self.email_id:
			return
		if not frappe.db.get_single_value("CRM Settings", "allow_lead_duplication_based_on_emails"):
			others = frappe.get_all(
				"Lead", filters={"email_id": self.email_id, "name": ("!=", self.name or "")}, pluck="name"
			)
			if others:
				links = ", ".join(get_link_to_form("Lead", name) for name in others)
				message = _("Email Address must be unique, it is already used in {0}")
				frappe.throw(message.format(links), frappe.DuplicateEntryError)
		if not self.flags.ignore_email_validation:
			validate_email_address(self.email_id, throw=True)
		if self.email_id == self.lead_owner:
			frappe.throw(_("Lead Owner cannot be same as the Lead Email Address"))

	def create_contact(self) -> object:
		"""A contact with the lead's name, mail and phones."""
		self.set_lead_name()
		contact = frappe.new_doc("Contact")
		fields = {
			"last_name": "last_name",
			"salutation": "salutation",
			"gender": "gender",
			"designation": "job_title",
		}
		contact.update({"first_name": self.first_name or self.lead_name, "company_name": self.company_name})
		contact.update({field: self.get(source) for field, source in fields.items()})
		if self.email_id:
			contact.append("email_ids", {"email_id": self.email_id, "is_primary": 1})
		if self.phone:
			contact.append("phone_nos", {"phone": self.phone, "is_primary_phone": 1})
		if self.mobile_no:
			contact.append("phone_nos", {"phone": self.mobile_no, "is_primary_mobile_no": 1})
		contact.insert(ignore_permissions=True)
		return contact.reload()

	def after_insert(self) -> None:
		if self.contact_doc:
			self.contact_doc.append(
				"links", {"link_doctype": "Lead", "link_name": self.name, "link_title": self.lead_name}
			)
			self.contact_doc.save()

	def on_trash(self) -> None:
		"""Contacts and addresses of this lead alone go with it; others lose the link."""
		for row in frappe.get_all(
			"Dynamic Link",
			filters={"link_doctype": "Lead", "link_name": self.name},
			fields=["parent", "parenttype"],
		):
			document = frappe.get_doc(row.parenttype, row.parent)
			if len(document.links) > 1:
				document.remove(next(link for link in document.links if link.link_name == self.name))
				document.save(ignore_permissions=True)
			else:
				document.delete(ignore_permissions=True)

	def has_customer(self) -> str | None:
		return frappe.db.get_value("Customer", {"lead_name": self.name})

	def has_opportunity(self) -> str | None:
		return frappe.db.get_value("Opportunity", {"party_name": self.name, "status": ("!=", "Lost")})

	def has_quotation(self) -> str | None:
		return frappe.db.get_value(
			"Quotation", {"party_name": self.name, "docstatus": 1, "status": ("!=", "Lost")}
		)


@frappe.whitelist()
def make_customer(source_name: str, target_doc: object = None) -> object:
	"""An unsaved customer of the lead: the organisation, else the person."""
	return _make_customer(source_name, target_doc)


def _make_customer(source_name: str, target_doc: object = None, ignore_permissions: bool = False) -> object:
	lead, customer = map_document(
		"Lead",
		source_name,
		"Customer",
		names={"lead_name": "name"},
		leave=("disabled",),
		ignore_permissions=ignore_permissions,
	)
	customer.customer_type = "Company" if lead.company_name else "Individual"
	customer.customer_name = lead.company_name or lead.lead_name
	customer.customer_group = customer.customer_group or frappe.db.get_default("Customer Group")
	return customer


def _person(lead: object, target: object) -> object:
	filters = {"link_doctype": "Lead", "link_name": lead.name, "parenttype": "Contact"}
	contacts = frappe.get_all("Dynamic Link", filters=filters, pluck="parent", limit=1)
	if contacts:
		target.contact_person = contacts[0]
	return target


@frappe.whitelist()
def make_opportunity(source_name: str, target_doc: object = None) -> object:
	"""An unsaved opportunity of the lead."""
	names = {
		"party_name": "name", "contact_display": "lead_name", "customer_name": "company_name", "contact_email": "email_id",
		"contact_mobile": "mobile_no", "opportunity_owner": "lead_owner",
	}  # fmt: skip
	lead, opportunity = map_document("Lead", source_name, "Opportunity", names=names)
	opportunity.opportunity_from = "Lead"
	return _person(lead, opportunity)


@frappe.whitelist()
def make_quotation(source_name: str, target_doc: object = None) -> object:
	"""An unsaved quotation to the lead."""
	lead, quotation = map_document("Lead", source_name, "Quotation", names={"party_name": "name"})
	quotation.quotation_to = "Lead"
	quotation.run_method("set_missing_values")
	return _person(lead, quotation)


@frappe.whitelist()
def get_lead_details(lead: str, posting_date: str | None = None, company: str | None = None) -> dict:
	"""What a form shows of a lead: to anybody who knows its name, as on the host."""
	if not lead:
		return {}
	known = frappe.get_doc("Lead", lead)
	details = {"customer_name": known.company_name or known.lead_name, "contact_display": known.lead_name}
	details.update(
		territory=known.territory,
		contact_email=known.email_id,
		contact_mobile=known.mobile_no,
		contact_phone=known.phone,
	)
	return frappe._dict(details)


__getattr__ = module_getattr(__name__)
