"""Who may do what: role permissions and the hooks' refusals. Shares and User Permissions are the real host's."""

from typing import Any

import frappe
from frappe import _dict, not_emulated
from frappe._emulation import module_getattr

rights = tuple(
	"select read write create delete submit cancel amend print email report import export share".split()
)
AUTOMATIC_ROLES = ("Guest", "All", "Administrator")


def get_roles(user: str | None = None) -> list[str]:
	"""The user's roles and the automatic ones."""
	user = user or frappe.session.user
	if user == "Guest":
		return ["Guest"]
	known = frappe.db.value_cache.setdefault("User", {})  # forgotten when a user is saved or undone
	if user not in known:
		known[user] = _roles_of(user)
	return list(known[user])


def _roles_of(user: str) -> list[str]:
	if user == "Administrator":
		return frappe.get_all("Role", pluck="name", order_by="name")
	filters = {"parenttype": "User", "parent": user, "role": ("not in", AUTOMATIC_ROLES)}
	roles = [*frappe.get_all("Has Role", filters=filters, pluck="role", order_by="idx"), "All", "Guest"]
	is_system_user = frappe.db.get_value("User", user, "user_type") == "System User"
	return [*roles, "Desk User"] if is_system_user else roles


def has_permission(
	doctype: str,
	ptype: str = "read",
	doc: Any = None,
	user: str | None = None,
	*,
	parent_doctype: str | None = None,
) -> bool:
	"""Whether `user` has the right on the DocType, or on the document."""
	user = user or frappe.session.user
	if user == "Administrator":
		return True
	meta = frappe.get_meta(doctype)
	if meta.istable:
		not_emulated(f"rights on rows of {doctype}")
	doc = frappe.get_doc(doctype, doc) if isinstance(doc, str | int) else doc
	if doc and not has_controller_permissions(doc, ptype, user):
		return False
	if (ptype == "submit" and not meta.is_submittable) or (ptype == "import" and not meta.allow_import):
		return False
	is_owner = bool(doc) and (doc.get("owner") or "").lower() == user.lower()
	granted = get_role_permissions(meta, user)
	if doc and ptype in granted.if_owner:
		return is_owner
	return bool(granted.get(ptype))


def get_role_permissions(meta: Any, user: str) -> _dict:
	"""The union of what the user's roles grant at level 0; in `if_owner` what they grant on own documents alone."""
	roles = get_roles(user)
	known, key = frappe.local.role_permissions, (meta.name, *roles)
	if key not in known:
		known[key] = _granted([p for p in meta.permissions if p.role in roles and not p.permlevel])
	return known[key]


def _granted(applicable: list[_dict]) -> _dict:
	granted = _dict(if_owner=set(), has_if_owner_enabled=any(p.if_owner for p in applicable))
	for right in rights:
		granting = [p for p in applicable if p.get(right)]
		granted[right] = bool(granting)
		if granting and right != "create" and all(p.if_owner for p in granting):
			granted.if_owner.add(right)
			granted[right] = right in ("select", "read")
	return granted


def has_controller_permissions(doc: Any, ptype: str, user: str) -> bool:
	"""The hooks, last app first: in 15 the first opinion counts, in 16 every hook must agree."""
	hooks = frappe.get_hooks("has_permission", {})
	for method in reversed([*hooks.get(doc.doctype, []), *hooks.get("*", [])]):
		answer = frappe.call(method, doc=doc, ptype=ptype, user=user, debug=False)
		if frappe.flavour == "v16" and not answer:
			return False
		if frappe.flavour == "v15" and answer is not None:
			return bool(answer)
	return True


def list_conditions(doctype: str, user: str) -> list[str]:
	"""What the hooks add to a list, as SQL."""
	hooks = frappe.get_hooks("permission_query_conditions", {})
	methods = hooks.get(doctype, []) + hooks.get("*", [])
	answers = [frappe.call(method, user, doctype=doctype) for method in methods]
	return [answer for answer in answers if answer]


__getattr__ = module_getattr(__name__)
