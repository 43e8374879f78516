// Billing: a run over what is due, opened from a list, and requests of sales to accounts, raised on a contract.
frappe.provide("l2c");

l2c.add_billing_run_button = (listview) => {
	if (!frappe.model.can_create("Sales Invoice")) return;
	listview.page.add_inner_button(__("Bill Due Rows"), () =>
		l2c.form_dialog(
			__("Bill Due Rows"),
			__("Show the Preview"),
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
					fieldtype: "Date",
					fieldname: "up_to",
					label: __("Due up to"),
					reqd: 1,
					default: frappe.datetime.get_today(),
				},
				{
					fieldtype: "Date",
					fieldname: "posting_date",
					label: __("Posting Date"),
					reqd: 1,
					default: frappe.datetime.get_today(),
				},
			],
			async (values) => {
				const run = await l2c.call_frozen("billing.prepare_run", values);
				frappe.set_route("Form", "Billing Run", run);
			}
		)
	);
};

l2c.request_invoice = (frm) => {
	const left = (row) =>
		row.billing !== "Advance" && flt(row.billed) < flt(row.amount) && !row.draft_invoice;
	const options = frm.doc.plan_rows.filter(left).map((row) => ({
		value: row.row_id,
		label: [row.row_id, row.label, l2c.money(row.amount, frm.doc.currency)].filter(Boolean).join(" · "),
	}));
	if (!options.length) {
		frappe.show_alert({ message: __("Every row is billed or on a draft"), indicator: "blue" });
		return;
	}
	l2c.form_dialog(
		__("Request an Invoice"),
		__("Request"),
		[
			l2c.plan_row_field(options),
			{
				fieldtype: "Data",
				fieldname: "tax_title",
				label: __("Title of the Tax Invoice"),
				default: frm.doc.party_name,
			},
			{ fieldtype: "Data", fieldname: "tax_id", label: __("Tax ID") },
			{ fieldtype: "Small Text", fieldname: "note", label: __("Note"), max_height: "6rem" },
		],
		async ({ row_id, ...values }) => {
			const name = await l2c.call_frozen("billing.ask", {
				contract: frm.doc.name,
				row_ids: [row_id],
				...values,
			});
			l2c.done(__("Requested as {0}. Accounts answer it.", [l2c.link("Billing Request", name)]));
			frm.reload_doc();
		}
	);
};

// The host's own button makes the same return, but does not say what becomes of the plan.
l2c.add_credit_note_button = (frm) => {
	const { docstatus, is_return, l2c_contract } = frm.doc;
	if (docstatus !== 1 || is_return || !l2c_contract || !frappe.model.can_create("Sales Invoice")) return;
	frm.add_custom_button(__("Credit Note…"), () => ask_credit_note(frm), __("Lead to Cash"));
};

const ask_credit_note = (frm) =>
	l2c.form_dialog(
		__("Credit Note"),
		__("Draft It"),
		[
			{
				fieldtype: "Select",
				fieldname: "then",
				label: __("What Is Credited"),
				reqd: 1,
				options: [
					{ value: "forgiven", label: __("is forgiven: the customer never owes it") },
					{ value: "again", label: __("is billed again: its plan row opens for billing") },
				],
				default: "forgiven",
			},
		],
		async ({ then }) => {
			const args = { invoice: frm.doc.name, bill_again: cint(then === "again") };
			const [local] = frappe.model.sync(await l2c.call_frozen("billing.credit_note", args));
			frappe.set_route("Form", local.doctype, local.name);
		}
	);

// Money of the customer that no document has taken yet. Nothing is taken by itself: whoever bills or confirms decides.
l2c.show_money_at_hand = async (frm) => {
	if (frm.is_new() || !frm.doc.customer || !frappe.model.can_read("Payment Entry")) return;
	const { doctype, name } = frm.doc;
	const { currency, on_account, earmarked, advance, set_off } = await l2c.call("billing.at_hand", { doctype, name });
	if (frm.doc.name !== name) return;
	for (const { supplier, currency: owed_in, amount } of set_off || []) {
		const text = __("We owe this customer {0} as supplier {1}: a Journal Entry may set it off.", [
			l2c.money(amount, owed_in),
			supplier,
		]);
		frm.dashboard.add_comment(l2c.escape(text), "blue", true);
	}
	const amounts = [
		[__("On Account"), on_account],
		[__("Of It Reported for Contracts"), earmarked],
		[__("Deposits on Orders"), advance],
	].filter(([, amount]) => flt(amount) > 0);
	if (!amounts.length) return;
	const texts = amounts.map(([label, amount]) => `${label} ${l2c.escape(l2c.money(amount, currency))}`);
	frm.dashboard.add_comment(`${__("Paid by this customer and not used yet:")} ${texts.join(" · ")}`, "yellow", true);
};

// The host shows nothing of what an order still lacks: the contract's figures do.
l2c.show_uncollected = async (frm) => {
	if (frm.doc.docstatus !== 1 || !frm.doc.l2c_contract || !frappe.model.can_read("Sales Contract")) return;
	const fields = ["currency", "collected", "open_amount", "overdue_amount"];
	const { message } = await frappe.db.get_value("Sales Contract", frm.doc.l2c_contract, fields);
	if (!message || !message.currency) return;
	const text = __("Collected {0}, uncollected {1}", [
		l2c.money(message.collected, message.currency),
		l2c.money(message.open_amount, message.currency),
	]);
	frm.dashboard.add_comment(l2c.escape(text), flt(message.overdue_amount) > 0 ? "red" : "blue", true);
};
