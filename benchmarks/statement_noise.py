"""Synthetic open invoices and the bank lines that pay them, as noisy as real ones; every line says which noise it has.

Made by a seed. Payers are named in English, German, French and Chinese; Chinese ones pay under their pinyin, accents are
lost or spelled out, names are cut at 27 letters, abbreviated, mistyped or missing, somebody else pays. Numbers lose their
dashes or leading parts, are split, given as a range, mistyped or missing, and stand among phone numbers, dates and the
payer's own order numbers. Several invoices are paid at once; banks keep fees, discounts are taken, amounts are rounded up.
"""

import random
import string
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from l2c_app.core.matching import Line
from l2c_app.core.open_items import Item

FIRST = "North South River Stone Bright Silver Golden Delta Alpha Omega Green Global Prime Nova Terra Union Pacific".split()
SECOND = "Trading Logistics Foods Steel Media Energy Software Textile Machinery Pharma Optics Paper Motors Glass".split()
LEGAL = ("GmbH", "Ltd.", "Inc", "Co., Ltd.", "S.A.", "B.V.")
FOREIGN = (
	"Müller Gößner Société Générale Çelik Jørgensen Åkerström Peña Łódź Dvořák Lefèvre Núñez Straßer".split()
)
CITIES = (
	("宁波", "NINGBO"),
	("上海", "SHANGHAI"),
	("无锡", "WUXI"),
	("青岛", "QINGDAO"),
	("深圳", "SHENZHEN"),
)
WORDS = (
	("蓝鹭", "LANLU"),
	("远航", "YUANHANG"),
	("金石", "JINSHI"),
	("东方", "DONGFANG"),
	("恒信", "HENGXIN"),
)
TRADES = (("光学", "GUANGXUE"), ("机械", "JIXIE"), ("包装材料", "BAOZHUANG CAILIAO"), ("电子", "DIANZI"))
SHORT = {
	"Trading": "Trdg",
	"Logistics": "Log",
	"Machinery": "Mach",
	"Software": "SW",
	"Pacific": "Pac",
	"Global": "Glb",
}
CHATTER = (
	"payment",
	"invoice",
	"RE",
	"thank you",
	"transfer",
	"货款",
	"Rechnung",
	"your ref",
	"2026",
	"EUR",
	"facture",
)
CUT = 27
Names = Sequence[tuple[str, str]]


def customers(count: int, rng: random.Random) -> list[tuple[str, str]]:
	"""Return (name, customer), names as alike as in a real customer base: a fifth foreign, a fifth Chinese."""
	return [(_name(place, rng), f"C{place}") for place in range(count)]


def _name(place: int, rng: random.Random) -> str:
	kind = rng.random()
	if kind < 0.2:
		parts = (rng.choice(CITIES)[0], rng.choice(WORDS)[0], rng.choice(TRADES)[0])
		return f"{''.join(parts)}{place % 97}有限公司"
	if kind < 0.4:
		return f"{rng.choice(FOREIGN)} {rng.choice(FOREIGN)} {rng.choice(SECOND)} {place % 97} {rng.choice(LEGAL)}"
	return f"{rng.choice(FIRST)} {rng.choice(SECOND)} {rng.choice(FIRST)} {place % 97} {rng.choice(LEGAL)}"


def invoices(count: int, names: Names, rng: random.Random) -> list[Item]:
	"""Return open invoices; every tenth amount is a round one that others owe as well."""
	result = []
	for place in range(count):
		amount = rng.choice((50_000, 100_000, 250_000)) if place % 10 == 0 else rng.randint(1_000, 5_000_000)
		number = f"ACC-SINV-{2025 + place % 2}-{place:05d}"
		due = date(2026, 1, 1) + timedelta(days=rng.randint(0, 300))
		result.append(Item(number, rng.choice(names)[1], amount, "EUR", due, (number,)))
	return result


def alike_invoices(months: int, names: Names, rng: random.Random) -> list[Item]:
	"""Return the same invoice each month for each customer, one of five amounts; every running number exists twice."""
	monthly = {customer: rng.choice((19_900, 29_900, 49_900, 99_900, 12_345)) for _name, customer in names}
	result = []
	for place in range(months * len(names)):
		month, customer = place // len(names), names[place % len(names)][1]
		number = f"ACC-SINV-{2025 + place % 2}-{place // 2:05d}"
		due = date(2026, month + 1, 1)
		result.append(Item(number, customer, monthly[customer], "EUR", due, (number,)))
	return result


def statement(
	count: int, items: list[Item], names: dict[str, str], rng: random.Random
) -> tuple[list[Line], list[set[str] | None], list[set[str]]]:
	"""Return lines, the invoices each really pays (None where no invoice is meant), and the noises of each."""
	open_of: dict[str, list[Item]] = defaultdict(list)
	for item in items:
		open_of[item.customer].append(item)
	lines: list[Line] = []
	truth: list[set[str] | None] = []
	noises: list[set[str]] = []
	for place in range(count):
		if rng.random() < 0.05:
			amount = rng.randint(100, 900_000)
			lines.append(Line(f"L{place}", amount, "EUR", rng.choice(CHATTER), "Tax Office"))
			truth.append(None)
			noises.append({"no invoice"})
			continue
		customer = rng.choice(list(open_of))
		paid = _taken(open_of, customer, rng)
		line, noise = _Payment(place, paid, names[customer], customer, rng).line()
		lines.append(line)
		truth.append({item.key for item in paid})
		noises.append(noise)
	return lines, truth, noises


def _taken(open_of: dict[str, list[Item]], customer: str, rng: random.Random) -> list[Item]:
	owed = open_of[customer]
	paid = rng.sample(owed, k=min(len(owed), rng.choice((1, 1, 1, 1, 1, 2, 2, 3, 4))))
	for item in paid:
		owed.remove(item)
	if not owed:
		del open_of[customer]
	return paid


class _Payment:
	"""One payment and the noise on it."""

	def __init__(self, place: int, paid: list[Item], name: str, customer: str, rng: random.Random) -> None:
		self.place, self.paid, self.name, self.customer, self.rng = place, paid, name, customer, rng
		self.noise: set[str] = {"several invoices"} if len(paid) > 1 else set()

	def line(self) -> tuple[Line, set[str]]:
		"""Return the line and its noises."""
		amount, text, payer = self._amount(), self._text(), self._payer()
		account = f"IBAN-{self.customer}"
		if self.rng.random() < 0.3:
			account = self._add("new account", f"IBAN-NEW-{self.place}")
		if not self.noise:
			self.noise.add("clean")
		return Line(f"L{self.place}", amount, "EUR", text, payer, account), self.noise

	def _add(self, noise: str, value: str) -> str:
		self.noise.add(noise)
		return value

	def _amount(self) -> int:
		whole, kind = sum(item.open for item in self.paid), self.rng.random()
		if kind < 0.03:
			self.noise.add("short")
			return max(
				1, whole - self.rng.choice((1_500, 2_500, whole * 2 // 100, self.rng.randint(1, 2_000)))
			)
		if kind < 0.045:
			self.noise.add("over")
			return whole + self.rng.randint(1, 2_000)
		return whole

	def _text(self) -> str:
		spelled = [self._number(item.key) for item in self.paid]
		if len(self.paid) > 1 and self.rng.random() < 0.03:
			tails = sorted(item.key.split("-")[-1] for item in self.paid)
			spelled = [self._add("range", f"{tails[0]}-{tails[-1]}")]
		clutter = [self.rng.choice(CHATTER), self.rng.choice(CHATTER)]
		if self.rng.random() < 0.3:
			clutter.append(self._add("clutter", self._clutter()))
		self.rng.shuffle(clutter)
		return " ".join((clutter[0], *filter(None, spelled), *clutter[1:]))

	def _clutter(self) -> str:
		"""Return numbers that name no invoice: a phone, a day, an order of the payer's own."""
		rng = self.rng
		return rng.choice(
			(
				f"Tel {rng.randint(10**8, 10**9)}",
				f"{rng.randint(1, 28):02d}.{rng.randint(1, 12):02d}.2026",
				f"PO {rng.randint(10**5, 10**6)}",
				f"KdNr {rng.randint(10**4, 10**5)}",
			)
		)

	def _number(self, number: str) -> str:
		rng = self.rng
		if rng.random() < 0.06:
			return self._add("no number", "")
		if rng.random() < 0.04:
			place = rng.randrange(len(number) - 5, len(number))
			digit = str((int(number[place]) + rng.randint(1, 9)) % 10)
			return self._add("number mistyped", number[:place] + digit + number[place + 1 :])
		year, running = number.split("-")[2:]
		forms = (number, number.lower(), number.replace("-", " "), number.replace("-", ""))
		if rng.random() < 0.6:
			return rng.choice(forms)
		return self._add(
			"number cut", rng.choice((f"SINV {year} {running}", running, f"inv.{running}", str(int(running))))
		)

	def _payer(self) -> str:
		rng, name = self.rng, self.name
		kind = rng.random()
		if any(ord(letter) > 0x3000 for letter in name):
			return self._add("pinyin", pinyin(name)) if kind < 0.6 else name
		if kind < 0.35:
			return name.upper()
		if kind < 0.5:
			return self._add("accents lost", plain(name).upper()) if not name.isascii() else name
		if kind < 0.65:
			return self._add("name cut", name[:CUT])
		if kind < 0.75:
			return self._add("name abbreviated", " ".join(SHORT.get(word, word) for word in name.split()[:4]))
		if kind < 0.85:
			return self._add("name mistyped", _mistyped(name, rng))
		if kind < 0.95:
			return self._add("no name", "")
		return self._add(
			"somebody else", rng.choice(("Nordfactor Bank", "PAYBRIDGE EUROPE", "H. Rondo Holding"))
		)


def plain(name: str) -> str:
	"""Return a name as banks without accents write it: ß as ss, the others by their letter."""
	letters = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ø", "o").replace("Ł", "L"))
	return "".join(letter for letter in letters if not unicodedata.combining(letter))


def pinyin(name: str) -> str:
	"""Return the name of a made-up Chinese company in pinyin."""
	for sign, sound in (*CITIES, *WORDS, *TRADES):
		name = name.replace(sign, f"{sound} ")
	return name.replace("有限公司", " CO LTD").replace("  ", " ").strip()


def _mistyped(name: str, rng: random.Random) -> str:
	place = rng.randrange(1, len(name) - 1)
	if rng.random() < 0.5:
		return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
	return name[:place] + rng.choice(string.ascii_lowercase) + name[place + 1 :]
