"""Nothing of this is used yet."""

from frappe._emulation import module_getattr

__getattr__ = module_getattr(__name__)
