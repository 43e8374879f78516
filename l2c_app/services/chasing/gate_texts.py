"""What keeps a message back, in words, with the thing that does it."""

from frappe import _
from frappe.utils import formatdate

from l2c_app.core.dunning import Decision, Gate
from l2c_app.services.chasing.chase_facts import Known


def sentence(decision: Decision, known: Known) -> str:
	"""Return all reasons in one text, "" when nothing is in the way."""
	return "; ".join(reason(gate, known) for gate in decision.gates)


def reason(gate: Gate, known: Known) -> str:
	"""Return one reason in words, naming the bank line, the promise or the date."""
	facts = known.facts
	texts = {
		Gate.PAID: _("Nothing is overdue any more"),
		Gate.SMALL: _("The amount is within the tolerance"),
		Gate.UNAPPLIED: _("Money on account covers it"),
		Gate.BANK: _("Bank line {0} may be the payment").format(facts.bank_line),
		Gate.PROMISED: _("A promise is open until {0}").format(_date(known.promise_on)),
		Gate.DISPUTED: _("All of it is disputed"),
		Gate.HELD: _("The case is held"),
		Gate.NO_CONTACT: _("The customer must not be contacted"),
		Gate.NO_MAIL: _("The customer wants no mail"),
		Gate.NO_ADDRESS: _("There is no mail address"),
		Gate.GAP: _("The last message was on {0}").format(_date(facts.last_sent)),
		Gate.LIMIT: _("{0} messages were sent already").format(facts.sent_count),
		Gate.DAY_OFF: _("Today is a day off"),
		Gate.LEVEL: _("No new level is reached"),
	}
	return texts[gate]


def _date(day: object) -> str:
	return formatdate(day) if day else "–"
