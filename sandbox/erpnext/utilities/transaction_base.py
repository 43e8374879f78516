import frappe
from frappe._emulation import module_getattr


class UOMMustBeIntegerError(frappe.ValidationError):
	pass


__getattr__ = module_getattr(__name__)
