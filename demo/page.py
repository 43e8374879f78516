"""The page that the demo leaves: one file, no script, no address outside it."""

from collections import Counter
from html import escape

from demo import charts
from demo.collections_month import Month
from demo.figures import Figures
from demo.pool_day import PoolDay
from demo.proof import Line
from l2c_app.core.ageing import BUCKETS

EVENING = ("Stays", "Due, but kept", "Goes back")
STYLE = """
body{font:15px/1.5 "Noto Sans","Noto Sans CJK SC",system-ui,sans-serif;color:#333a45;background:#f5f7f9;margin:0}
main{max-width:1360px;margin:0 auto;padding:24px}h1{font-size:26px;margin:0}h2{font-size:16px;margin:0 0 12px}h3{font-size:14px;margin:14px 0 6px}
p.lead{margin:4px 0 20px;color:#6b7480}.tiles{display:flex;flex-wrap:wrap;gap:14px;margin-bottom:18px}
.tile{flex:1 1 150px;background:#fff;border-radius:10px;padding:14px 18px;box-shadow:0 1px 2px #0001}
.tile b{display:block;font-size:22px}.tile span{color:#6b7480;font-size:13px}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(560px,100%),1fr));gap:18px}
section{background:#fff;border-radius:10px;padding:18px 20px;box-shadow:0 1px 2px #0001;overflow-x:auto}
svg{width:100%;height:auto}table{border-collapse:collapse;width:100%;font-size:13.5px}
th,td{padding:6px 8px;border-bottom:1px solid #e3e7ec;text-align:right}th:first-child,td:first-child{text-align:left}
.ok{color:#2c7a4b}.fail{color:#b0303f}ul{margin:0;padding-left:18px;font-size:13.5px}
@media(max-width:520px){.cards{grid-template-columns:1fr}main{padding:12px}}
"""


def render(
	figures: Figures,
	proof: list[Line],
	*,
	day: PoolDay,
	month: Month,
	log: Counter,
	refusals: list[str],
	files: list[str],
	subtitle: str,
) -> str:
	"""Return the page as HTML."""
	sections = [
		("From lead to cash", charts.funnel(figures.funnel)),
		(
			"Plan against collected, by month",
			charts.columns(
				figures.months, {"Planned": figures.planned, "Collected": figures.collected}, unit="USD"
			),
		),
		("Age of open money, by sales person", charts.bars(figures.ageing, BUCKETS, unit="USD")),
		("By sales person", _table(figures.reps)),
		("A pool day, by sales person", _table(day.table()) + _pool_notes(day)),
		(
			"The night of that day: held seats by sales person",
			charts.bars(day.evening(), EVENING, unit="seats"),
		),
		*_collections(month),
		("Proof", _proof(proof)),
		("What happened", _list(f"{name}: {count:,}" for name, count in log.most_common())),
		("Refused, each with its reason", _list(refusals[:40]) + _more(len(refusals) - 40)),
		("Documents", "".join(f'<p><a href="{escape(name)}">{escape(name)}</a></p>' for name in files)),
	]
	cards = "".join(f"<section><h2>{escape(title)}</h2>{body}</section>" for title, body in sections)
	tiles = "".join(_tile(label, value) for label, value in _headline(figures))
	head = f"<h1>Lead to Cash</h1><p class=lead>{escape(subtitle)}</p>"
	body = f"<main>{head}<div class=tiles>{tiles}</div><div class=cards>{cards}</div></main>"
	return f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Lead to Cash</title><style>{STYLE}</style>{body}</html>'


def _collections(month: Month) -> list[tuple[str, str]]:
	"""Return the cards of the collections month; none where nothing was open."""
	if not month.lines:
		return []
	weeks = {"Expected": month.expected, "Came": month.came}
	return [
		("A bank statement comes in: every line with its evidence", _table(month.lines)),
		("Cash forecast four weeks ago against what came", charts.columns(month.weeks, weeks, unit="USD")),
		("Promises, judged by the ledger", _table(month.promises) if month.promises else ""),
		("Letters at the moment of sending", _table(month.letters) if month.letters else ""),
	]


def _pool_notes(day: PoolDay) -> str:
	"""Say in words who was refused and what kept seats that were due."""
	refused = _list(f"{text} ({count:,})" for text, count in day.refusals.items())
	kept = _list(f"{reason}: {count:,}" for reason, count in day.kept.most_common())
	kept = f"<h3>Due tonight, but kept</h3>{kept}" if day.kept else ""
	return f"<h3>Claims that were refused</h3>{refused}{kept}"


def _headline(figures: Figures) -> list[tuple[str, float]]:
	names = {
		"grand_total": "signed",
		"billed": "billed",
		"collected": "collected",
		"open_amount": "open",
		"overdue_amount": "overdue",
	}
	return [(f"{name} (USD)", figures.totals[key]) for key, name in names.items()]


def _tile(label: str, value: float) -> str:
	return f"<div class=tile><b>{value:,.0f}</b><span>{escape(label)}</span></div>"


def _table(rows: list[dict]) -> str:
	head = "".join(f"<th>{escape(name)}</th>" for name in rows[0])
	body = "".join(
		"<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row.values()) + "</tr>" for row in rows
	)
	return f"<table><tr>{head}</tr>{body}</table>"


def _cell(value: object) -> str:
	return f"{value:,.0f}" if isinstance(value, (int, float)) else escape(str(value))


def _proof(lines: list[Line]) -> str:
	items = "".join(
		f'<li class="{"fail" if line.failed else "ok"}">{escape(str(line))}</li>' for line in lines
	)
	return f"<ul>{items}</ul>"


def _list(texts: object) -> str:
	return "<ul>" + "".join(f"<li>{escape(str(text))}</li>" for text in texts) + "</ul>"


def _more(count: int) -> str:
	return f"<p>… and {count:,} more.</p>" if count > 0 else ""
