"""SQL functions: those that SQLite knows; it refuses the others when they run."""

from frappe._emulation import module_getattr
from pypika.functions import *  # noqa: F403

__getattr__ = module_getattr(__name__)
