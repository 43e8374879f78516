"""The closed set: a pooled lead and all that carries its contact data is closed to all but holders and managers.

In pairs: a list condition and a check of the single document, which agree. Without an enabled pool neither has an effect.
Leads outside the pools keep the host's own visibility.
"""

from collections.abc import Iterable

import frappe

from l2c_app import compat
from l2c_app.services.pool import closed_documents, visibility

PARTY_FIELDS = closed_documents.PARTY_FIELDS


def _literals(names: list[str]) -> str:
	return ", ".join(frappe.db.escape(name, percent=False) for name in names) or "''"


def _open_leads(column: str, user: str, party_type: str = "Lead", *, also: Iterable[str] = ()) -> list[str]:
	"""Return the alternatives under which a pooled party in `column` is open: held by the team, or in a managed pool, or one
	of `also`.

	Written out as names, which the database finds by key. What would be too many names is looked up row by row: compared
	with a number, so that the database does not collect the whole pool first, as it does for IN and EXISTS.
	"""
	names, parts = list(also), []
	if visibility.holds_many(user):
		parts.append(
			_seat_by_row(
				party_type,
				column,
				f"`holder` in ({_literals(visibility.team(user))}) and seat.`state` = 'Held'",
			)
		)
	else:
		names += visibility.held_parties(user, party_type)
	managed = visibility.managed_parties(user, party_type)
	if managed is None:
		pools = _literals(visibility.managed_pools(user))
		parts.append(_seat_by_row(party_type, column, f"`pool` in ({pools})"))
	else:
		names += managed
	return [f"{column} in ({_literals(sorted(set(names)))})", *parts]


def _seat_by_row(party_type: str, column: str, condition: str) -> str:
	rows = f"select count(*) from `tabLead Pool Seat` seat where seat.`party_type` = '{party_type}'"
	return f"({rows} and seat.`party` = {column} and seat.{condition}) > 0"


def worked_on(column: str, user: str, party_type: str, *, also: Iterable[str] = ()) -> str:
	"""Return the condition that the party in `column` is held by the team, or in a managed pool, as `visibility.works_on`;
	or one of `also`: named once, for each list of names is gone through for every row."""
	return _any(_open_leads(column, user, party_type, also=also))


def open_lead(column: str, user: str) -> str:
	"""Return the condition that `column` names no closed lead: none at all, one outside the pools, or one open to the user.

	Compared with a number for the reason given above: NOT EXISTS would collect all pooled leads first. What is open to the
	user is asked first: of a rep's own follow ups that is nearly all, and it costs no look at the lead.
	"""
	pooled = (
		f"select count(*) from `tabLead` closed where closed.`name` = {column} and closed.`l2c_pooled` = 1"
	)
	return _any([*_open_leads(column, user), f"({pooled}) = 0"])


def _any(parts: list[str]) -> str:
	return f"({' or '.join(parts)})"


def lead_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the list condition of Lead: outside the pools, or held, or in a managed pool."""
	user = user or frappe.session.user
	if not visibility.restricted(user):
		return ""
	return _any(["`tabLead`.`l2c_pooled` = 0", *_open_leads("`tabLead`.`name`", user)])


def linked_conditions(doctype: str, column: str, user: str | None) -> str:
	"""Return the condition that the Contact or Address in `column` is open: no link to a closed lead, or also a customer's, or to an open one."""
	user = user or frappe.session.user
	if not visibility.restricted(user):
		return ""
	links = (
		f"select 1 from `tabDynamic Link` dl where dl.`parenttype` = '{doctype}' and dl.`parent` = {column}"
	)
	pooled = (
		f"select 1 from `tabDynamic Link` dl inner join `tabLead` closed on closed.`name` = dl.`link_name`"
		f" where dl.`parenttype` = '{doctype}' and dl.`parent` = {column}"
		" and dl.`link_doctype` = 'Lead' and closed.`l2c_pooled` = 1"
	)
	opened = _any(_open_leads("dl.`link_name`", user))
	return _any(
		[
			f"not exists ({pooled})",
			f"exists ({links} and dl.`link_doctype` = 'Customer')",
			f"exists ({links} and dl.`link_doctype` = 'Lead' and {opened})",
		]
	)


def contact_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the list condition of Contact."""
	return linked_conditions("Contact", "`tabContact`.`name`", user)


def address_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the list condition of Address."""
	return linked_conditions("Address", "`tabAddress`.`name`", user)


def _party_conditions(doctype: str, user: str | None) -> str:
	user = user or frappe.session.user
	if not visibility.restricted(user):
		return ""
	kind, party = (f"`tab{doctype}`.`{fieldname}`" for fieldname in PARTY_FIELDS[doctype])
	return _any([f"ifnull({kind}, '') != 'Lead'", open_lead(party, user)])


def opportunity_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the list condition of Opportunity."""
	return _party_conditions("Opportunity", user)


def quotation_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the list condition of Quotation."""
	return _party_conditions("Quotation", user)


# The single document


def lead_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Deny a pooled lead to strangers; creating is the host's business."""
	return answer(ptype, user, [doc.get("name")] if not _is_new(doc) else [])


def contact_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Deny a contact of a closed lead; of several leads one open one is enough, and so is a customer."""
	return linked_has_permission("Contact", doc, ptype=ptype, user=user)


def address_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Deny an address of a closed lead, as a contact."""
	return linked_has_permission("Address", doc, ptype=ptype, user=user)


def linked_has_permission(doctype: str, doc: object, *, ptype: str, user: str | None) -> bool | None:
	"""Judge the stored links of a Contact or Address."""
	if not visibility.enabled_pools() or _is_new(doc):
		return compat.no_opinion()
	return answer(ptype, user, closed_documents.linked_leads(doctype, doc.get("name")))


def opportunity_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Deny an opportunity of a closed lead."""
	return _party_has_permission("Opportunity", doc, ptype=ptype, user=user)


def quotation_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Deny a quotation to a closed lead."""
	return _party_has_permission("Quotation", doc, ptype=ptype, user=user)


def _party_has_permission(doctype: str, doc: object, *, ptype: str, user: str | None) -> bool | None:
	"""Judge the stored party, and the one in hand: neither may be closed."""
	if not visibility.enabled_pools():
		return compat.no_opinion()
	kind, party = PARTY_FIELDS[doctype]
	named = [(doc.get(kind), doc.get(party))]
	if not _is_new(doc):
		named.append(tuple(frappe.db.get_value(doctype, doc.get("name"), [kind, party]) or (None, None)))
	for leads in [[name] for what, name in named if what == "Lead" and name]:
		if answer(ptype, user, leads) is False:
			return False
	return compat.no_opinion()


def answer(ptype: str, user: str | None, leads: list[str]) -> bool | None:
	"""Return False when there are leads and none of them is open to the user."""
	user = user or frappe.session.user
	right = "read" if ptype == "create" else ptype
	if leads and not any(visibility.may_access("Lead", lead, user=user, right=right) for lead in leads):
		return False
	return compat.no_opinion()


def _is_new(doc: object) -> bool:
	"""Only a document without a name is new: the form's own mark can be sent along to copy a stored one."""
	return not doc.get("name")
