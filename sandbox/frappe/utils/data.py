"""Numbers, dates, texts: as the host computes them."""

import datetime
import html
import math
import operator
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import frappe
from dateutil.parser import parse as parse_date
from dateutil.relativedelta import relativedelta
from frappe import _
from frappe._emulation import module_getattr, not_emulated

DATE_FORMAT = "%Y-%m-%d"
TIME_FORMAT = "%H:%M:%S.%f"
DATETIME_FORMAT = f"{DATE_FORMAT} {TIME_FORMAT}"
SAFE_TAGS = set(
	"a b blockquote br code div em h1 h2 h3 h4 hr i img li ol p pre s span strong table tbody td th thead tr u ul".split()
)
COMPARE = {
	"=": operator.eq, "!=": operator.ne, ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
	"not None": lambda a, _b: a is not None, "None": lambda a, _b: a is None,
	"in": lambda a, b: a in (b.split(",") if isinstance(b, str) else b),
	"not in": lambda a, b: a not in (b.split(",") if isinstance(b, str) else b),
	"^": lambda a, b: str(a or "").startswith(b), "like": lambda a, b: b.strip("%").lower() in str(a or "").lower(),
}  # fmt: skip


# numbers


def cint(s: Any, default: int = 0) -> int:
	try:
		return int(float(s))
	except Exception:
		return default


def flt(s: Any, precision: int | None = None, rounding_method: str | None = None) -> float:
	"""A float, rounded by the site's method if a precision is given; 0 for what is no number."""
	try:
		number = float(s.replace(",", "") if isinstance(s, str) else s)
	except Exception:
		return 0.0
	return number if precision is None else rounded(number, precision, rounding_method)


def rounded(num: float, precision: int = 0, rounding_method: str | None = None) -> float:
	"""By the method in System Settings; a new site has Banker's Rounding."""
	method = rounding_method or frappe.db.rounding_method()
	precision = cint(precision)
	if not num or not math.isfinite(num):
		return 0.0
	if method == "Banker's Rounding":
		return _bankers(num, precision)
	if method == "Commercial Rounding":
		return round(num + math.copysign(_unit(num), num), precision)
	if method == "Banker's Rounding (legacy)":
		return _bankers_legacy(num, precision)
	return frappe.throw(_("Unknown Rounding Method: {}").format(method))


def _unit(num: float) -> float:
	return 2.0 ** (math.log(abs(num), 2) - 52.0)


def _bankers(num: float, precision: int) -> float:
	scaled = round(num * 10**precision, 12)
	if not scaled:
		return 0.0
	below = math.floor(scaled)
	tie = abs(scaled - below - 0.5) < _unit(scaled)
	return (below + below % 2 if tie else round(scaled)) / 10**precision


def _bankers_legacy(num: float, precision: int) -> float:
	"""Ties go up when there are decimals, to even when there are none."""
	scaled = round(num * 10**precision, 8)
	below = math.floor(scaled)
	if scaled - below == 0.5:
		whole = below + (1 if precision else below % 2)
	else:
		whole = round(scaled)
	return whole / 10**precision if precision else whole


def cstr(s: Any, encoding: str = "utf-8") -> str:
	return "" if s is None else s.decode(encoding) if isinstance(s, bytes) else str(s)


def compare(val1: Any, condition: str, val2: Any, fieldtype: str | None = None) -> bool:
	if fieldtype:
		val1, val2 = cast(fieldtype, val1), cast(fieldtype, val2)
	if condition not in COMPARE:
		not_emulated(f"comparison {condition}")
	return COMPARE[condition](val1, val2)


def cast(fieldtype: str, value: Any = None, show_warning: bool = True) -> Any:
	"""A value as the field's type."""
	if fieldtype in ("Currency", "Float", "Percent"):
		return flt(value)
	if fieldtype in ("Int", "Check"):
		return cint(value)
	if fieldtype in (
		"Data",
		"Text",
		"Small Text",
		"Long Text",
		"Text Editor",
		"Select",
		"Link",
		"Dynamic Link",
	):
		return cstr(value)
	return get_date_value(fieldtype, value)


cast_fieldtype = cast


def get_date_value(fieldtype: str, value: Any) -> Any:
	"""Dates and times as objects, so that equal ones compare equal; anything else as it is."""
	if not value:
		return value
	return {"Date": getdate, "Datetime": get_datetime, "Time": to_timedelta}.get(
		fieldtype, lambda same: same
	)(value)


# dates


def getdate(string_date: Any = None, parse_day_first: bool = False) -> datetime.date | None:
	"""Today for nothing."""
	if not string_date:
		return now_datetime().date()
	if isinstance(string_date, datetime.datetime):
		return string_date.date()
	if isinstance(string_date, datetime.date):
		return string_date
	if string_date.startswith(("0000-00-00", "0001-01-01")):
		return None
	try:
		return _parse(string_date, parse_day_first).date()
	except (ValueError, OverflowError):
		return frappe.throw(_("{0} is not a valid date string.").format(frappe.bold(string_date)))


def get_time(time_str: str | datetime.time) -> datetime.time:
	"""A time of day; a time stays what it is."""
	return time_str if isinstance(time_str, datetime.time) else parse_date(time_str).time()


def get_datetime(datetime_str: Any = None) -> datetime.datetime | None:
	if datetime_str is None:
		return now_datetime()
	if isinstance(datetime_str, datetime.datetime):
		return datetime_str
	if isinstance(datetime_str, datetime.date):
		return datetime.datetime.combine(datetime_str, datetime.time())
	return _parse(datetime_str) if datetime_str else None


def _parse(text: str, day_first: bool = False) -> datetime.datetime:
	try:
		return datetime.datetime.fromisoformat(text)
	except ValueError:
		return parse_date(text, dayfirst=day_first)


def to_timedelta(value: Any) -> datetime.timedelta:
	if isinstance(value, datetime.timedelta):
		return value
	moment = value if isinstance(value, datetime.time) else parse_date(str(value)).time()
	return datetime.timedelta(
		hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond
	)


get_timedelta = to_timedelta


def now_datetime() -> datetime.datetime:
	"""The site's wall clock."""
	return datetime.datetime.now()


def now() -> str:
	"""The clock, on the day of `flags.current_date` if a test sets one."""
	if frappe.flags.current_date:
		return f"{getdate(frappe.flags.current_date):{DATE_FORMAT}} {now_datetime():{TIME_FORMAT}}"
	return now_datetime().strftime(DATETIME_FORMAT)


def nowdate() -> str:
	return now_datetime().strftime(DATE_FORMAT)


today = nowdate


def nowtime() -> str:
	return now_datetime().strftime(TIME_FORMAT)


def add_to_date(
	date: Any,
	years: int = 0,
	months: int = 0,
	weeks: int = 0,
	days: int = 0,
	hours: int = 0,
	minutes: int = 0,
	seconds: int = 0,
	as_string: bool = False,
	as_datetime: bool = False,
) -> Any:
	"""Text in, text out; objects in, objects out."""
	date = now_datetime() if date is None else date
	is_text = isinstance(date, str)
	if is_text:
		as_string = True
		as_datetime = as_datetime or " " in date
		date = parse_date(date)
	hours_change = hours or minutes or seconds
	if hours_change and not isinstance(date, datetime.datetime):
		date = get_datetime(date)
	moved = date + relativedelta(
		years=years, months=months, weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
	)
	if not as_string:
		return moved
	return moved.strftime(DATETIME_FORMAT if as_datetime else DATE_FORMAT)


def add_days(date: Any, days: int) -> Any:
	return add_to_date(date, days=cint(days))


def add_months(date: Any, months: int) -> Any:
	return add_to_date(date, months=cint(months))


def date_diff(string_ed_date: Any, string_st_date: Any) -> int:
	return days_diff(string_ed_date, string_st_date)


def days_diff(string_ed_date: Any, string_st_date: Any) -> int:
	return (getdate(string_ed_date) - getdate(string_st_date)).days


def get_first_day(dt: Any, d_years: int = 0, d_months: int = 0, as_str: bool = False) -> Any:
	first = getdate(dt).replace(day=1) + relativedelta(years=d_years, months=d_months)
	return str(first) if as_str else first


def get_last_day(dt: Any) -> datetime.date:
	return get_first_day(dt, 0, 1) - datetime.timedelta(1)


def get_year_start(dt: Any, as_str: bool = False) -> Any:
	first = getdate(dt).replace(month=1, day=1)
	return str(first) if as_str else first


def get_year_ending(date: Any) -> datetime.date:
	return getdate(date).replace(month=12, day=31)


def formatdate(
	string_date: Any = None, format_string: str | None = None, parse_day_first: bool = False
) -> str:
	"""By the site's date format, or the one given."""
	if not string_date:
		return ""
	wanted = (format_string or frappe.db.get_default("date_format") or "yyyy-mm-dd").replace("MM", "mm")
	codes = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d"}
	pattern = re.sub("yyyy|yy|mm|dd", lambda found: codes[found[0]], wanted.lower())
	return getdate(string_date, parse_day_first).strftime(pattern)


format_date = formatdate
global_date_format = formatdate


def format_datetime(datetime_string: Any, format_string: str | None = None) -> str:
	if not datetime_string:
		return ""
	return f"{formatdate(datetime_string, format_string)} {get_datetime(datetime_string):%H:%M:%S}"


# money


def get_number_format_info(number_format: str) -> tuple[str, str, int]:
	formats = {
		"#,###.##": (".", ",", 2), "#.###,##": (",", ".", 2), "# ###.##": (".", " ", 2), "# ###,##": (",", " ", 2),
		"#,###": ("", ",", 0), "#,##,###.##": (".", ",", 2), "#,###.###": (".", ",", 3),
	}  # fmt: skip
	return formats.get(number_format, (".", ",", 2))


def fmt_money(
	amount: Any, precision: int | None = None, currency: str | None = None, format: str | None = None
) -> str:
	"""With the currency's symbol before and thousands apart."""
	number_format = format or frappe.db.get_default("number_format") or "#,###.##"
	decimal_mark, thousands, digits = get_number_format_info(number_format)
	if number_format == "#,##,###.##":
		not_emulated("number format of India")
	precision = digits if precision is None else precision
	text = f"{round(flt(amount), precision):,.{precision}f}".translate(
		str.maketrans({",": thousands, ".": decimal_mark})
	)
	if not currency or frappe.defaults.get_global_default("hide_currency_symbol") == "Yes":
		return text
	symbol, on_right = frappe.db.get_value("Currency", currency, ["symbol", "symbol_on_right"]) or (
		currency,
		0,
	)
	return f"{text} {_(symbol or currency)}" if on_right else f"{_(symbol or currency)} {text}"


def money_in_words(
	number: Any, main_currency: str | None = None, fraction_currency: str | None = None
) -> str:
	"""In English."""
	number = flt(number)
	if number < 0:
		return ""
	currency = main_currency or frappe.db.get_default("currency") or "INR"
	fraction = fraction_currency or frappe.db.get_value("Currency", currency, "fraction") or _("Cent")
	digits = get_number_format_info(frappe.db.get_value("Currency", currency, "number_format") or "#,###.##")[
		2
	]
	whole, _dot, part = f"{number:.{digits}f}".partition(".")
	words = [f"{currency} {in_words(int(whole)).title()}"] if cint(whole) else []
	words += [f"{in_words(int(part)).title()} {fraction}"] if cint(part) else []
	return f" {_('and')} ".join(words or [f"{currency} {_('Zero')}"]) + " " + _("only.")


def in_words(integer: int, in_million: bool = True) -> str:
	from num2words import num2words

	return num2words(integer, lang="en").replace("-", " ")


# texts


def escape_html(text: Any) -> Any:
	if not isinstance(text, str):
		return text
	table = {"&": "&amp;", '"': "&quot;", "'": "&apos;", ">": "&gt;", "<": "&lt;", "`": "&#96;", "=": "&#61;"}
	return "".join(table.get(character, character) for character in text)


def strip_html(text: str) -> str:
	return re.sub(r"<[^<>]*>", "", text)


strip_html_tags = strip_html


def sanitize_html(html_text: str, linkify: bool = False) -> str:
	"""Known harmless tags stay, without attributes that run code; any other tag becomes text."""

	def harmless(found: re.Match) -> str:
		if found[1].lower() not in SAFE_TAGS:
			return html.escape(found[0], quote=False)
		return re.sub(r"\s(on\w+|style)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", "", found[0])

	return re.sub(r"<[/!]?(\w+)[^>]*>?", harmless, html_text)


def strip(val: str, chars: str | None = None) -> str:
	return (val or "").replace("\ufeff", "").replace("\u200b", "").strip(chars)


def split_emails(txt: str) -> list[str]:
	return [part.strip() for part in re.split(r"[,\n]", cstr(txt)) if part.strip()]


def validate_email_address(email_str: str, throw: bool = False) -> str:
	"""The valid addresses, joined; refuses the others if `throw`."""
	good = []
	for email in split_emails(email_str):
		address = re.search(r"<([^<>]+)>$", email)
		if re.fullmatch(
			r"[^\s@<>]+@[^\s@<>.]+(\.[^\s@<>.]+)*\.[^\s@<>.]{2,}", address[1] if address else email
		):
			good.append(email)
		elif throw:
			message = _("{0} is not a valid Email Address").format(frappe.bold(email))
			frappe.throw(message, frappe.InvalidEmailAddressError)
	return ", ".join(good)


validate_emails = validate_email_address


def validate_phone_number(phone_number: str, throw: bool = False) -> bool:
	if not phone_number:
		return False
	valid = bool(re.match(r"([0-9 +_\-,.*#()]){1,20}$", phone_number.strip()))
	if not valid and throw:
		frappe.throw(
			_("{0} is not a valid Phone Number").format(phone_number), frappe.InvalidPhoneNumberError
		)
	return valid


# links


def get_url(uri: str | None = None, full_address: bool = False) -> str:
	return frappe.conf.host_name + (f"/{uri.lstrip('/')}" if uri else "")


def get_absolute_url(doctype: str, name: str) -> str:
	return f"/app/{quote(doctype.lower().replace(' ', '-'))}/{quote(name)}"


def get_url_to_form(doctype: str, name: str) -> str:
	return get_url(get_absolute_url(doctype, name))


def get_link_to_form(doctype: str, name: str | None = None, label: str | None = None) -> str:
	return f'<a href="{get_url_to_form(doctype, cstr(name))}">{label or name}</a>'


def get_fullname(user: str | None = None) -> str:
	user = user or frappe.session.user
	return frappe.db.get_value("User", user, "full_name") or user


def json_handler(obj: Any) -> Any:
	"""Dates, decimals, documents and sets for JSON."""
	if isinstance(obj, datetime.date | datetime.timedelta):
		return str(obj)
	if isinstance(obj, Decimal):
		return float(obj)
	if hasattr(obj, "as_dict"):
		return obj.as_dict()
	if isinstance(obj, Iterable):
		return list(obj)
	raise TypeError(f"{type(obj)} is not JSON")


__getattr__ = module_getattr(__name__)
