"""Judge one record by filters of the host's form, [[field, operator, value], ...], without a query. Pure."""

from collections.abc import Callable, Mapping, Sequence

from l2c_app.core.normalise import one_width

Filter = tuple[str, str, object]


class BadFilter(ValueError):
	"""The filters are no list of [field, operator, value] with a known operator."""


def _text(value: object) -> str:
	return one_width("" if value is None else str(value)).casefold()


def _number(value: object) -> float | None:
	try:
		return float(str(value))
	except ValueError:
		return None


def _less(left: object, right: object) -> bool:
	pair = _number(left), _number(right)
	return pair[0] < pair[1] if None not in pair else _text(left) < _text(right)


def _same(left: object, right: object) -> bool:
	pair = _number(left), _number(right)
	return pair[0] == pair[1] if None not in pair else _text(left) == _text(right)


def _like(left: object, right: object) -> bool:
	pieces = _text(right).split("%")
	text = _text(left)
	if len(pieces) == 1:
		return text == pieces[0]
	if not text.startswith(pieces[0]) or not text[len(pieces[0]) :].endswith(pieces[-1]):
		return False
	rest = text[len(pieces[0]) : len(text) - len(pieces[-1])]
	for piece in pieces[1:-1]:
		place = rest.find(piece)
		if place < 0:
			return False
		rest = rest[place + len(piece) :]
	return True


def _values(value: object) -> list:
	return value.split(",") if isinstance(value, str) else list(value)  # type: ignore[call-overload]


def _among(left: object, right: object) -> bool:
	return any(_same(left, item) for item in _values(right))


def _is(left: object, right: object) -> bool:
	return bool(_text(left)) == (_text(right) == "set")


def _between(left: object, right: object) -> bool:
	low, high = _values(right)
	return not _less(left, low) and not _less(high, left)


OPERATORS: dict[str, Callable[[object, object], bool]] = {
	"=": _same,
	"!=": lambda left, right: not _same(left, right),
	">": lambda left, right: _less(right, left),
	"<": _less,
	">=": lambda left, right: not _less(left, right),
	"<=": lambda left, right: not _less(right, left),
	"like": _like,
	"not like": lambda left, right: not _like(left, right),
	"in": _among,
	"not in": lambda left, right: not _among(left, right),
	"is": _is,
	"between": _between,
}


def parse(rows: object) -> list[Filter]:
	"""Return the filters as (field, operator, value); accepts {field: value}, {field: [operator, value]} and rows of
	three or of four with the DocType first. Raises BadFilter."""
	if isinstance(rows, Mapping):
		rows = [
			[field, *(value if isinstance(value, list) else ("=", value))] for field, value in rows.items()
		]
	if not isinstance(rows, Sequence) or isinstance(rows, str):
		raise BadFilter("a list of [field, operator, value] is expected")
	return [_parse_row(row) for row in rows]


def _parse_row(row: object) -> Filter:
	if not isinstance(row, Sequence) or isinstance(row, str) or len(row) not in (3, 4):
		raise BadFilter(f"not a filter: {row!r}"[:140])
	field, operator, value = row[-3], str(row[-2]).lower(), row[-1]
	if not isinstance(field, str) or operator not in OPERATORS:
		raise BadFilter(f"unknown operator: {operator!r}"[:140])
	if operator == "between" and not (isinstance(value, list | tuple) and len(value) == 2):
		raise BadFilter("between takes two values")
	if operator in ("in", "not in") and not isinstance(value, str | list | tuple):
		raise BadFilter("a list of values is expected")
	return field, operator, value


def matches(values: Mapping[str, object], filters: Sequence[Filter]) -> bool:
	"""Return True when the record fulfils every filter. No filter at all matches nothing: an empty rule is a mistake."""
	return bool(filters) and all(OPERATORS[op](values.get(field), value) for field, op, value in filters)
