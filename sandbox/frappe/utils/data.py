"""Numbers, dates, texts: as the host computes them."""

import datetime
import html
import math
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
from num2words import num2words

DATE_FORMAT = "%Y-%m-%d"
TIME_FORMAT = "%H:%M:%S.%f"
DATETIME_FORMAT = f"{DATE_FORMAT} {TIME_FORMAT}"
SAFE_TAGS = set(
	"a b blockquote br code div em h1 h2 h3 h4 hr i img li ol p pre s span strong table tbody td th thead tr u ul".split()
)
HTML_ENTITIES = str.maketrans(
	{"&": "&amp;", '"': "&quot;", "'": "&apos;", ">": "&gt;", "<": "&lt;", "`": "&#96;", "=": "&#61;"}
)


# numbers


def cint(s: Any, default: int = 0) -> int:
	if type(s) is int:
		return s
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
	"""Ties go to the even digit: Banker's Rounding, which a new site has."""
	if (rounding_method or frappe.db.rounding_method()) != "Banker's Rounding":
		not_emulated(f"rounding method {rounding_method}")
	scaled = round(num * 10 ** cint(precision), 12) if math.isfinite(num) else 0
	if not scaled:
		return 0.0
	below = math.floor(scaled)
	tie = abs(scaled - below - 0.5) < 2.0 ** (math.log2(abs(scaled)) - 52.0)
	return (below + below % 2 if tie else round(scaled)) / 10 ** cint(precision)


def cstr(s: Any) -> str:
	return "" if s is None else str(s)


def cast(fieldtype: str, value: Any = None) -> Any:
	"""A value as the field's type."""
	if fieldtype in ("Currency", "Float", "Percent"):
		return flt(value)
	if fieldtype in ("Int", "Check"):
		return cint(value)
	return get_date_value(fieldtype, value) if fieldtype.lower() in DATE_READERS else cstr(value)


def get_date_value(fieldtype: str, value: Any) -> Any:
	"""Dates and times as objects, so that equal ones compare equal; anything else as it is."""
	return DATE_READERS[fieldtype.lower()](value) if value and fieldtype.lower() in DATE_READERS else value


# dates


def getdate(string_date: Any = None, parse_day_first: bool = False) -> datetime.date:
	"""Today for nothing."""
	if isinstance(string_date, datetime.date) and not isinstance(string_date, datetime.datetime):
		return string_date
	return (get_datetime(string_date) if string_date else now_datetime()).date()


def get_datetime(datetime_str: Any = None) -> datetime.datetime | None:
	if datetime_str is None:
		return now_datetime()
	if isinstance(datetime_str, datetime.datetime):
		return datetime_str
	if isinstance(datetime_str, datetime.date):
		return datetime.datetime.combine(datetime_str, datetime.time())
	try:
		return datetime.datetime.fromisoformat(datetime_str)
	except ValueError:
		return parse_date(datetime_str) if datetime_str else None


def to_timedelta(value: Any) -> datetime.timedelta:
	if isinstance(value, datetime.timedelta):
		return value
	moment = value if isinstance(value, datetime.time) else parse_date(str(value)).time()
	return datetime.datetime.combine(datetime.date.min, moment) - datetime.datetime.min


def get_time(time_str: Any) -> datetime.time:
	return (datetime.datetime.min + to_timedelta(time_str)).time()


# by field type in small letters, which is also the type of the column
DATE_READERS = {"date": getdate, "datetime": get_datetime, "time": to_timedelta}


def now_datetime() -> datetime.datetime:
	"""The site's wall clock."""
	return datetime.datetime.now()


def now() -> str:
	return now_datetime().strftime(DATETIME_FORMAT)


def nowdate() -> str:
	return now_datetime().strftime(DATE_FORMAT)


today = nowdate


def nowtime() -> str:
	return now_datetime().strftime(TIME_FORMAT)


def add_to_date(date: Any = None, *, as_string: bool = False, as_datetime: bool = False, **units: int) -> Any:
	"""Years, months, weeks, days, hours, minutes or seconds later. Text in, text out; objects in, objects out."""
	date = now_datetime() if date is None else date
	if isinstance(date, str):
		as_string, as_datetime, date = True, as_datetime or " " in date, parse_date(date)
	if units.keys() & {"hours", "minutes", "seconds"}:
		date = get_datetime(date)
	moved = date + relativedelta(**units)
	return moved.strftime(DATETIME_FORMAT if as_datetime else DATE_FORMAT) if as_string else moved


def add_days(date: Any, days: int) -> Any:
	return add_to_date(date, days=cint(days))


def add_months(date: Any, months: int) -> Any:
	return add_to_date(date, months=cint(months))


def date_diff(string_ed_date: Any, string_st_date: Any) -> int:
	return (getdate(string_ed_date) - getdate(string_st_date)).days


def get_first_day(dt: Any, d_years: int = 0, d_months: int = 0) -> datetime.date:
	return getdate(dt) + relativedelta(years=d_years, months=d_months, day=1)


def get_last_day(dt: Any) -> datetime.date:
	return getdate(dt) + relativedelta(day=31)


def get_year_start(dt: Any) -> datetime.date:
	return getdate(dt) + relativedelta(month=1, day=1)


def get_year_ending(date: Any) -> datetime.date:
	return getdate(date) + relativedelta(month=12, day=31)


def formatdate(string_date: Any = None, format_string: str | None = None) -> str:
	"""By the site's date format, or the one given."""
	if not string_date:
		return ""
	wanted = format_string or frappe.db.get_default("date_format") or "yyyy-mm-dd"
	codes = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d"}
	return getdate(string_date).strftime(
		re.sub("yyyy|yy|mm|dd", lambda found: codes[found[0]], wanted.lower())
	)


format_date = formatdate


def format_datetime(datetime_string: Any, format_string: str | None = None) -> str:
	if not datetime_string:
		return ""
	return f"{formatdate(datetime_string, format_string)} {get_datetime(datetime_string):%H:%M:%S}"


# money


NUMBER_FORMATS = {  # decimal mark, mark between thousands, decimals
	"#,###.##": (".", ",", 2), "#.###,##": (",", ".", 2), "# ###.##": (".", " ", 2), "# ###,##": (",", " ", 2),
	"#'###.##": (".", "'", 2), "#, ###.##": (".", ", ", 2), "#,##,###.##": (".", ",", 2), "#,###.###": (".", ",", 3),
	"#.###": ("", ".", 0), "#,###": ("", ",", 0),
}  # fmt: skip


def get_number_format_info(number_format: str) -> tuple[str, str, int]:
	return NUMBER_FORMATS[number_format]


def fmt_money(
	amount: Any, precision: int | None = None, currency: str | None = None, format: str | None = None
) -> str:
	"""With the currency's symbol before and thousands apart."""
	number_format = format or frappe.db.get_default("number_format") or "#,###.##"
	decimal_mark, thousands, digits = get_number_format_info(number_format)
	if number_format == "#,##,###.##":
		not_emulated("number format of India")
	precision = digits if precision is None else precision
	marks = str.maketrans({",": thousands, ".": decimal_mark})
	text = f"{round(flt(amount), precision):,.{precision}f}".translate(marks)
	if not currency:
		return text
	symbol, on_right = frappe.db.get_value("Currency", currency, ["symbol", "symbol_on_right"])
	return f"{text} {_(symbol or currency)}" if on_right else f"{_(symbol or currency)} {text}"


def money_in_words(number: Any, main_currency: str) -> str:
	"""In English."""
	number = flt(number)
	if number < 0:
		return ""
	fraction, number_format = frappe.db.get_value("Currency", main_currency, ["fraction", "number_format"])
	digits = get_number_format_info(number_format or "#,###.##")[2]
	whole, _dot, part = f"{number:.{digits}f}".partition(".")
	words = [f"{main_currency} {in_words(int(whole)).title()}"] if cint(whole) else []
	words += [f"{in_words(int(part)).title()} {fraction or _('Cent')}"] if cint(part) else []
	return f" {_('and')} ".join(words or [f"{main_currency} {_('Zero')}"]) + " " + _("only.")


def in_words(integer: int) -> str:
	return num2words(integer, lang="en").replace("-", " ")


# texts


def escape_html(text: Any) -> Any:
	return text.translate(HTML_ENTITIES) if isinstance(text, str) else text


def strip_html(text: str) -> str:
	return re.sub(r"<[^<>]*>", "", text)


def sanitize_html(html_text: str, *, always_sanitize: bool = True) -> str:
	"""Known harmless tags stay, without attributes that run code; any other tag becomes text."""

	def harmless(found: re.Match) -> str:
		if found[1].lower() not in SAFE_TAGS:
			return html.escape(found[0], quote=False)
		return re.sub(r"\s(on\w+|style)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", "", found[0])

	return re.sub(r"<[/!]?(\w+)[^>]*>?", harmless, html_text)


def strip(val: str, chars: str | None = None) -> str:
	return (val or "").replace("\ufeff", "").replace("\u200b", "").strip(chars)


def validate_email_address(email_str: str, throw: bool = False) -> str:
	"""The valid addresses, joined; refuses the others if `throw`."""
	good = []
	for email in (part.strip() for part in re.split(r"[,\n]", cstr(email_str)) if part.strip()):
		address = re.search(r"<([^<>]+)>$", email)
		address = address[1] if address else email
		if re.fullmatch(r"[^\s@<>]+@[^\s@<>.]+(\.[^\s@<>.]+)*\.[^\s@<>.]{2,}", address):
			good.append(email)
		elif throw:
			message = _("{0} is not a valid Email Address").format(frappe.bold(email))
			frappe.throw(message, frappe.InvalidEmailAddressError)
	return ", ".join(good)


def validate_phone_number(phone_number: str, throw: bool = False) -> bool:
	valid = bool(re.match(r"([0-9 +_\-,.*#()]){1,20}$", phone_number.strip()))
	if not valid and throw:
		message = _("{0} is not a valid Phone Number").format(phone_number)
		frappe.throw(message, frappe.InvalidPhoneNumberError)
	return valid


# links


def get_url(uri: str = "") -> str:
	return f"{frappe.conf.host_name}/{uri.lstrip('/')}".rstrip("/")


def get_url_to_form(doctype: str, name: str) -> str:
	return get_url(f"app/{quote(doctype.lower().replace(' ', '-'))}/{quote(name)}")


def get_url_to_list(doctype: str) -> str:
	return get_url(f"app/{quote(doctype.lower().replace(' ', '-'))}")


def get_link_to_form(doctype: str, name: str, label: str | None = None) -> str:
	return f'<a href="{get_url_to_form(doctype, name)}">{label or name}</a>'


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
