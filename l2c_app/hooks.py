"""What the app hooks into. Targets only in overrides, permissions, jobs, api, setup, install and uninstall."""

from l2c_app.permissions.guards import GUARDS as _GUARDS

app_name = "l2c_app"
app_title = "Lead to Cash"
app_publisher = "L2C App contributors"
app_description = "Lead pools, follow ups, sales contracts and collections on ERPNext's own ledgers"
app_email = "l2c_app@example.com"
app_license = "gpl-3.0"
required_apps = ["frappe/erpnext"]  # with the owner: the bare name makes install ask the network for it
require_type_annotated_api_methods = True

# Installing and removing
before_install = "l2c_app.install.before_install"
after_install = "l2c_app.install.after_install"
before_uninstall = "l2c_app.uninstall.before_uninstall"
after_uninstall = "l2c_app.uninstall.after_uninstall"
before_migrate = "l2c_app.install.before_install"
after_migrate = ["l2c_app.setup.defaults.store", "l2c_app.setup.indexes.ensure"]

# Desk
doctype_js = {
	"Lead": ["public/js/lead.js", "public/js/lead_score.js", "public/js/lead_merge.js"],
	"Opportunity": "public/js/opportunity.js",
	"Quotation": "public/js/quotation.js",
	"Customer": "public/js/customer.js",
	"Sales Order": "public/js/sales_order.js",
	"Sales Invoice": "public/js/sales_invoice.js",
	"Payment Entry": "public/js/payment_entry.js",
}
doctype_list_js = {"Lead": "public/js/lead_list.js"}
app_include_js = "l2c_app.bundle.js"
_WITH_CONNECTIONS = "Lead, Opportunity, Quotation, Customer, Sales Order, Sales Invoice, Payment Entry"
override_doctype_dashboards = {
	doctype: f"l2c_app.overrides.dashboards.{doctype.lower().replace(' ', '_')}"
	for doctype in _WITH_CONNECTIONS.split(", ")
}
add_to_apps_screen = [
	{
		"name": "l2c_app",
		"logo": "/assets/l2c_app/images/l2c.svg",
		"title": "Lead to Cash",
		"route": "/app/lead-to-cash",
		"has_permission": "l2c_app.permissions.app.has_app_permission",
	}
]

# Native documents
_MILESTONE = {
	**dict.fromkeys(("on_update", "after_delete"), "l2c_app.overrides.milestones.changed"),
	"after_rename": "l2c_app.overrides.milestones.after_rename",
}
doc_events = {
	"Task": _MILESTONE,
	"Project": _MILESTONE,
	"*": {"before_validate": "l2c_app.permissions.closed_links.refuse"},
	"Lead": {
		"onload": ["l2c_app.overrides.lead.onload", "l2c_app.overrides.follow_ups.lead_onload"],
		"validate": ["l2c_app.overrides.lead.validate", "l2c_app.overrides.follow_ups.keep_dates"],
		"after_insert": "l2c_app.overrides.lead.after_insert",
		"on_update": ["l2c_app.overrides.lead.on_update", "l2c_app.overrides.lead_score.on_lead"],
		"before_rename": "l2c_app.overrides.lead.before_rename",
		"after_rename": [
			"l2c_app.overrides.lead.after_rename",
			"l2c_app.overrides.follow_ups.after_rename",
			"l2c_app.overrides.lead_score.after_rename",
		],
		"on_trash": [
			"l2c_app.overrides.lead.on_trash",
			"l2c_app.overrides.follow_ups.on_trash",
			"l2c_app.overrides.lead_score.on_trash",
		],
	},
	"Customer": {
		"validate": "l2c_app.overrides.customer.validate",
		"after_insert": [
			"l2c_app.overrides.customer.after_insert",
			"l2c_app.overrides.follow_ups.customer_after_insert",
		],
		"on_update": "l2c_app.overrides.customer.on_update",
		"before_rename": "l2c_app.overrides.customer.before_rename",
		"after_rename": [
			"l2c_app.overrides.customer.after_rename",
			"l2c_app.overrides.follow_ups.after_rename",
		],
		"on_trash": ["l2c_app.overrides.customer.on_trash", "l2c_app.overrides.follow_ups.on_trash"],
	},
	"Company": {"after_rename": "l2c_app.overrides.company.after_rename"},
	"Communication": {
		"before_insert": "l2c_app.overrides.communication.before_insert",
		"after_insert": "l2c_app.overrides.lead_score.on_communication",
		"on_change": "l2c_app.overrides.effort.communication",
		"on_trash": "l2c_app.overrides.effort.taken_back",
	},
	"Opportunity": {
		"validate": "l2c_app.overrides.follow_ups.keep_dates",
		"on_update": [
			"l2c_app.overrides.lead_score.on_deal",
			"l2c_app.overrides.effort.opportunity",
			"l2c_app.overrides.opportunity.on_update",
		],
		"on_trash": ["l2c_app.overrides.effort.taken_back", "l2c_app.overrides.follow_ups.on_trash"],
	},
	"Quotation": {
		"on_submit": ["l2c_app.overrides.lead_score.on_deal", "l2c_app.overrides.effort.quotation"],
		"on_cancel": ["l2c_app.overrides.lead_score.on_deal", "l2c_app.overrides.effort.taken_back"],
		"on_trash": "l2c_app.overrides.follow_ups.on_trash",
	},
	"Sales Contract": {"on_trash": "l2c_app.overrides.follow_ups.on_trash"},
	"Collection": {"on_trash": "l2c_app.overrides.follow_ups.on_trash"},
	"Follow Up": {"on_update": "l2c_app.overrides.lead_score.on_follow_up"},
	"Contact": {
		"before_validate": "l2c_app.overrides.contact.before_validate",
		"on_update": "l2c_app.overrides.contact.on_update",
		"after_delete": "l2c_app.overrides.contact.after_delete",
	},
	"Address": {"before_validate": "l2c_app.overrides.contact.before_validate"},
	"Comment": {"before_insert": "l2c_app.overrides.comment.before_insert"},
	"Assignment Rule": {"validate": "l2c_app.overrides.assignment_rule.validate"},
	"User": {"on_update": "l2c_app.overrides.user.on_update"},
	"Customer Group": {
		"on_update": "l2c_app.overrides.customer_group.on_update",
		"after_rename": "l2c_app.overrides.customer_group.after_rename",
	},
	"Holiday List": {"on_update": "l2c_app.overrides.holiday_list.on_update"},
	"Sales Order": {
		"validate": "l2c_app.overrides.sales_order.validate",
		"before_submit": "l2c_app.overrides.sales_order.before_submit",
		"before_change": "l2c_app.overrides.sales_order.before_change",
		"on_submit": "l2c_app.overrides.sales_order.on_submit",
		"on_cancel": "l2c_app.overrides.sales_order.on_cancel",
		"on_change": "l2c_app.overrides.sales_order.on_change",
		"on_update_after_submit": "l2c_app.overrides.sales_order.on_update_after_submit",
		"on_trash": "l2c_app.overrides.follow_ups.on_trash",
	},
	"Sales Invoice": {
		"validate": "l2c_app.overrides.sales_invoice.validate",
		"before_submit": "l2c_app.overrides.sales_invoice.before_submit",
		"on_submit": "l2c_app.overrides.sales_invoice.on_submit",
		"before_cancel": "l2c_app.overrides.sales_invoice.before_cancel",
		"on_cancel": "l2c_app.overrides.sales_invoice.on_cancel",
		"on_change": "l2c_app.overrides.sales_invoice.on_change",
		"on_trash": ["l2c_app.overrides.sales_invoice.on_trash", "l2c_app.overrides.follow_ups.on_trash"],
	},
	"Delivery Note": {
		"on_submit": "l2c_app.overrides.delivery_note.on_submit",
		"on_cancel": "l2c_app.overrides.delivery_note.on_cancel",
	},
	"Payment Entry": {
		"before_submit": "l2c_app.overrides.payment_entry.before_submit",
		"on_submit": "l2c_app.overrides.payment_entry.on_submit",
		"before_cancel": "l2c_app.overrides.payment_entry.before_cancel",
		"on_cancel": "l2c_app.overrides.payment_entry.on_cancel",
		"on_trash": ["l2c_app.overrides.payment_entry.on_trash", "l2c_app.overrides.follow_ups.on_trash"],
	},
	"Bank Transaction": {
		"on_submit": "l2c_app.overrides.bank_transaction.on_submit",
		"on_update_after_submit": "l2c_app.overrides.bank_transaction.on_update_after_submit",
		"on_cancel": "l2c_app.overrides.bank_transaction.on_cancel",
	},
	"Journal Entry": {
		"before_submit": "l2c_app.overrides.journal_entry.before_submit",
		"on_submit": "l2c_app.overrides.journal_entry.on_submit",
		"before_cancel": "l2c_app.overrides.journal_entry.before_cancel",
		"on_cancel": "l2c_app.overrides.journal_entry.on_cancel",
	},
	"Payment Ledger Entry": {"on_submit": "l2c_app.overrides.payment_ledger_entry.on_submit"},
	"Advance Payment Ledger Entry": {"on_submit": "l2c_app.overrides.payment_ledger_entry.on_advance_submit"},
	"Call Log": {
		"on_change": "l2c_app.overrides.effort.call_log",
		"on_trash": "l2c_app.overrides.effort.taken_back",
	},
	"Event": {
		"on_update": "l2c_app.overrides.effort.event",
		"on_trash": "l2c_app.overrides.effort.taken_back",
	},
	"Unreconcile Payment": {
		"before_submit": "l2c_app.overrides.unreconcile_payment.before_submit",
		"on_submit": "l2c_app.overrides.unreconcile_payment.on_submit",
	},
}
ignore_links_on_delete = (
	"Sales Cadence Enrolment, Lead Pool Seat, Lead Pool Log, Follow Up, Pool Run, Pool Run Row, Lead Import Row, "
	"Bank Match, Billing Run Row, Billing Request, Adoption Run Row, Bank Statement Load, Bank Statement Load Row"
).split(", ")
auto_cancel_exempted_doctypes = ["Sales Contract"]

# Who may see what, always in pairs
permission_query_conditions = {
	doctype: f"l2c_app.permissions.{guard}conditions" for doctype, guard in _GUARDS.items()
}
has_permission = {doctype: f"l2c_app.permissions.{guard}has_permission" for doctype, guard in _GUARDS.items()}
before_request = ["l2c_app.permissions.requests.refuse_copies"]
# Native back doors to contact data; each calls the native function and drops what the user may not read.
override_whitelisted_methods = {
	"erpnext.crm.doctype.lead.lead.get_lead_details": "l2c_app.api.back_doors.get_lead_details",
	"frappe.desk.search.search_link": "l2c_app.api.back_doors.search_link",
	"frappe.desk.search.search_widget": "l2c_app.api.back_doors.search_widget",
	"frappe.utils.global_search.search": "l2c_app.api.back_doors.global_search",
	"frappe.desk.query_report.run": "l2c_app.api.back_doors.run_report",
	"frappe.desk.query_report.export_query": "l2c_app.api.back_doors.export_report",
	"frappe.core.doctype.prepared_report.prepared_report.make_prepared_report": (
		"l2c_app.api.back_doors.prepare_report"
	),
	"frappe.core.doctype.sms_settings.sms_settings.get_contact_number": (
		"l2c_app.api.back_doors.get_contact_number"
	),
	"erpnext.stock.doctype.delivery_trip.delivery_trip.get_contact_display": (
		"l2c_app.api.back_doors.get_contact_display"
	),
	"erpnext.crm.doctype.utils.get_last_interaction": "l2c_app.api.back_doors.get_last_interaction",
	"erpnext.crm.utils.get_open_activities": "l2c_app.api.back_doors.get_open_activities",
	"frappe.desk.doctype.event.event.get_events": "l2c_app.api.back_doors.get_events",
}

# Portal
has_website_permission = {"Sales Contract": "l2c_app.permissions.portal.has_website_permission"}
website_route_rules = [{"from_route": "/sales-contracts/<path:name>", "to_route": "sales-contract"}]
standard_portal_menu_items = [
	{
		"title": "Contracts",
		"route": "/sales-contracts",
		"reference_doctype": "Sales Contract",
		"role": "Customer",
	},
	{
		"title": "Open Invoices",
		"route": "/open-invoices",
		"reference_doctype": "Promise to Pay",
		"role": "Customer",
	},
]

# Jobs
scheduler_events = {
	"cron": {
		"*/10 * * * *": [
			"l2c_app.jobs.pools.resume_pool_runs",
			"l2c_app.jobs.contracts.resume_billing_runs",
			"l2c_app.jobs.follow_ups.remind_of_follow_ups",
			"l2c_app.jobs.follow_ups.keep_response_clocks",
			"l2c_app.jobs.collections.collect_cleared_money",
			"l2c_app.jobs.collections.read_cases_again",
		]
	},
	"hourly_long": [
		"l2c_app.jobs.pools.start_recycling",
		"l2c_app.jobs.pools.start_distributions",
		"l2c_app.jobs.follow_ups.advance_cadences",
		"l2c_app.jobs.follow_ups.count_meetings",
		"l2c_app.jobs.collections.refresh_cases",
	],
	"daily_long": [
		"l2c_app.jobs.follow_ups.forget_old_reminders",
		"l2c_app.jobs.contracts.remind_of_contract_ends",
		"l2c_app.jobs.contracts.audit_contracts",
		"l2c_app.jobs.contracts.plan_return_visits",
		"l2c_app.jobs.pools.refresh_pool_members",
		"l2c_app.jobs.pools.tell_of_states",
		"l2c_app.jobs.leads.score_leads",
		"l2c_app.jobs.collections.chase",
		"l2c_app.jobs.collections.escalate_disputes",
		"l2c_app.jobs.contracts.prepare_billing",
		"l2c_app.jobs.collections.prepare_statements",
		"l2c_app.jobs.collections.keep_measures",
		"l2c_app.jobs.contracts.expire_signing_links",
		"l2c_app.jobs.contracts.remind_of_signing_links",
	],
}
