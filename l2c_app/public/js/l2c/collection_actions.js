// Confirm a reported receipt: what is in the books already is offered first, a new payment comes second.
frappe.provide("l2c");

l2c.receiving_accounts = (company) => ({
	filters: { company, account_type: ["in", ["Bank", "Cash"]], is_group: 0, disabled: 0 },
});

class ConfirmDialog {
	constructor(frm) {
		this.frm = frm;
	}

	async open() {
		this.found = await l2c.call_frozen(
			"collection.candidates",
			{ name: this.frm.doc.name },
			__("Looking for it in the books…")
		);
		const { currency, company, mode_of_payment, paid_to, reference_no } = this.frm.doc;
		const home = frappe.get_doc(":Company", company);
		const foreign = home && home.default_currency !== currency;
		this.dialog = new frappe.ui.Dialog({
			title: __("Confirm {0}", [l2c.money(this.frm.doc.amount, currency)]),
			size: this.found.length ? "large" : undefined,
			fields: [
				{ fieldtype: "HTML", fieldname: "found", options: this.found_html() },
				{ fieldtype: "Section Break", label: __("Make a New Payment Entry") },
				{
					fieldtype: "Small Text",
					max_height: "6rem",
					fieldname: "despite",
					label: __("Why a Second Payment"),
					hidden: !this.found.length,
					reqd: Boolean(this.found.length),
				},
				{
					fieldtype: "Link",
					fieldname: "mode_of_payment",
					label: __("Mode of Payment"),
					options: "Mode of Payment",
					default: mode_of_payment,
				},
				{
					fieldtype: "Link",
					fieldname: "paid_to",
					label: __("Received In"),
					options: "Account",
					default: paid_to,
					get_query: () => l2c.receiving_accounts(company),
					description: __("Empty: as the mode of payment or the company says"),
				},
				{ fieldtype: "Column Break" },
				{
					fieldtype: "Data",
					fieldname: "reference_no",
					label: __("Reference No"),
					default: reference_no,
				},
				{
					fieldtype: "Float",
					fieldname: "exchange_rate",
					label: __("Exchange Rate"),
					precision: 9,
					hidden: !foreign,
					description: __("Empty: the stored rate of the day"),
				},
			],
			primary_action_label: __("Make Payment Entry"),
			primary_action: (values) => this.confirm(values),
		});
		this.dialog.$wrapper.on("click", "[data-l2c-link]", (event) =>
			this.link(cint($(event.currentTarget).attr("data-l2c-link")))
		);
		this.dialog.show();
	}

	found_html() {
		if (!this.found.length) {
			return `<p class="text-muted">${__("Nothing in the books looks like this money.")}</p>`;
		}
		const rows = this.found.map(
			(row, index) => `<tr>
				<td>${l2c.link(row.voucher_type, row.voucher_no)}<br><span class="text-muted small">${l2c.escape(
				__(row.voucher_type)
			)}</span></td>
				<td>${l2c.escape(frappe.datetime.str_to_user(row.posting_date))}</td>
				<td>${l2c.escape(row.reference_no)}</td>
				<td class="text-right">${l2c.escape(l2c.money(row.amount, this.frm.doc.currency))}</td>
				<td><button type="button" class="btn btn-xs btn-primary" data-l2c-link="${index}">${__(
				"Link"
			)}</button></td></tr>`
		);
		return `<p>${__("This may be the same money. Link it instead of booking it twice:")}</p>
			<div class="table-responsive"><table class="table table-bordered table-sm">
			<thead><tr><th>${__("Voucher")}</th><th>${__("Date")}</th><th>${__("Reference")}</th>
			<th class="text-right">${__("Amount")}</th><th></th></tr></thead><tbody>${rows.join(
			""
		)}</tbody></table></div>`;
	}

	async link(index) {
		const { voucher_type, voucher_no } = this.found[index];
		await this.run("link", { voucher_type, voucher_no });
		this.finish(__("Linked to {0}", [l2c.link(voucher_type, voucher_no)]));
	}

	async confirm({ mode_of_payment, paid_to, reference_no, exchange_rate, despite }) {
		const args = { mode_of_payment, paid_to, reference_no, exchange_rate, despite };
		const answer = await this.run("confirm", args, __("Making the payment…"));
		this.finish(__("Confirmed with {0}", [l2c.link(answer.voucher_type, answer.voucher_no)]));
	}

	// Somebody else may have been faster: then the form shows what he did, and there is nothing left to confirm.
	async run(method, args, message) {
		try {
			return await l2c.call_frozen(
				`collection.${method}`,
				{ name: this.frm.doc.name, ...args },
				message
			);
		} catch (refusal) {
			await this.frm.reload_doc();
			if (this.frm.doc.status !== "Reported") this.dialog.hide();
			throw refusal;
		}
	}

	finish(message) {
		this.dialog.hide();
		l2c.done(message);
		this.frm.reload_doc();
	}
}

l2c.confirm_collection = (frm) => new ConfirmDialog(frm).open();

const ask_why = (frm, title, label, method, message) =>
	frappe.prompt(
		{ fieldtype: "Small Text", max_height: "6rem", fieldname: "reason", label: __("Reason"), reqd: 1 },
		async ({ reason }) => {
			await l2c.call_frozen(`collection.${method}`, { name: frm.doc.name, reason });
			l2c.done(message);
			frm.reload_doc();
		},
		title,
		label
	);

l2c.reject_collection = (frm) => ask_why(frm, __("Reject"), __("Reject"), "reject", __("Rejected"));
l2c.cancel_collection = (frm) =>
	ask_why(frm, __("Take Back"), __("Take Back"), "cancel_collection", __("Taken back"));
