"""Who may do what: role permissions, the hooks' refusals, shared documents. User Permissions are the real host's."""

from typing import Any

import frappe
from frappe import _dict
from frappe._emulation import module_getattr

rights = (
	"select", "read", "write", "create", "delete", "submit", "cancel", "amend", "print", "email", "report", "import",
	"export", "share",
)  # fmt: skip
AUTOMATIC_ROLES = ("Guest", "All", "Administrator")
SHAREABLE = ("read", "write", "share", "submit", "email", "print")


def get_roles(user: str | None = None, with_standard: bool = True) -> list[str]:
	"""The user's roles and the automatic ones."""
	user = user or frappe.session.user
	if user == "Guest" or not user:
		return ["Guest"]
	known = frappe.db.value_cache.setdefault("User", {})  # forgotten when a user is saved or undone
	if user not in known:
		known[user] = _roles_of(user)
	roles = known[user]
	return list(roles) if with_standard else [role for role in roles if role not in AUTOMATIC_ROLES]


def _roles_of(user: str) -> list[str]:
	if user == "Administrator":
		return frappe.get_all("Role", pluck="name", order_by="name")
	filters = {"parenttype": "User", "parent": user, "role": ("not in", AUTOMATIC_ROLES)}
	roles = [*frappe.get_all("Has Role", filters=filters, pluck="role", order_by="idx"), "All", "Guest"]
	if frappe.db.get_value("User", user, "user_type") == "System User":
		roles.append("Desk User")
	return roles


def has_permission(
	doctype: Any,
	ptype: str = "read",
	doc: Any = None,
	user: str | None = None,
	raise_exception: bool = True,
	*,
	parent_doctype: str | None = None,
	ignore_share_permissions: bool = False,
	**_ignored: Any,
) -> bool:
	"""Whether `user` has the right on the DocType, or on the document."""
	user = user or frappe.session.user
	if user == "Administrator":
		return True
	if not doc and hasattr(doctype, "doctype"):
		doc, doctype = doctype, doctype.doctype
	meta = frappe.get_meta(doctype)
	if meta.istable:
		return _has_child_permission(doctype, ptype, doc, user, parent_doctype)
	if isinstance(doc, str | int):
		doc = frappe.get_doc(doctype, doc)
	if doc:
		allowed = get_doc_permissions(doc, user=user, ptype=ptype).get(ptype)
	elif (ptype == "submit" and not meta.is_submittable) or (ptype == "import" and not meta.allow_import):
		return False
	else:
		allowed = get_role_permissions(meta, user=user).get(ptype)
	if not allowed and not ignore_share_permissions and ptype in SHAREABLE:
		right = "read" if ptype in ("email", "print") else ptype
		allowed = frappe.share.get_shared(doctype, user, [right], name=doc.get("name") if doc else None)
	return bool(allowed)


def _has_child_permission(doctype: str, ptype: str, doc: Any, user: str, parent_doctype: str | None) -> bool:
	parent_doctype = (doc and doc.get("parenttype")) or parent_doctype
	if not parent_doctype:
		return False
	parent = frappe.get_doc(parent_doctype, doc.parent) if doc and doc.get("parent") else None
	return has_permission(parent_doctype, ptype, parent, user)


def get_doc_permissions(doc: Any, user: str | None = None, ptype: str | None = None, **_ignored: Any) -> dict:
	"""All rights on the document; a hook's refusal of `ptype` first."""
	user = user or frappe.session.user
	meta = frappe.get_meta(doc.doctype)
	if not has_controller_permissions(doc, ptype, user=user):
		return {ptype: 0}
	is_owner = cstr_lower(doc.get("owner")) == user.lower()
	found = get_role_permissions(meta, user=user, is_owner=is_owner)
	granted = dict(found)
	if not meta.is_submittable:
		granted["submit"] = 0
	if not meta.allow_import:
		granted["import"] = 0
	if granted.get("has_if_owner_enabled"):
		granted.update(granted.get("if_owner", {}))
	return granted


def cstr_lower(text: Any) -> str:
	return (text or "").lower()


def get_role_permissions(
	doctype_meta: Any, user: str | None = None, is_owner: bool | None = None, **_ignored: Any
) -> dict:
	"""The union of what the user's roles grant at level 0."""
	meta = frappe.get_meta(doctype_meta) if isinstance(doctype_meta, str) else doctype_meta
	user = user or frappe.session.user
	if user == "Administrator":
		return _dict(dict.fromkeys(rights, 1), if_owner={})
	roles = get_roles(user)
	applicable = [p for p in meta.permissions if p.role in roles and not p.permlevel]
	by_owner = any(p.if_owner for p in applicable)
	granted = _dict(if_owner={}, has_if_owner_enabled=by_owner)
	for right in rights:
		value = any(p.get(right) for p in applicable)
		granted[right] = int(value)
		if (
			value
			and by_owner
			and right != "create"
			and not any(p.get(right) and not p.if_owner for p in applicable)
		):
			granted["if_owner"][right] = int(bool(is_owner))
			granted[right] = int(right in ("select", "read"))
	return granted


def has_controller_permissions(doc: Any, ptype: str | None, user: str | None = None, **_ignored: Any) -> bool:
	"""The hooks, last app first: in 15 the first opinion counts, in 16 every hook must agree."""
	hooks = frappe.get_hooks("has_permission", {})
	for method in reversed([*hooks.get(doc.doctype, []), *hooks.get("*", [])]):
		answer = frappe.call(method, doc=doc, ptype=ptype, user=user or frappe.session.user, debug=False)
		if frappe.flavour == "v16":
			if not answer:
				return False
		elif answer is not None:
			return bool(answer)
	return True


def list_conditions(doctype: str, user: str) -> list[str]:
	"""What the hooks add to a list, as SQL."""
	hooks = frappe.get_hooks("permission_query_conditions", {})
	answers = [
		frappe.call(method, user, doctype=doctype) for method in hooks.get(doctype, []) + hooks.get("*", [])
	]
	return [answer for answer in answers if answer]


__getattr__ = module_getattr(__name__)
