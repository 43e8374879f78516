"""Keys by which the same person or company is recognised, however it was typed. Pure text, no host."""

import re
import unicodedata

from l2c_app.core.mail_domains import FREE

KEY_LENGTH = 140
MIN_PHONE_DIGITS = 6
MIN_COMPANY_CHARACTERS = 2
PUBLIC_MAIL_ALIASES = {"googlemail.com": "gmail.com"}

_EMAIL = re.compile(r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+$")
_DOMAIN = re.compile(r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")
_NOT_A_LETTER_OR_DIGIT = re.compile(r"[\W_]+")
_EXTENSION = re.compile(r"(?:ext\.?|extension|x|#|转|轉|分机|分機)\s*\d{1,6}\s*$", re.IGNORECASE)

# The longest first: "co ltd" must go before "ltd". Written as they look after `_words`.
_LEGAL_ENDINGS = sorted(
	(
		"private limited",
		"pvt ltd",
		"pte ltd",
		"pty ltd",
		"co ltd",
		"company limited",
		"limited liability company",
		"incorporated",
		"corporation",
		"limited",
		"company",
		"gmbh co kg",
		"gmbh",
		"sp z o o",
		"sdn bhd",
		"s a r l",
		"s r l",
		"b v",
		"n v",
		"s a",
		"inc",
		"corp",
		"ltd",
		"llc",
		"llp",
		"plc",
		"co",
		"ag",
		"kg",
		"sa",
		"sarl",
		"srl",
		"bv",
		"nv",
		"oy",
		"ab",
		"as",
		"kk",
	),
	key=len,
	reverse=True,
)
_CHINESE_ENDINGS = sorted(
	(
		"股份有限责任公司",
		"有限责任公司",
		"有限責任公司",
		"股份有限公司",
		"集团有限公司",
		"集團有限公司",
		"有限公司",
		"分公司",
		"总公司",
		"株式会社",
		"公司",
		"集团",
		"集團",
	),
	key=len,
	reverse=True,
)


BARE = "?"
"""What the key of a phone begins with that no numbering plan knows."""


def one_width(text: str | None) -> str:
	"""Fold full-width and half-width forms (NFKC), drop invisible marks, squeeze blanks: "ＡＢＣ　１" gives "ABC 1"."""
	text = text or ""
	if text.isascii() and text.isprintable():
		return " ".join(text.split())
	folded = unicodedata.normalize("NFKC", text)
	visible = "".join(c for c in folded if unicodedata.category(c) not in ("Cf", "Cc") or c in "\t\n ")
	return " ".join(visible.split())


def email_key(text: str | None) -> str:
	"""Return the address in lower case without its +tag, or "" when it is not an address.

	"Ann.Lee+Fair@Example.COM" gives "ann.lee@example.com".
	"""
	address = one_width(text).lower().replace(" ", "")
	if not _EMAIL.match(address):
		return ""
	local, domain = address.rsplit("@", 1)
	local = local.split("+", 1)[0] or local
	key = f"{local}@{PUBLIC_MAIL_ALIASES.get(domain, domain)}"
	return key if len(key) <= KEY_LENGTH else ""


def domain_key(text: str | None) -> str:
	"""Return the company's domain in a mail or web address, "" for free mailers and what is neither.

	"ann@acme.com" and "https://www.acme.com/about" give "acme.com".
	"""
	address = one_width(text).lower().replace(" ", "")
	host = re.split(r"[/?#:]", address.rsplit("@", 1)[-1].split("//", 1)[-1], maxsplit=1)[0]
	domain = host.removeprefix("www.")
	return domain if _DOMAIN.match(domain) and domain not in FREE and len(domain) <= KEY_LENGTH else ""


def phone_text(text: str | None) -> str:
	"""Return a phone as typed without width variants and without its extension, ready to be parsed."""
	return _EXTENSION.sub("", one_width(text)).strip()


def bare_phone_key(text: str | None) -> str:
	"""Return the key of a phone that no numbering plan knows: its digits, marked. "" below six digits.

	Such a number is flagged, not refused: "12 34-56 78" gives "?12345678".
	"""
	digits = "".join(str(unicodedata.digit(c)) for c in phone_text(text) if c.isdecimal())
	return f"{BARE}{digits}" if MIN_PHONE_DIGITS <= len(digits) <= 20 else ""


def company_key(text: str | None) -> str:
	"""Return a company's name without case, width, punctuation and legal ending, or "" when too little is left.

	"ＡＣＭＥ Trading Co., Ltd." gives "acmetrading"; "北京某某（集团）有限公司" gives "北京某某".
	"""
	words = _words(one_width(text).casefold())
	for _round in range(3):
		shorter = _without_ending(words)
		if shorter == words:
			break
		words = shorter
	key = words.replace(" ", "")
	return key[:KEY_LENGTH] if len(key) >= MIN_COMPANY_CHARACTERS else ""


def tax_id_key(text: str | None) -> str:
	"""Return a tax number as capital letters and digits: "91 3100-00 MA1k.." gives "91310000MA1K". "" below five."""
	key = _NOT_A_LETTER_OR_DIGIT.sub("", one_width(text)).upper()
	return key if 5 <= len(key) <= KEY_LENGTH else ""


def _words(text: str) -> str:
	return _NOT_A_LETTER_OR_DIGIT.sub(" ", text).strip()


def _without_ending(words: str) -> str:
	"""Drop one legal ending, but never the whole name ("Limited" stays "limited")."""
	if words in _CHINESE_ENDINGS:
		return words
	for ending in _LEGAL_ENDINGS:
		if words.endswith(f" {ending}"):
			return words[: -len(ending)].strip()
	for ending in _CHINESE_ENDINGS:
		if words.endswith(ending) and len(words) > len(ending):
			return words[: -len(ending)].strip()
	return words
