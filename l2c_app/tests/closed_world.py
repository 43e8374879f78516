"""A pooled lead with all that hangs on it, committed for tests that ask over the wire: every place its data could leave by."""

from types import SimpleNamespace

import frappe
from frappe.utils import add_days, add_to_date, now_datetime, nowdate

from l2c_app.tests import factories

POOL = "L2C Wire Pool"
PHONE = "+8613800666001"
OLD_PHONE = "+8613800666009"
SECRETS = ("13800666001", "13800666009", "13800666002", "wire.buyer@", "77 Hidden Lane", "wire.friend@")
MAIL = "wire.buyer@wire.example.com"
STREET = "77 Hidden Lane"
MARK = "Zwire"
REPORT_SQL = "select name, lead_name, mobile_no, email_id from `tabLead`"


def build() -> SimpleNamespace:
	"""Make the people, the pool, the held lead and its documents; returns their names."""
	world = SimpleNamespace(made=[], lead=None)
	world.holder = factories.sales_user("wire.holder")
	world.mate = factories.sales_user("wire.mate")
	world.outsider = factories.sales_user("wire.outsider")
	world.chief = factories.sales_manager("wire.chief")
	for user in (world.mate, world.outsider):  # who may read calls and appointments natively
		frappe.get_doc("User", user).add_roles("Employee")
	world.customer = factories.customer("L2C Customer USD")
	people = {"members": (world.holder, world.mate), "managers": (world.chief,)}
	factories.lead_pool(
		POOL,
		admission_filters='[["request_type", "=", "Product Enquiry"], ["city", "=", "Wiretown"]]',
		**people,
	)
	_lead(world)
	_documents(world)
	_activities(world)
	_reports(world)
	_index()
	return world


def _made(world: SimpleNamespace, doctype: str, **values: object) -> str:
	name = factories.make(doctype, **values).name
	world.made.append((doctype, name))
	return name


def _lead(world: SimpleNamespace) -> None:
	lead = factories.pooled_lead(
		f"{MARK} Company", city="Wiretown", first_name=MARK, mobile_no=OLD_PHONE, email_id=MAIL
	)
	world.lead, world.seat = lead.name, factories.seat_of(lead.name, POOL).name
	world.made.append(("Lead", lead.name))
	world.open_lead = _made(world, "Lead", first_name="Zplain", mobile_no="+8613800666900", status="Lead")
	from l2c_app.api import pool as api

	frappe.set_user(world.holder)
	api.claim(world.seat)
	lead = frappe.get_doc("Lead", lead.name)
	lead.flags.ignore_version = False
	lead.update({"mobile_no": PHONE, "phone": PHONE, "whatsapp_no": "+8613800666002"})
	lead.append("notes", {"note": f"call {PHONE}"})
	lead.save()
	frappe.set_user("Administrator")
	filters = {"link_doctype": "Lead", "link_name": lead.name, "parenttype": "Contact"}
	world.contact = frappe.db.get_value("Dynamic Link", filters, "parent")
	contact = frappe.get_doc("Contact", world.contact)
	contact.append("phone_nos", {"phone": PHONE, "is_primary_mobile_no": 0})
	contact.save()
	world.made.append(("Contact", world.contact))


def _documents(world: SimpleNamespace) -> None:
	links = [{"link_doctype": "Lead", "link_name": world.lead}]
	place = {"address_title": MARK, "address_line1": STREET, "city": "Wiretown", "country": "China"}
	world.address = _made(world, "Address", phone=PHONE, email_id=MAIL, links=links, **place)
	about = {"company": factories.company(), "contact_email": MAIL, "contact_mobile": PHONE}
	world.opportunity = _made(
		world,
		"Opportunity",
		opportunity_from="Lead",
		party_name=world.lead,
		contact_person=world.contact,
		**about,
	)
	money = {"currency": "USD", "conversion_rate": 1, "plc_conversion_rate": 1, "price_list_currency": "USD"}
	world.quotation = _made(
		world,
		"Quotation",
		quotation_to="Lead",
		party_name=world.lead,
		transaction_date=nowdate(),
		selling_price_list=factories.price_list(),
		items=[{"item_code": factories.SERVICE_ITEM, "qty": 1, "rate": 10}],
		contact_person=world.contact,
		customer_address=world.address,
		**money,
		**about,
	)
	rows = [{"lead": world.lead, "email": MAIL, "mobile_no": PHONE}]
	world.prospect = _made(world, "Prospect", company_name=f"{MARK} Prospect", leads=rows)


def _activities(world: SimpleNamespace) -> None:
	reference = {"reference_doctype": "Lead", "reference_name": world.lead}
	text = f"{MARK} please call {PHONE} or {MAIL}"
	frappe.set_user(world.holder)
	lead = frappe.get_doc("Lead", world.lead)
	lead.add_comment("Comment", text)
	lead.add_tag(f"{MARK}Tag")
	frappe.set_user("Administrator")
	mail = {"communication_type": "Communication", "communication_medium": "Email", "subject": text}
	world.mail = _made(
		world,
		"Communication",
		content=text,
		sender=MAIL,
		recipients="us@example.com",
		sent_or_received="Received",
		**mail,
		**reference,
	)
	phone = {"communication_medium": "Phone", "communication_type": "Communication", "phone_no": PHONE}
	world.call = _made(world, "Communication", subject=text, content=text, **phone, **reference)
	participants = [{"reference_doctype": "Lead", "reference_docname": world.lead, "email": MAIL}]
	when = {"starts_on": add_to_date(now_datetime(), hours=1), "event_type": "Public"}
	world.event = _made(
		world, "Event", subject=f"{MARK} {PHONE}", description=text, event_participants=participants, **when
	)
	task = {"reference_type": "Lead", "reference_name": world.lead, "allocated_to": world.holder}
	world.todo = _made(world, "ToDo", description=text, **task)
	attached = {"attached_to_doctype": "Lead", "attached_to_name": world.lead}
	world.file = _made(world, "File", file_name="wire.txt", is_private=1, content=text, **attached)
	world.file_url = frappe.db.get_value("File", world.file, "file_url")
	planned = {"status": "Planned", "assigned_to": world.holder, "follow_up_type": "Call"}
	world.follow_up = _made(
		world,
		"Follow Up",
		note=text,
		planned_for=add_to_date(now_datetime(), days=1),
		**planned,
		**reference,
	)
	world.call_log = _made(
		world,
		"Call Log",
		id="L2C-WIRE-CALL",
		**{"from": PHONE, "to": "100", "type": "Incoming", "medium": "100", "status": "Completed"},
		summary=text,
		links=[{"link_doctype": "Lead", "link_name": world.lead}],
	)
	world.appointment = frappe.get_doc(
		doctype="Appointment",
		name="L2C-WIRE-APPOINTMENT",
		customer_name=MARK,
		customer_phone_number=PHONE,
		customer_email=MAIL,
		appointment_with="Lead",
		party=world.lead,
		scheduled_time=add_days(now_datetime(), 1),
		status="Open",
	)
	world.appointment.set_new_name()
	world.appointment.db_insert()
	world.made.append(("Appointment", world.appointment.name))
	world.appointment = world.appointment.name


def _reports(world: SimpleNamespace) -> None:
	kinds = (("Query", "Lead", {"query": REPORT_SQL}), ("Task", "ToDo", {"query": REPORT_SQL}))
	world.reports = [
		_made(
			world,
			"Report",
			report_name=f"{MARK} {title}",
			ref_doctype=doctype,
			report_type="Query Report",
			is_standard="No",
			**more,
		)
		for title, doctype, more in kinds
	]
	columns = '{"fields": [["name", "Lead"], ["mobile_no", "Lead"], ["email_id", "Lead"]], "filters": []}'
	world.builder = _made(
		world,
		"Report",
		report_name=f"{MARK} Builder",
		ref_doctype="Lead",
		report_type="Report Builder",
		is_standard="No",
		json=columns,
	)


def _index() -> None:
	from frappe.utils import global_search

	for doctype in ("Lead", "Contact", "Address", "Opportunity", "Quotation"):
		global_search.rebuild_for_doctype(doctype)


def take_away(world: SimpleNamespace) -> None:
	"""Delete what `build` made, the newest first, then the pool."""
	for doctype, name in reversed(world.made):
		frappe.delete_doc(doctype, name, force=True, ignore_permissions=True, ignore_missing=True)
	frappe.db.delete("Lead Pool Seat", {"pool": POOL})
	frappe.db.delete("Lead Pool Log", {"pool": POOL})
	frappe.delete_doc("Lead Pool", POOL, force=True, ignore_missing=True)
	frappe.delete_doc("Tag", f"{MARK}Tag", force=True, ignore_missing=True)
	frappe.db.delete("Version", {"ref_doctype": "Lead", "docname": world.lead})
