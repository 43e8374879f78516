"""The text of a bank statement file: which encoding it was written in, and when that cannot be told. Pure."""

import codecs
from dataclasses import dataclass

UTF_8, UTF_16, CHINESE, WESTERN = "UTF-8", "UTF-16", "GB18030", "Latin-1"
ENCODINGS = (UTF_8, UTF_16, CHINESE, WESTERN)
_MARKS = {
	codecs.BOM_UTF8: (UTF_8, "utf-8-sig"),
	codecs.BOM_UTF16_LE: (UTF_16, "utf-16"),
	codecs.BOM_UTF16_BE: (UTF_16, "utf-16"),
}
_CODECS = {UTF_8: ("utf-8-sig",), CHINESE: ("gb18030",), WESTERN: ("cp1252", "latin-1")}
HEAD = 400
"""Bytes that are enough to tell UTF-16 without a byte order mark."""
FEWEST_SIGNS = 4
SURELY_CHINESE, SURELY_WESTERN = 0.8, 0.5


class Unreadable(ValueError):
	"""The bytes are no text in the encoding that somebody chose."""


@dataclass(frozen=True)
class Decoded:
	"""A text, the encoding it was read in, and the encodings that are as likely: then ask."""

	text: str
	encoding: str
	doubtful: tuple[str, ...] = ()


def decode(data: bytes, encoding: str = "") -> Decoded:
	"""Return the text of a file, in the given one of ENCODINGS or in the one that its bytes show.

	A byte order mark tells, then strict UTF-8. Bytes above 127 that are neither are Chinese where most of them make the
	signs that Chinese people write daily, Western where they do not. Raises Unreadable for a wrong choice.
	"""
	if encoding:
		return Decoded(_strictly(data, encoding), encoding)
	for mark, (name, codec) in _MARKS.items():
		if data.startswith(mark):
			return Decoded(_try(data, codec) or data.decode(codec, "replace"), name)
	if b"\0" in data[:HEAD]:
		return Decoded(_strictly(data, UTF_16), UTF_16)
	text = _try(data, "utf-8")
	return Decoded(text, UTF_8) if text is not None else _one_byte_or_two(data)


def _strictly(data: bytes, encoding: str) -> str:
	for codec in _codecs(data, encoding):
		text = _try(data, codec)
		if text is not None:
			return text
	raise Unreadable(encoding)


def _codecs(data: bytes, encoding: str) -> tuple[str, ...]:
	if encoding != UTF_16:
		return _CODECS[encoding]
	if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
		return ("utf-16",)
	head = data[:HEAD]
	return ("utf-16-le",) if head[1::2].count(0) >= head[::2].count(0) else ("utf-16-be",)


def _one_byte_or_two(data: bytes) -> Decoded:
	chinese, western = _try(data, "gb18030"), _strictly(data, WESTERN)
	if chinese is None:
		return Decoded(western, WESTERN)
	signs = [sign for sign in chinese if ord(sign) > 127]
	daily = sum(_try_back(sign) for sign in signs) / len(signs)
	if daily >= SURELY_CHINESE and len(set(signs)) >= FEWEST_SIGNS:
		return Decoded(chinese, CHINESE)
	if daily <= SURELY_WESTERN:
		return Decoded(western, WESTERN)
	return Decoded(western, WESTERN, (CHINESE, WESTERN))


def _try(data: bytes, codec: str) -> str | None:
	try:
		return data.decode(codec)
	except UnicodeDecodeError:
		return None


def _try_back(sign: str) -> bool:
	"""Return whether a sign is one of the 6,763 that the older, smaller set has."""
	try:
		sign.encode("gb2312")
	except UnicodeEncodeError:
		return False
	return True
