"""Write the sample files of the demo: `python -m demo.sample`. Seeded, so the files are always the same.

leads.csv holds what a trade fair list holds: good rows in two languages, duplicates written differently, rows
without a contact, rows that are broken. deals.csv says who signs what; bank.csv is the statement of the company's
bank accounts: payers, amounts, references, with part payments, one overpayment, a stranger and a line without amount.
"""

import csv
import random
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

FOLDER = Path(__file__).parent / "data"
SEED = 20261101
LEADS = 2000
DEALS = 60
FIRST_NAMES = "Ada Ben Clara David Emma Farid Grace Hugo Ines Jonas Karim Lena Marco Nora Omar Paula Quentin Rosa Sven Tara".split()
LAST_NAMES = "Adler Brooks Costa Dubois Ekström Fischer Garcia Haddad Ivanova Jensen Kaya Lopez Moreau Novak Okafor Peters".split()
CHINESE_FAMILY = "王李张刘陈杨赵黄周吴徐孙"
CHINESE_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
TRADES = "Precision Optics|Cold Chain|Packaging|Solar|Robotics|Textiles|Instruments|Logistics|Foods|Castings".split(
	"|"
)
FORMS = ("Ltd", "GmbH", "Inc.", "Co., Ltd.", "S.A.", "B.V.")
CHINESE_PLACES = "苏州|宁波|青岛|成都|武汉|佛山|无锡|东莞".split("|")
CHINESE_TRADES = "精密仪器|冷链物流|包装材料|光伏科技|机器人|纺织|食品|铸造".split("|")
PLACES = (
	"Northfield Eastgate Lakeview Hillcrest Riverton Oakham Stonebridge Westmark Fairhaven Ashford".split()
)
SOURCES = ("Exhibition", "Reference", "Cold Calling", "Advertisement", "Campaign")
COLUMNS = ("first_name", "last_name", "company_name", "email_id", "mobile_no", "city", "source", "job_title")
CURRENCIES = ("USD", "USD", "USD", "EUR", "CNY")


def main() -> None:
	"""Write the three files."""
	chance = random.Random(SEED)
	leads = list(_leads(chance))
	deals = list(_deals(chance, leads))
	_write("leads.csv", COLUMNS, leads)
	_write("deals.csv", ("company_name", "amount", "currency", "signed_on", "plan"), deals)
	_write("bank.csv", ("date", "payer", "amount", "currency", "reference"), _bank(chance, deals))


def _write(name: str, columns: Iterable[str], rows: Iterable[dict]) -> None:
	with (FOLDER / name).open("w", encoding="utf-8", newline="") as file:
		writer = csv.DictWriter(file, columns, lineterminator="\n")
		writer.writeheader()
		writer.writerows(rows)


def _leads(chance: random.Random) -> Iterable[dict]:
	good: list[dict] = []
	for number in range(LEADS):
		kind = chance.random()
		if good and kind < 0.04:
			yield _again(chance, chance.choice(good))
		elif kind < 0.05:
			yield _broken(chance, number)
		else:
			row = _chinese(chance, number) if kind < 0.40 else _western(chance, number)
			good.append(row)
			yield row


def _western(chance: random.Random, number: int) -> dict:
	first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
	company = f"{chance.choice(PLACES)} {chance.choice(TRADES)} {number} {chance.choice(FORMS)}"
	mail = f"{first}.{last}{number}@example.com".lower().replace("ö", "o")
	phone = f"+49 30 {5550000 + number}"
	return _row(first, last, company, mail=mail, phone=phone, city=chance.choice(PLACES), chance=chance)


def _chinese(chance: random.Random, number: int) -> dict:
	family, given = chance.choice(CHINESE_FAMILY), "".join(chance.sample(CHINESE_GIVEN, 2))
	place = chance.choice(CHINESE_PLACES)
	company = f"{place}{chance.choice(CHINESE_TRADES)}{number}有限公司"
	phone = f"13{number % 10}{chance.randrange(10**4, 10**5)}{number:04d}"[:11]
	return _row(given, family, company, mail=f"cn{number}@example.cn", phone=phone, city=place, chance=chance)


def _row(
	first: str, last: str, company: str, *, mail: str, phone: str, city: str, chance: random.Random
) -> dict:
	values = (
		first,
		last,
		company,
		mail,
		phone,
		city,
		chance.choice(SOURCES),
		chance.choice(("Buyer", "Owner", "Engineer")),
	)
	return dict(zip(COLUMNS, values, strict=True))


def _again(chance: random.Random, row: dict) -> dict:
	"""The same party as somebody else types it: full-width letters, a +tag, blanks in the number."""
	mail = row["email_id"].replace("@", "+fair@").upper()
	phone = " ".join(row["mobile_no"][i : i + 3] for i in range(0, len(row["mobile_no"]), 3))
	return {**row, "first_name": "", "email_id": mail if chance.random() < 0.5 else "", "mobile_no": phone}


def _broken(chance: random.Random, number: int) -> dict:
	empty = dict.fromkeys(COLUMNS, "")
	broken = (
		empty,
		{**empty, "company_name": f"No Contact {number} Ltd"},
		{**empty, "company_name": "x" * 10_000, "email_id": f"long{number}@example.com"},
		{
			**empty,
			"company_name": f"<script>alert({number})</script>'; drop table tabLead; --",
			"email_id": f"q{number}@example.com",
		},
		{**empty, "company_name": f"شركة الاختبار {number} 🚀", "email_id": f"rtl{number}@example.com"},
	)
	return chance.choice(broken)


def _deals(chance: random.Random, leads: list[dict]) -> Iterable[dict]:
	signers = [row for row in leads if row["first_name"]]
	for row in chance.sample(signers[: LEADS // 2], DEALS):  # the early ones, which are handed out
		signed = date(2026, 5, 4) + timedelta(days=chance.randrange(0, 170))
		currency = chance.choice(CURRENCIES)
		amount = chance.randrange(40, 600) * 100 + chance.choice((0, 0, 33.33, 99.99))
		plan = chance.choice(("deposit", "deposit", "halves", "thirds"))
		yield dict(
			company_name=row["company_name"], amount=amount, currency=currency, signed_on=signed, plan=plan
		)


def _bank(chance: random.Random, deals: list[dict]) -> Iterable[dict]:
	lines = [line for deal in deals for line in _receipts(chance, deal)]
	lines.append(
		dict(
			date=date(2026, 8, 12),
			payer="Unknown Holding",
			amount=1234.5,
			currency="USD",
			reference="NTRF 99812",
		)
	)
	lines.append(
		dict(
			date=date(2026, 9, 3),
			payer=deals[0]["company_name"],
			amount="",
			currency=deals[0]["currency"],
			reference="no amount",
		)
	)
	return sorted(lines, key=lambda line: (line["date"], line["payer"]))


def _receipts(chance: random.Random, deal: dict) -> Iterable[dict]:
	"""Four payers of five pay; late by habit; one in ten in two parts; one in thirty a little too much."""
	from demo.plans import PLANS

	habit = chance.choice((-2, 0, 3, 10, 25, 60, 400))
	for number, step in enumerate(PLANS[deal["plan"]]):
		day = deal["signed_on"] + timedelta(days=step.days + habit + chance.randrange(0, 6))
		if day > date(2026, 11, 20):
			return
		amount = round(deal["amount"] * step.percent / 100, 2)
		amount = round(amount * 1.02, 2) if chance.random() < 0.03 else amount
		parts = (
			(amount,)
			if chance.random() < 0.9
			else (round(amount * 0.4, 2), round(amount - round(amount * 0.4, 2), 2))
		)
		for part_number, part in enumerate(parts):
			reference = f"TT{deal['signed_on']:%m%d}{number}{part_number}"
			later = day + timedelta(days=7 * part_number)
			if later <= date(2026, 11, 20):
				yield dict(
					date=later,
					payer=deal["company_name"],
					amount=part,
					currency=deal["currency"],
					reference=reference,
				)


if __name__ == "__main__":
	main()
