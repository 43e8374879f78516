"""Helpers, as the host spreads them."""

from frappe._emulation import module_getattr
from frappe.utils.data import *  # noqa: F403
from frappe.utils.data import json_handler  # noqa: F401

__getattr__ = module_getattr(__name__)
