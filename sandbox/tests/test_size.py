"""The sandbox stays a slice: lines of code, without blanks, comments and docstrings, formatted at 110 columns."""

import ast
import io
import tokenize
from pathlib import Path

SANDBOX = Path(__file__).parents[1]
LIMITS = {"frappe": 2600, "erpnext": 1400}
NO_CODE = {
	tokenize.COMMENT,
	tokenize.NL,
	tokenize.NEWLINE,
	tokenize.INDENT,
	tokenize.DEDENT,
	tokenize.ENDMARKER,
}


def lines_of_code(source: str) -> int:
	"""Lines that hold a token of code; a statement over three lines counts three."""
	docstrings: set[int] = set()
	for node in ast.walk(ast.parse(source)):
		if (
			isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
			and ast.get_docstring(node) is not None
		):
			docstrings.update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
	code: set[int] = set()
	for token in tokenize.generate_tokens(io.StringIO(source).readline):
		if token.type not in NO_CODE:
			code.update(range(token.start[0], token.end[0] + 1))
	return len(code - docstrings)


def sizes() -> dict[str, int]:
	"""Lines of code of each half; what is not ERPNext's belongs to Frappe's, the tests to neither."""
	found: dict[str, int] = {}
	for path in SANDBOX.rglob("*.py"):
		folder = path.relative_to(SANDBOX).parts[0]
		if folder != "tests":
			half = "erpnext" if folder == "erpnext" else "frappe"
			found[half] = found.get(half, 0) + lines_of_code(path.read_text())
	return found


def test_lines_are_counted_without_words() -> None:
	source = '"""A docstring."""\n\n# a comment\nvalue = (\n\t1,\n)  # one statement\n'
	assert lines_of_code(source) == 3


def test_each_half_stays_small() -> None:
	found = sizes()
	too_long = {half: found[half] for half, limit in LIMITS.items() if found[half] > limit}
	assert not too_long, f"lines of code: {too_long}, limits: {LIMITS}"
