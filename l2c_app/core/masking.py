"""What a member sees of a party that is not his: enough to recognise a kind, too little to call. Pure text."""

import re

STAR = "*"
_DIGIT = re.compile(r"\d")


def mask_phone(text: str | None) -> str:
	"""Keep the first three and the last two digits of a phone of nine digits or more, else hide every digit.

	"+86 138 0013 8000" gives "+86 1** **** **00".
	"""
	text = (text or "").strip()
	total = len(_DIGIT.findall(text))
	keep_front, keep_back = (3, 2) if total >= 9 else (0, 0)
	seen = 0
	masked = []
	for character in text:
		if not character.isdigit():
			masked.append(character if character in "+ -()" else STAR)
			continue
		seen += 1
		masked.append(character if seen <= keep_front or seen > total - keep_back else STAR)
	return "".join(masked)


def mask_email(text: str | None) -> str:
	"""Keep the first letter and the top domain: "ann@example.com" gives "a***@***.com"."""
	text = (text or "").strip()
	if "@" not in text:
		return STAR * 3 if text else ""
	local, domain = text.rsplit("@", 1)
	top = domain.rsplit(".", 1)[-1] if "." in domain else STAR * 3
	return f"{local[:1]}{STAR * 3}@{STAR * 3}.{top}"


def mask_name(text: str | None) -> str:
	"""Keep the first third of a name, one character at least and four at most; never a digit.

	"王小明" gives "王**"; "Acme Trading" gives "Acme***"; a name of one character is hidden.
	"""
	text = " ".join((text or "").split())
	if len(text) < 2:
		return STAR * 2 if text else ""
	keep = max(1, min(4, len(text) // 3))
	return _DIGIT.sub(STAR, text[:keep]) + STAR * min(3, len(text) - keep)


def mask_account(text: str | None) -> str:
	"""Keep the last four characters of a bank account of eight or more, else hide all: "DE89 3704 0044" gives "***0044"."""
	plain = "".join((text or "").split())
	if not plain:
		return ""
	return STAR * 3 + (plain[-4:] if len(plain) >= 8 else "")


def mask_address(text: str | None) -> str:
	"""Hide a street but for its first letter: "77 Hidden Lane" gives "7***"."""
	text = (text or "").strip()
	return f"{text[:1]}{STAR * 3}" if text else ""


def stand_in_email(text: str | None, tag: str) -> str:
	"""Return an address that hosts accept as valid and that is like no other lead's: "ann@example.com" of CRM-LEAD-7 gives
	"a***.crm-lead-7@hidden.invalid". `tag` is the lead's name.
	"""
	text = (text or "").strip()
	if not text:
		return ""
	first = text[0].lower() if text[0].isascii() and text[0].isalnum() else "x"
	plain = re.sub(r"[^a-z0-9]+", "-", tag.lower()).strip("-") or "lead"
	return f"{first}{STAR * 3}.{plain}@hidden.invalid"


def is_masked(text: object) -> bool:
	"""Return True for text that a mask has made."""
	return isinstance(text, str) and STAR in text
