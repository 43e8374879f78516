// Sales Contract: what is due is billed from its form, all at once or a row.
frappe.provide("l2c");

l2c.bill_due = async (frm) => {
	const results = await l2c.call_frozen("contract.bill_due", { contract: frm.doc.name }, __("Billing…"));
	frm.reload_doc();
	if (!results.length) {
		frappe.show_alert({ message: __("No row is due for billing"), indicator: "blue" });
		return;
	}
	const refused = results.filter((row) => !row.invoice);
	if (!refused.length) {
		await show_invoices(results.map((row) => row.invoice));
		return;
	}
	l2c.show_batch_result({
		title: __("Billed"),
		done: results.filter((row) => row.invoice),
		refused: refused.map((row) => ({ label: row.row_id, reason: row.message })),
	});
};

// Drafts bill nothing yet: say so, or the figures look wrong.
const show_invoices = async (invoices) => {
	const filters = { name: ["in", invoices], docstatus: 0 };
	const drafts = await frappe.db.count("Sales Invoice", { filters });
	const links = invoices.map((invoice) => l2c.link("Sales Invoice", invoice)).join(", ");
	const text = drafts
		? __("Draft invoice {0}: submit it, then the row counts as billed.", [links])
		: __("Invoice {0}", [links]);
	frappe.show_alert({ message: text, indicator: drafts ? "orange" : "green" }, 10);
};

l2c.plan_row_options = (frm, keep) =>
	frm.doc.plan_rows.filter(keep).map((row) => ({
		value: row.row_id,
		label: [row.row_id, row.label, l2c.money(row.amount, frm.doc.currency), __(row.status)]
			.filter(Boolean)
			.join(" · "),
	}));

l2c.plan_row_field = (options) => ({
	fieldtype: "Select",
	fieldname: "row_id",
	label: __("Row"),
	reqd: 1,
	options,
	default: options[0].value,
});

l2c.bill_one = (frm) => {
	const left = (row) =>
		row.billing === "Own Invoice" && flt(row.billed) < flt(row.amount) && !row.draft_invoice;
	const options = l2c.plan_row_options(frm, left);
	if (!options.length) {
		frappe.show_alert({
			message: __("Every row with an invoice of its own is billed or on a draft"),
			indicator: "blue",
		});
		return;
	}
	l2c.form_dialog(
		__("Bill a Row"),
		__("Bill"),
		[
			l2c.plan_row_field(options),
			{
				fieldtype: "Date",
				fieldname: "posting_date",
				label: __("Posting Date"),
				default: frappe.datetime.get_today(),
			},
		],
		async (values) => {
			const invoice = await l2c.call_frozen("contract.bill_row", { contract: frm.doc.name, ...values });
			await show_invoices([invoice]);
			frm.reload_doc();
		}
	);
};
