"""Amounts in Chinese capitals (人民币大写), as contracts, receipts and invoices must carry them."""

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
FRACTIONS = ("角", "分", "厘")
CURRENCIES = {
	"CNY": "人民币",
	"USD": "美元",
	"EUR": "欧元",
	"HKD": "港币",
	"TWD": "新台币",
	"JPY": "日元",
	"GBP": "英镑",
	"SGD": "新加坡元",
	"AUD": "澳元",
	"CAD": "加元",
}
MYRIAD = 10**4
HUNDRED_MILLION = 10**8


def chinese_capitals(minor: int, *, fraction_digits: int = 2, currency: str = "CNY") -> str:
	"""Return an amount of `minor` smallest units in Chinese capitals.

	`fraction_digits` is how many decimals one unit of the currency has (0 to 3). Rule of the banks: 整 closes an amount
	that does not end in 分; one 零 stands for any run of empty places between two filled ones. 100,001.05 yuan, given as
	10000105, gives 人民币壹拾万零壹元零伍分. Raises ValueError for more than three decimals.
	"""
	if not 0 <= fraction_digits <= len(FRACTIONS):
		raise ValueError(f"{fraction_digits} decimals have no names")
	whole, fraction = divmod(abs(minor), 10**fraction_digits)
	name = CURRENCIES.get(currency, currency)
	sign = "负" if minor < 0 else ""
	parts = _fraction(fraction, fraction_digits, after_whole=bool(whole))
	if not whole and parts:
		return f"{name}{sign}{parts}"
	return f"{name}{sign}{read_integer(whole)}元{parts or '整'}"


def read_integer(number: int) -> str:
	"""Return a whole number of 0 or more: 10 gives 壹拾, 10,001 gives 壹万零壹, 10^15 gives 壹仟万亿."""
	if number == 0:
		return DIGITS[0]
	if number >= HUNDRED_MILLION:
		return _joined(number, HUNDRED_MILLION, "亿")
	if number >= MYRIAD:
		return _joined(number, MYRIAD, "万")
	return _below_myriad(number)


def _joined(number: int, size: int, name: str) -> str:
	"""Read a number as a multiple of `size` and a rest; a rest that does not fill its first place takes a 零."""
	high, low = divmod(number, size)
	if not low:
		return read_integer(high) + name
	gap = DIGITS[0] if low < size // 10 else ""
	return read_integer(high) + name + gap + read_integer(low)


def _below_myriad(number: int) -> str:
	text, gap = "", False
	for place in range(3, -1, -1):
		digit = number // 10**place % 10
		if digit:
			text += (DIGITS[0] if gap and text else "") + DIGITS[digit] + PLACES[place]
		gap = not digit
	return text


def _fraction(fraction: int, digits: int, *, after_whole: bool) -> str:
	"""Read decimals: 角 and 分, with 零 where 角 is empty behind whole yuan; 整 when they end before 分."""
	if not fraction:
		return ""
	figures = f"{fraction:0{digits}d}"
	text, gap = "", False
	for figure, name in zip(figures, FRACTIONS, strict=False):
		if figure != "0":
			text += (DIGITS[0] if gap and (text or after_whole) else "") + DIGITS[int(figure)] + name
		gap = figure == "0"
	return text + ("整" if text.endswith("角") else "")
