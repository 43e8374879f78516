"""Charts as SVG text: they open offline, scale, and say their numbers on hover."""

from collections.abc import Mapping, Sequence
from html import escape

COLOURS = ("#2f6fb3", "#3a9d6e", "#d9822b", "#8c6bb1", "#b04a5a")
INK, GRID = "#333a45", "#e3e7ec"
WIDTH = 640


def funnel(steps: Sequence[tuple[str, float]]) -> str:
	"""Draw steps as centred bars, each with its number and its share of the first."""
	height, top = 34, max((value for _, value in steps), default=0) or 1
	parts = []
	for number, (label, value) in enumerate(steps):
		wide, y = max(2, 330 * value / top), number * (height + 8)
		share = f"{100 * value / (steps[0][1] or 1):.1f} %"
		parts.append(
			_bar(
				305 - wide / 2,
				y,
				wide,
				height,
				COLOURS[0],
				f"{label}: {value:,.0f} ({share})",
				1 - number * 0.09,
			)
		)
		parts.append(_text(125, y + 22, label, "end"))
		parts.append(_text(WIDTH, y + 22, f"{value:,.0f}  ·  {share}", "end"))
	return _svg(len(steps) * (height + 8), parts)


def columns(groups: Sequence[str], series: Mapping[str, Sequence[float]], *, unit: str) -> str:
	"""Draw one group of columns per label, one column per series, with a scale."""
	height, base = 260, 210
	top = _nice(max((value for values in series.values() for value in values), default=0))
	parts = _scale(top, base, unit) + _legend(list(series), height - 8)
	slot = (WIDTH - 80) / max(1, len(groups))
	for place, label in enumerate(groups):
		left, wide = 70 + place * slot, slot * 0.8 / len(series)
		parts.append(_text(left + slot * 0.4, base + 18, label, "middle"))
		for number, (name, values) in enumerate(series.items()):
			tall = base * 0.93 * values[place] / top
			tip = f"{label}, {name}: {values[place]:,.2f} {unit}"
			parts.append(_bar(left + number * wide, base - tall, wide - 2, tall, COLOURS[number], tip))
	return _svg(height, parts)


def bars(rows: Sequence[tuple[str, Sequence[float]]], names: Sequence[str], *, unit: str) -> str:
	"""Draw one line of stacked bars per row, with the sum at its end."""
	height = 30 * len(rows) + 34
	top = max((sum(values) for _, values in rows), default=0) or 1
	parts = _legend(names, height - 8)
	for line, (label, values) in enumerate(rows):
		x, y = 150.0, line * 30
		parts.append(_text(140, y + 17, label, "end"))
		for number, value in enumerate(values):
			wide = 390 * value / top
			parts.append(
				_bar(x, y + 2, wide, 22, COLOURS[number], f"{label}, {names[number]}: {value:,.2f} {unit}")
			)
			x += wide
		parts.append(_text(x + 6, y + 17, f"{sum(values):,.0f}"))
	return _svg(height, parts)


def _nice(value: float) -> float:
	"""Return the next 1, 2 or 5 times a power of ten."""
	if value <= 0:
		return 1
	power = 10 ** (len(str(int(value))) - 1)
	return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


def _scale(top: float, base: float, unit: str) -> list[str]:
	parts = []
	for quarter in range(5):
		y = base - base * 0.93 * quarter / 4
		parts.append(f'<line x1="62" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>')
		parts.append(_text(56, y + 4, f"{top * quarter / 4:,.0f}", "end"))
	return [*parts, _text(56, 10, unit, "end")]


def _legend(names: Sequence[str], y: float) -> list[str]:
	parts, x = [], 62.0
	for number, name in enumerate(names):
		parts.append(f'<rect x="{x:.0f}" y="{y - 9:.0f}" width="10" height="10" fill="{COLOURS[number]}"/>')
		parts.append(_text(x + 15, y, name))
		x += 34 + 7.2 * len(name)
	return parts


def _bar(x: float, y: float, width: float, height: float, colour: str, tip: str, opacity: float = 1) -> str:
	box = f'x="{x:.1f}" y="{y:.1f}" width="{max(0, width):.1f}" height="{max(0, height):.1f}" rx="2"'
	return f'<rect {box} fill="{colour}" opacity="{opacity:.2f}"><title>{escape(tip)}</title></rect>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
	return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(height: float, parts: Sequence[str]) -> str:
	body = "".join(parts)
	return f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" fill="{INK}" font-size="12">{body}</svg>'
