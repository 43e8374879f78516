#!/bin/bash
# Makes a bench with ERPNext for one row of the matrix. FRAPPE_BRANCH names the version.
set -euo pipefail
cd ~
sudo apt-get update -qq
sudo apt-get install -y -qq redis-server libcups2-dev libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk mariadb-client
pip install -q frappe-bench
git clone --depth 1 --branch "$FRAPPE_BRANCH" https://github.com/frappe/frappe
bench init --skip-assets --frappe-path ~/frappe --python "$(command -v python)" frappe-bench
cd frappe-bench
sed -i '/^\(watch\|schedule\|web\|socketio\):/d' Procfile
bench get-app --branch "$FRAPPE_BRANCH" --skip-assets https://github.com/frappe/erpnext
bench set-config -g db_host 127.0.0.1
bench set-config -g root_password root
bench setup requirements --dev
