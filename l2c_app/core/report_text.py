"""What a report's own text says it reads. Pure."""

import re
from collections.abc import Iterable


def reads(text: str | None, doctypes: Iterable[str]) -> bool:
	"""Return True when a query or script names one of the DocTypes: as a table (`tabLead`) or as a quoted word ("Lead").

	A text that puts the name together from pieces is not found; only System Managers write such texts.
	"""
	names = "|".join(re.escape(name) for name in sorted(doctypes, key=len, reverse=True))
	plain = rf"(?<!`)tab(?:{names})\b"  # a name with a blank needs the quotes
	return bool(text) and bool(re.search(rf"`tab(?:{names})`|{plain}|[\"'](?:{names})[\"']", text))
