"""Several holders, one party: their counted effort proposes how a deal is shared, in the form of the native Sales Team."""

from decimal import Decimal

import frappe
from frappe import _

from l2c_app.core.money import from_minor, split_by_weights
from l2c_app.core.seats import State
from l2c_app.services.errors import NotAPoolParty, refuse
from l2c_app.services.follow_up import effort
from l2c_app.services.pool import visibility

HUNDREDTH = Decimal("0.01")
WHOLE = 100 * 100
Party = tuple[str, str]


def propose(party_type: str, party: str) -> dict:
	"""Return the proposed Sales Team of a party: {"team": [{user, sales_person, acts, allocated_percentage}],
	"without_sales_person": [user]}.

	Everybody who holds or held a seat of the lead or customer takes part by his counted acts on it; where nobody has any,
	those who hold it now share it evenly. The percentages add up to exactly 100 (largest remainder of a hundredth).
	Raises PermissionError without the right to read the party, NotAPoolParty for other documents.
	"""
	if party_type not in visibility.OWNER_FIELD:
		refuse(NotAPoolParty, _("Only leads and customers have a sales team by effort."))
	frappe.has_permission(party_type, "read", doc=party, throw=True)
	return _proposal(_parties(party_type, party))


def team_of(lead: str | None, customer: str | None) -> list[dict]:
	"""Return the proposed rows for a new document about a lead or customer that the caller may see; [] without holders."""
	parties = [*(_parties("Customer", customer) if customer else []), *([("Lead", lead)] if lead else [])]
	return _proposal(list(dict.fromkeys(parties)))["team"] if parties else []


def _parties(party_type: str, party: str) -> list[Party]:
	"""Return the party, and for a customer also the lead it was made from: the work before counts as well."""
	lead = frappe.db.get_value("Customer", party, "lead_name") if party_type == "Customer" else None
	return [(party_type, party), *([("Lead", lead)] if lead else [])]


def _proposal(parties: list[Party]) -> dict:
	holding, held = _holders(parties)
	acts = dict.fromkeys(sorted(holding | held), 0)
	for party_type, party in parties:
		counted = effort.count_by_holder([party], party_type=party_type)
		for (_party, user), count in counted.items():
			if user in acts:
				acts[user] += count
	weights = acts if any(acts.values()) else dict.fromkeys(sorted(holding or held), 1)
	return _shared({user: weight for user, weight in weights.items() if weight}, acts)


def _holders(parties: list[Party]) -> tuple[set[str], set[str]]:
	"""Return (users who hold a seat of the parties now, users who ever held one)."""
	holding: set[str] = set()
	held: set[str] = set()
	for party_type, party in parties:
		filters = {"party_type": party_type, "party": party}
		state = {"state": State.HELD.value}
		holding |= set(
			frappe.get_all("Lead Pool Seat", filters={**filters, **state}, pluck="holder", order_by="name")
		)
		logged = {**filters, "to_holder": ("is", "set")}
		held |= set(frappe.get_all("Lead Pool Log", filters=logged, pluck="to_holder", order_by="name"))
	return holding, held


def _shared(weights: dict[str, int], acts: dict[str, int]) -> dict:
	people = _sales_people(list(weights))
	known = {user: weight for user, weight in weights.items() if user in people}
	parts = split_by_weights(WHOLE, list(known.values())) if known else []
	team = [
		{
			"user": user,
			"sales_person": people[user],
			"acts": acts[user],
			"allocated_percentage": float(from_minor(part, HUNDREDTH)),
		}
		for user, part in zip(known, parts, strict=True)
		if part
	]
	team.sort(key=lambda row: (-row["allocated_percentage"], row["sales_person"]))
	return {"team": team, "without_sales_person": [user for user in weights if user not in people]}


def _sales_people(users: list[str]) -> dict[str, str]:
	"""Return {user: his enabled Sales Person}, found through the Employee; the first by name if there are several."""
	person, employee = frappe.qb.DocType("Sales Person"), frappe.qb.DocType("Employee")
	query = frappe.qb.from_(person).join(employee).on(employee.name == person.employee)
	query = query.where(employee.user_id.isin(users) & (person.enabled == 1))
	rows = query.select(employee.user_id, person.name).orderby(person.name).run() if users else []
	result: dict[str, str] = {}
	for user, name in rows:
		result.setdefault(user, name)
	return result
