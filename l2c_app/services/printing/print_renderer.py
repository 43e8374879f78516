"""From a template and its figures to HTML and PDF: offline, escaped, in one language."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from frappe import _
from frappe.utils import escape_html, flt, fmt_money
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from l2c_app.core.signing import IMAGE_PREFIX, drawn_image
from l2c_app.services.contract import contract_money
from l2c_app.services.errors import L2CError, refuse

BOTH = "both"  # English and Chinese in one paper
LANGUAGES_OF_BOTH = ("en", "zh")
TEMPLATES = Path(__file__).parents[2] / "templates" / "pdf"


class PdfUnavailable(L2CError):
	"""The system libraries that draw PDF are missing on this server."""


def render(template: str, language: str, **context: object) -> str:
	"""Return HTML of a template in `language`. Everything is escaped unless the caller marked it safe."""
	environment = Environment(
		loader=FileSystemLoader(TEMPLATES),
		autoescape=True,
		undefined=StrictUndefined,
		trim_blocks=True,
		lstrip_blocks=True,
	)
	environment.filters["quantity"] = quantity
	return environment.get_template(template).render(
		_=lambda source: text(partial(_, source), language), language=language, **context
	)


def text(write: Callable[[str], str], language: str) -> str:
	"""Return what `write` makes of a language; for a paper in both, English and Chinese behind one another."""
	if language != BOTH:
		return write(language)
	return " ".join(dict.fromkeys(write(one) for one in LANGUAGES_OF_BOTH))


def to_pdf(html: str) -> bytes:
	"""Return A4 pages. Nothing is fetched: a link in user text must not make the server call out.

	Raises PdfUnavailable where Pango is not installed.
	"""
	try:
		from weasyprint import HTML
	except OSError as missing:
		refuse(
			PdfUnavailable,
			_("The PDF cannot be drawn on this server."),
			compared=str(missing).splitlines()[0],
			do=_("Ask the administrator to install Pango (libpango-1.0-0, libpangoft2-1.0-0)."),
		)
	return HTML(string=html, url_fetcher=refuse_url).write_pdf()


def refuse_url(url: str, *_arguments: object, **_options: object) -> dict[str, object]:
	"""Refuse every address that a document names; WeasyPrint then leaves the resource out.

	A PNG that is written out inside the document, as a drawn signature is, is no address.
	"""
	if url.startswith(IMAGE_PREFIX):
		return {"string": drawn_image(url) or b"", "mime_type": "image/png"}
	raise ValueError(f"{escape_html(url)} is not fetched")


def money(amount: float | None, currency: str) -> str:
	"""Return an amount with its currency's symbol and decimals."""
	return fmt_money(flt(amount), precision=contract_money.fraction_digits(currency), currency=currency)


def quantity(value: float) -> str:
	"""Return a quantity without trailing zeros: 2.0 gives 2."""
	return f"{flt(value, 6):.6f}".rstrip("0").rstrip(".")
