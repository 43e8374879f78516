"""SQL functions."""

from typing import Any

from frappe._emulation import module_getattr
from pypika.functions import *  # noqa: F403
from pypika.functions import (  # noqa: F401
	Abs,
	Avg,
	Coalesce,
	Concat,
	Count,
	CurDate,
	Date,
	DateDiff,
	IfNull,
	Lower,
	Max,
	Min,
	Now,
	NullIf,
	Sum,
	Upper,
)
from pypika.terms import CustomFunction, Function


class Round(Function):
	def __init__(self, term: Any, decimal: int = 0, **kwargs: Any) -> None:
		super().__init__("ROUND", term, decimal, **kwargs)


class Concat_ws(Function):
	def __init__(self, *terms: Any, **kwargs: Any) -> None:
		super().__init__("CONCAT_WS", *terms, **kwargs)


class GroupConcat(Function):
	def __init__(self, column: Any, alias: str | None = None) -> None:
		super().__init__("GROUP_CONCAT", column, alias=alias)


DateDiff = CustomFunction("DATEDIFF", ["later", "earlier"])  # noqa: F811
Greatest = CustomFunction
Ifnull = IfNull
del Greatest
__getattr__ = module_getattr(__name__)
