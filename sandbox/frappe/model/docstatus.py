"""Draft, submitted, cancelled."""


class DocStatus(int):
	def is_draft(self) -> bool:
		return self == 0

	def is_submitted(self) -> bool:
		return self == 1

	def is_cancelled(self) -> bool:
		return self == 2

	DRAFT = 0
	SUBMITTED = 1
	CANCELLED = 2


for _name, _value in (("DRAFT", 0), ("SUBMITTED", 1), ("CANCELLED", 2)):
	setattr(DocStatus, _name, DocStatus(_value))
