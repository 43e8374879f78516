// Bank lines: what a match says and why, and the steps of people on it.
frappe.provide("l2c");

const evidence_words = () => ({
	account: __("The payer's bank account is known"),
	name: __("The payer's name is known"),
	words: __("The words of the name stand in the line"),
	number: __("A document number stands in the text"),
	"running number": __("A running number stands in the text"),
	"mistyped number": __("A document number of this customer stands in the text with one wrong sign"),
	"others named": __("A number of another customer stands there too; the payer's own documents count"),
	"exact sum": __("The amount is exactly what these owe"),
	"with others": __("The amount is what these and the only fitting others owe"),
	"only sum": __("Only this sum of open documents fits the amount"),
	"whole balance": __("The amount is all that the customer owes"),
	"several named": __("Several documents named in the text add up to the amount"),
	"telling amount": __("No other document is owed with this amount"),
	"within tolerance": __("The payment is short within the tolerance"),
	"rest on account": __("The small rest stays on account"),
	tie: __("Several answers fit alike"),
	"another payer": __("Somebody else paid than the customer"),
	"pays for": __("This payer has paid for the customer before"),
	"in the books": __("A payment of this amount is in the books"),
	reference: __("Its reference stands in the text"),
	"near day": __("It was booked around that day"),
	"same line twice": __("The same line stands in the statement twice"),
	"went back": __("The same amount went back out"),
	"chosen by hand": __("An accountant chose the documents"),
	"undone before": __("A match of this line was undone or rejected before"),
	"several receivable accounts": __("The documents are owed on several accounts"),
});

l2c.match_colour = (state) =>
	({ Proposed: "orange", Done: "green", Undone: "gray", Rejected: "red" }[state] || "gray");
l2c.decision_colour = (decision) => ({ Auto: "green", Suggest: "blue", Ask: "orange" }[decision] || "gray");

l2c.evidence_html = (evidence) => {
	const words = evidence_words();
	const rows = JSON.parse(evidence || "[]").map(
		([what, points]) =>
			`<li>${l2c.escape(words[what] || what)}${
				points ? ` <span class="text-muted">(${points > 0 ? "+" : "−"}${Math.abs(points)})</span>` : ""
			}</li>`
	);
	return rows.length
		? `<ul class="mb-0 pl-4">${rows.join("")}</ul>`
		: `<span class="text-muted">${__("Nothing tells whose money this is.")}</span>`;
};

l2c.match_now = async (company, bank_account, on_done) => {
	const { run } = await l2c.call_frozen("bank.match_now", { company, bank_account });
	l2c.done(__("Run {0} is matching the open bank lines.", [l2c.link("Bank Match Run", run)]));
	on_done && on_done(run);
};

l2c.ask_match_now = (on_done) =>
	l2c.form_dialog(
		__("Match Bank Lines"),
		__("Match Now"),
		[
			{
				fieldtype: "Link",
				fieldname: "company",
				label: __("Company"),
				options: "Company",
				reqd: 1,
				default: frappe.defaults.get_user_default("Company"),
			},
			{
				fieldtype: "Link",
				fieldname: "bank_account",
				label: __("Bank Account"),
				options: "Bank Account",
				get_query: () => ({ filters: { is_company_account: 1 } }),
				description: __("Empty: all bank accounts of the company"),
			},
		],
		({ company, bank_account }) => l2c.match_now(company, bank_account, on_done)
	);

class AcceptDialog {
	constructor(frm) {
		this.frm = frm;
		this.doc = frm.doc;
		const owed = (this.doc.parts || []).reduce((sum, part) => sum + flt(part.open_amount), 0);
		this.proposed_short = this.doc.parts?.length ? flt(owed - this.doc.amount, 2) : 0;
		this.choice = new l2c.DocumentChoice(this.doc, () => this.show_differences());
	}

	open() {
		const { doc } = this;
		const codes = frappe.meta.get_docfield("Receivable Dispute", "code").options.split("\n");
		const unknown = !JSON.parse(doc.evidence || "[]").some(([what]) =>
			["account", "name", "in the books"].includes(what)
		);
		this.dialog = new frappe.ui.Dialog({
			title: __("Accept {0}", [l2c.money(doc.amount, doc.currency)]),
			size: "large",
			fields: [
				{ fieldtype: "HTML", fieldname: "why", options: `<div class="mb-3">${this.summary()}</div>` },
				{
					fieldtype: "Link",
					fieldname: "customer",
					label: __("Customer"),
					options: "Customer",
					default: doc.customer,
					reqd: 1,
					description: __("What no document gets stays on the customer's account"),
					onchange: () => this.choice.load(),
				},
				...this.choice.fields(),
				{
					fieldtype: "Check",
					fieldname: "write_off",
					label: __("Write Off the Difference of {0}", [""]),
					hidden: 1,
					description: __("Only within the tolerance of Receipt Settings"),
				},
				{
					fieldtype: "Select",
					fieldname: "dispute",
					label: __("Dispute What Is Short"),
					options: ["", ...codes],
					hidden: 1,
					depends_on: "eval:!doc.write_off",
					description: __("The reason is what the customer says"),
				},
				{
					fieldtype: "Small Text",
					max_height: "6rem",
					fieldname: "reason",
					label: __("Reason of the Difference"),
					hidden: 1,
				},
				{
					fieldtype: "Link",
					fieldname: "advance_on",
					label: __("Rest as an Advance on Order"),
					options: "Sales Order",
					hidden: 1,
					get_query: () => ({
						filters: {
							customer: this.dialog.get_value("customer"),
							docstatus: 1,
							l2c_contract: ["is", "set"],
						},
					}),
					description: __("Empty: the rest stays on the customer's account"),
				},
				{
					fieldtype: "Small Text",
					max_height: "6rem",
					fieldname: "despite",
					label: __("Why a Second Payment"),
					hidden: Boolean(doc.existing_payment),
					description: __("Only where a payment like this is in the books already"),
				},
				{
					fieldtype: "Check",
					fieldname: "learn",
					label: __("Remember This Payer for the Customer"),
					default: 1,
					hidden: !unknown,
				},
			],
			primary_action_label: doc.existing_payment ? __("Reconcile") : __("Make Payment Entry"),
			primary_action: (values) => this.accept(values),
		});
		this.dialog.show();
		this.choice.attach(this.dialog);
		this.show_differences();
	}

	// What is short or left over by the proposal, or by what is chosen; a proposal for another customer pays nothing.
	differences() {
		const { doc } = this;
		if (this.choice.on) return this.choice.sums();
		const kept = this.dialog.get_value("customer") === doc.customer;
		return {
			short: kept ? this.proposed_short : 0,
			rest: doc.existing_payment ? 0 : kept ? flt(doc.left_amount) : flt(doc.amount),
		};
	}

	show_differences() {
		if (!this.dialog) return;
		const { short, rest } = this.differences();
		const label = __("Write Off the Difference of {0}", [l2c.money(short, this.doc.currency)]);
		this.dialog.set_df_property("write_off", "label", label);
		for (const field of ["write_off", "dispute", "reason"]) {
			this.dialog.set_df_property(field, "hidden", !(short > 0));
		}
		this.dialog.set_df_property("reason", "reqd", short > 0);
		this.dialog.set_df_property("advance_on", "hidden", !(rest > 0));
		this.dialog.get_field("why").$wrapper.toggle(!this.choice.on);
	}

	summary() {
		const { doc } = this;
		if (doc.existing_payment) {
			return __("The bank line is reconciled with {0}, no second payment is made.", [
				l2c.link("Payment Entry", doc.existing_payment),
			]);
		}
		const rows = (doc.parts || []).map(
			(part) =>
				`<tr><td>${l2c.link(part.reference_type, part.reference_name)}</td>` +
				`<td class="text-right">${l2c.escape(l2c.money(part.open_amount, doc.currency))}</td>` +
				`<td class="text-right">${l2c.escape(l2c.money(part.amount, doc.currency))}</td></tr>`
		);
		if (!rows.length) return __("No open document is chosen: the money goes on the customer's account.");
		return (
			`<div class="table-responsive"><table class="table table-bordered table-sm mb-0"><thead><tr>` +
			`<th>${__("Document")}</th><th class="text-right">${__("Still Open")}</th>` +
			`<th class="text-right">${__("Pays")}</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`
		);
	}

	async accept({ choose, ...values }) {
		const parts = choose ? this.choice.sums().parts : [];
		if (choose && !parts.length && this.doc.parts?.length) {
			frappe.throw(__("No document is chosen. Say what the money pays, or take what is proposed."));
		}
		try {
			const answer = await l2c.call_frozen(
				"bank.accept",
				{ name: this.doc.name, ...values, parts },
				__("Making the payment…")
			);
			this.dialog.hide();
			l2c.done(__("Done with {0}", [l2c.link("Payment Entry", answer.payment_entry)]));
		} finally {
			await this.frm.reload_doc();
			if (this.frm.doc.state !== "Proposed") this.dialog.hide();
		}
	}
}

l2c.accept_match = (frm) =>
	frappe.model.with_doctype("Receivable Dispute", () => new AcceptDialog(frm).open());

l2c.match_step = (frm, label, method, message) =>
	frappe.prompt(
		{ fieldtype: "Small Text", max_height: "6rem", fieldname: "reason", label: __("Reason"), reqd: 1 },
		async ({ reason }) => {
			await l2c.call_frozen(`bank.${method}`, { name: frm.doc.name, reason });
			l2c.done(message);
			frm.reload_doc();
		},
		label,
		label
	);
