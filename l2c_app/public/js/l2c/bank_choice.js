// The documents that get the money of a bank line, chosen by hand in the dialog that accepts it.
frappe.provide("l2c");

l2c.DocumentChoice = class {
	constructor(match, on_change) {
		Object.assign(this, { match, on_change, rows: [], left_out: 0 });
	}

	// Fields of the dialog; nothing is chosen where a payment is in the books already.
	fields() {
		const hidden = Boolean(this.match.existing_payment);
		return [
			{
				fieldtype: "Check",
				fieldname: "choose",
				label: __("Choose the Documents Myself"),
				default: this.match.parts?.length || hidden ? 0 : 1,
				hidden,
				onchange: () => this.load(),
			},
			{ fieldtype: "HTML", fieldname: "documents", depends_on: "eval:doc.choose && doc.customer", hidden },
			{ fieldtype: "HTML", fieldname: "sums", depends_on: "eval:doc.choose && doc.customer", hidden },
		];
	}

	attach(dialog) {
		this.dialog = dialog;
		const $table = dialog.get_field("documents").$wrapper;
		$table.on("change", "[data-l2c-pays]", ({ target }) => this.pay(target.dataset.l2cPays, flt(target.value)));
		$table.on("change", "[data-l2c-whole]", ({ target }) => {
			const row = this.rows[target.dataset.l2cWhole];
			const room = Math.max(0, this.sums().rest);
			this.pay(target.dataset.l2cWhole, target.checked ? Math.min(flt(row.open_amount), room) : 0);
		});
		this.load();
	}

	get on() {
		return Boolean(this.dialog?.get_value("choose"));
	}

	async load() {
		const customer = this.dialog?.get_value("customer");
		const wanted = `${this.on} ${customer}`;
		if (!customer || this.loaded === wanted) return this.on_change();
		this.loaded = wanted;
		const args = { name: this.match.name, customer };
		const answer = this.on ? await l2c.call("bank.open_documents", args) : { rows: [], left_out: 0 };
		if (this.loaded === wanted) {
			Object.assign(this, answer);
			this.show();
		}
	}

	pay(index, amount) {
		this.rows[index].amount = amount;
		this.show();
	}

	// What is chosen: {parts: [{key, amount}], given, short, rest}
	sums() {
		const chosen = this.rows.filter((row) => flt(row.amount));
		const total = (field) => chosen.reduce((sum, row) => sum + flt(row[field]), 0);
		const given = flt(total("amount"), 2);
		return {
			parts: chosen.map(({ key, amount }) => ({ key, amount })),
			given,
			short: flt(total("open_amount") - given, 2),
			rest: flt(this.match.amount - given, 2),
		};
	}

	money(amount) {
		return l2c.money(amount, this.match.currency);
	}

	line(row, index) {
		const further = [row.contract, row.row_id].filter(Boolean).join(" · ");
		return (
			`<tr><td><input type="checkbox" data-l2c-whole="${index}" ${flt(row.amount) ? "checked" : ""}></td>` +
			`<td>${l2c.link(row.reference_type, row.reference_name)}<div class="text-muted">${l2c.escape(further)}</div></td>` +
			`<td>${l2c.escape(frappe.datetime.str_to_user(row.due_date))}</td>` +
			`<td class="text-right">${l2c.escape(this.money(row.open_amount))}</td>` +
			`<td><input class="form-control input-xs text-right" inputmode="decimal" data-l2c-pays="${index}" ` +
			`aria-label="${__("Pays")}" value="${flt(row.amount) ? l2c.escape(format_number(row.amount, null, 2)) : ""}"></td></tr>`
		);
	}

	table() {
		if (!this.rows.length) return `<p class="text-muted">${__("Nothing is open.")}</p>`;
		const more = this.left_out
			? `<p class="text-muted">${__("{0} more are open and not shown.", [this.left_out])}</p>`
			: "";
		return (
			`<div class="table-responsive" style="max-height: 18rem"><table class="table table-bordered table-sm">` +
			`<thead><tr><th></th><th>${__("Document")}</th><th>${__("Due Date")}</th>` +
			`<th class="text-right">${__("Still Open")}</th><th class="text-right" style="min-width: 7rem">${__("Pays")}</th>` +
			`</tr></thead><tbody>${this.rows.map((row, index) => this.line(row, index)).join("")}</tbody></table></div>${more}`
		);
	}

	show() {
		const { given, short, rest } = this.sums();
		const tags = l2c.tags([
			[__("Paid"), this.money(this.match.amount), "blue"],
			[__("Given Out"), this.money(given), given ? "green" : "gray"],
			[rest < 0 ? __("Too Much") : __("Left"), rest ? this.money(Math.abs(rest)) : "", rest < 0 ? "red" : "orange"],
			[__("Short"), short ? this.money(short) : "", "orange"],
		]);
		this.dialog.get_field("documents").$wrapper.html(this.table());
		this.dialog.get_field("sums").$wrapper.html(`<div class="mb-3">${tags}</div>`);
		this.on_change();
	}
};
