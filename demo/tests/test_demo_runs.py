"""`make demo` over files of one's own, in a process of its own: it ends with a page, a proof and the refusals."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PDF = b"%PDF-"
PROOF = 7  # statements
LEADS = """company_name,email_id,mobile_no
North Optics Ltd,a@example.com,+49 30 5550001
苏州光伏科技有限公司,b@example.cn,13800138000
<script>alert(1)</script> GmbH,c@example.com,+49 30 5550003
Nobody Ltd,,
,,
North Optics Limited,a@example.com,+49 30 5550001
"""
BANK = """date,payer,amount,currency,reference
2026-05-20,North Optics Ltd,"1,200.00",USD,TT1
2026-05-21,A Stranger,"1,200.00",USD,TT2
2026-05-22,North Optics Ltd,,USD,TT3
"""


def _demo(folder: Path, **files: bytes) -> tuple[subprocess.CompletedProcess, str, list[str]]:
	"""Run the demo over files; returns the process, the page and the refusals."""
	options = []
	for name, content in files.items():
		path = folder / f"{name}.csv"
		path.write_bytes(content)
		options += [f"--{name}", str(path)]
	inherited = {name: value for name, value in os.environ.items() if name != "L2C_SANDBOX"}
	environment = {**inherited, "PYTHONPATH": f"{ROOT / 'sandbox'}{os.pathsep}{ROOT}"}
	done = subprocess.run(
		[sys.executable, "-m", "demo", *options],
		cwd=folder,
		env=environment,
		capture_output=True,
		text=True,
		timeout=120,
		check=False,
	)
	out = folder / "demo-out"
	page = (out / "index.html").read_text(encoding="utf-8") if out.is_dir() else ""
	refused = (out / "refused.txt").read_text(encoding="utf-8").splitlines() if page else []
	return done, page, refused


def _proof(done: subprocess.CompletedProcess) -> list[str]:
	assert done.returncode == 0, done.stderr[-2000:]
	return [line[:4] for line in done.stdout.split("PROOF\n")[1].splitlines()]


def test_an_empty_file_ends_with_a_page_that_says_so(tmp_path: Path) -> None:
	done, page, refused = _demo(tmp_path, leads=b"")
	assert _proof(done) == ["ok  "] * PROOF
	assert refused == ["leads file leads.csv: the file is empty"]
	assert refused[0] in page and "leads.csv: 0 rows" in page


def test_good_and_bad_rows_end_in_contracts_papers_and_reasons(tmp_path: Path) -> None:
	done, page, refused = _demo(tmp_path, leads=LEADS.encode("utf-8-sig"), bank=BANK.encode("utf-16"))
	assert _proof(done) == ["ok  "] * PROOF
	assert "lead row 4 failed: The row has neither phone nor e-mail." in refused
	assert "lead row 5 failed: The row is empty." in refused
	assert any(line.startswith("lead row 6 skipped: Already known by") for line in refused)
	assert "bank line 4: no amount" in refused
	assert "bank line 3: no contract of A Stranger, left for accounts" in refused
	assert "<script>" not in page, "what a file says is shown, not run"
	for name in ("contract-en.pdf", "contract-zh.pdf", "statement.pdf"):
		assert (tmp_path / "demo-out" / name).read_bytes().startswith(PDF), name
