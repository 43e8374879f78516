"""The approval of contracts: a Workflow of the host, made once, not active, free to be changed by an admin.

Saving a Workflow gives its DocType a column, so ours is written row by row: the column comes when somebody switches it
on. What we make in the host's lists of states and actions is noted, so that uninstalling takes that and nothing else.
"""

import json

import frappe

WORKFLOW = "Sales Contract Approval"
DOCTYPE = "Sales Contract"
FIELD = "workflow_state"
DRAFT, PENDING, APPROVED, CANCELLED = "Draft", "Pending Approval", "Approved", "Cancelled"
SEND, APPROVE, REJECT, CANCEL = "Send for Approval", "Approve", "Reject", "Cancel"
STYLES = {DRAFT: "", PENDING: "Warning", APPROVED: "Success", CANCELLED: "Danger"}
SALES, MANAGER, HIGHER = "Sales User", "Sales Manager", "System Manager"
# L2C Settings say above which amount, discount or margin, and with which clauses, somebody higher must approve.
SMALL = "not doc.needs_higher_approval"
STATES = ((DRAFT, 0, SALES), (PENDING, 0, MANAGER), (APPROVED, 1, MANAGER), (CANCELLED, 2, MANAGER))
# state, action, next state, role, condition; nobody approves what he wrote himself
TRANSITIONS = (
	(DRAFT, SEND, PENDING, SALES, ""),
	(PENDING, APPROVE, APPROVED, MANAGER, SMALL),
	(PENDING, APPROVE, APPROVED, HIGHER, ""),
	(PENDING, REJECT, DRAFT, MANAGER, ""),
	(APPROVED, CANCEL, CANCELLED, MANAGER, ""),
)
MADE = "workflow_records"


def create() -> None:
	"""Make the workflow unless it was made before: deleted by an admin, it stays away. At install and by a patch."""
	if frappe.db.get_single_value("L2C Settings", MADE):
		return
	made = [_list_row("Workflow State", "workflow_state_name", name, style=STYLES[name]) for name in STYLES]
	actions = (SEND, APPROVE, REJECT, CANCEL)
	made += [_list_row("Workflow Action Master", "workflow_action_name", name) for name in actions]
	if not frappe.db.exists("Workflow", WORKFLOW):
		_write_workflow()
		made.append(["Workflow", WORKFLOW])
	frappe.db.set_single_value("L2C Settings", MADE, json.dumps([row for row in made if row]))


def delete() -> None:
	"""Remove what `create` made, and every other workflow of contracts with its column; what others use stays."""
	filters = {"document_type": DOCTYPE}
	for name in frappe.get_all("Workflow", filters=filters, pluck="name", order_by="name"):
		frappe.delete_doc("Workflow", name, force=True, ignore_permissions=True)
	column = frappe.db.exists("Custom Field", {"dt": DOCTYPE, "fieldname": FIELD})
	if column:
		frappe.delete_doc("Custom Field", column, force=True, ignore_permissions=True)
	for doctype, name in json.loads(frappe.db.get_single_value("L2C Settings", MADE) or "[]"):
		if doctype != "Workflow" and not _used(doctype, name):
			frappe.delete_doc(doctype, name, force=True, ignore_missing=True, ignore_permissions=True)
	frappe.db.set_single_value("L2C Settings", MADE, "")


def _list_row(doctype: str, field: str, name: str, **values: str) -> list[str] | None:
	"""Return [DocType, name] of a row that was not there before."""
	if frappe.db.exists(doctype, name):
		return None
	frappe.get_doc({"doctype": doctype, field: name, **values}).insert(ignore_permissions=True)
	return [doctype, name]


def _write_workflow() -> None:
	head = {"doctype": "Workflow", "name": WORKFLOW, "workflow_name": WORKFLOW, "document_type": DOCTYPE}
	workflow = frappe.get_doc(
		{
			**head,
			"is_active": 0,
			"override_status": 1,  # the list shows our status, which knows the workflow's
			"send_email_alert": 0,
			"workflow_state_field": FIELD,
			"states": [
				{"state": state, "doc_status": str(docstatus), "allow_edit": role}
				for state, docstatus, role in STATES
			],
			"transitions": [
				{
					"state": state,
					"action": action,
					"next_state": after,
					"allowed": role,
					"condition": condition,
					"allow_self_approval": int(action != APPROVE),
				}
				for state, action, after, role, condition in TRANSITIONS
			],
		}
	)
	for document in (workflow, *workflow.get_all_children()):
		document.db_insert()


def _used(doctype: str, name: str) -> bool:
	fields = {"Workflow State": ("state", "next_state"), "Workflow Action Master": ("action",)}[doctype]
	places = [("Workflow Transition", field) for field in fields]
	if doctype == "Workflow State":
		places.append(("Workflow Document State", "state"))
	return any(frappe.db.exists(table, {field: name}) for table, field in places)
