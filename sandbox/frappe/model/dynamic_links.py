"""Which documents point anywhere: asked of the real host only."""

from frappe._emulation import module_getattr

__getattr__ = module_getattr(__name__)
