#!/bin/sh
# Sets up what the sandbox, the tests and the demo need: a virtual environment in .venv and, as root on Debian, the
# system libraries of WeasyPrint and a Chinese font. Does nothing when all is there.
set -eu
cd "$(dirname "$0")/.."
VENV=.venv
APT="python3-venv libpango-1.0-0 libpangoft2-1.0-0 libpangocairo-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"

say() { printf '%s\n' "$*" >&2; }

system_ready() {
	ldconfig -p 2>/dev/null | grep -q 'libpangoft2-1.0' || return 1
	find /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" -iname '*Noto*CJK*' 2>/dev/null | grep -q . || return 1
	python3 -c 'import ensurepip, venv' 2>/dev/null
}

install_system() {
	if ! command -v apt-get >/dev/null 2>&1; then
		say "NOTE: PDF output needs Pango and a CJK font; install them with your package manager. Going on without."
	elif [ "$(id -u)" = 0 ]; then
		say "Installing system libraries for PDF output ..."
		{ DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $APT ||
			{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $APT; }; } >/dev/null 2>&1 ||
			say "NOTE: apt-get could not install: $APT. Going on without; PDF output may fail."
	else
		say "NOTE: PDF output needs system libraries. Once, run: sudo apt-get install -y $APT"
	fi
}

make_venv() {
	[ -x $VENV/bin/python ] && return
	python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { say "Python 3.10 or newer is needed."; exit 1; }
	python3 -m venv $VENV 2>/dev/null || {
		rm -rf $VENV
		say "python3-venv is missing; using the virtualenv package"
		python3 -m pip install -q --user --break-system-packages virtualenv && python3 -m virtualenv -q $VENV
	}
}

install_packages() {
	# the stamp is newer than both lists only after a complete installation
	[ -e $VENV/.ready ] && [ ! pyproject.toml -nt $VENV/.ready ] && [ ! scripts/setup.sh -nt $VENV/.ready ] && return
	say "Installing Python packages into $VENV ..."
	$VENV/bin/python -m pip install -qq --disable-pip-version-check -e '.[dev,sandbox]'
	touch $VENV/.ready
}

system_ready || install_system
make_venv
install_packages
