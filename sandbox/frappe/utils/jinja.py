"""Templates."""

import functools
from typing import Any

import frappe
from frappe._emulation import module_getattr


@functools.cache
def get_jenv() -> Any:
	"""Jinja with the globals that the app's templates use."""
	from jinja2 import ChoiceLoader, DebugUndefined, Environment, PackageLoader, Undefined  # noqa: F401

	environment = Environment(loader=_Loader(), autoescape=False)
	environment.globals.update(frappe=frappe, _=frappe._, len=len, range=range, json=__import__("json"))
	environment.globals.update(get_hooks=frappe.get_hooks, scrub=frappe.scrub)
	environment.filters.update(json=frappe.as_json, len=len, int=frappe.utils.cint, str=frappe.utils.cstr, flt=frappe.utils.flt)
	return environment


def _loader() -> type:
	from jinja2 import BaseLoader

	class Loader(BaseLoader):
		"""Paths begin with the app's name."""

		def get_source(self, environment: Any, template: str) -> tuple:
			app, _slash, path = template.partition("/")
			full = frappe.get_app_path(app, path if not path.startswith(f"{app}/") else path)
			return frappe.read_file(full, raise_not_found=True), full, lambda: True

	return Loader


_Loader = _loader()


def render_template(template: str, context: dict, is_path: bool | None = None, **_ignored: Any) -> str:
	environment = get_jenv()
	if is_path or (template.startswith("templates/") or template.endswith(".html")) and "\n" not in template:
		return environment.get_template(template).render(context)
	return environment.from_string(template).render(context)


def validate_template(html: str) -> None:
	get_jenv().from_string(html or "")


__getattr__ = module_getattr(__name__)
