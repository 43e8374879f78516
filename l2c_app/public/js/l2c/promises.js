// A customer's promise about plan rows of a contract, taken from the contract: an amount per row.
frappe.provide("l2c");

l2c.add_promise_button = (frm, group) => {
	const { docstatus, customer, terminated_on } = frm.doc;
	const rows = (frm.doc.plan_rows || []).filter((row) => flt(row.open_amount) > 0);
	const may = docstatus === 1 && customer && !terminated_on && frappe.model.can_create("Promise to Pay");
	if (may && rows.length) frm.add_custom_button(__("Promise"), () => ask_row_promise(frm, rows), group);
};

const row_field = (row, currency) => ({
	fieldtype: "Float",
	precision: 2,
	fieldname: `row_${row.row_id}`,
	label: [row.row_id, row.label, row.due_date && frappe.datetime.str_to_user(row.due_date)].filter(Boolean).join(" · "),
	description: __("Open: {0}", [l2c.money(row.open_amount, currency)]),
	default: flt(row.due_amount) > 0 ? row.open_amount : 0,
});

const ask_row_promise = (frm, rows) =>
	l2c.form_dialog(
		__("Promise"),
		__("Take the Promise"),
		[
			...rows.map((row) => row_field(row, frm.doc.currency)),
			{ fieldtype: "Section Break" },
			{ fieldname: "promised_for", label: __("Promised For"), fieldtype: "Date", reqd: 1 },
			{
				fieldname: "channel",
				label: __("Channel"),
				fieldtype: "Select",
				options: ["Call", "Email", "Visit", "Message"].map((value) => ({ value, label: __(value) })),
				default: "Call",
			},
			{ fieldname: "promised_by", label: __("Promised By"), fieldtype: "Data" },
			{ fieldname: "note", label: __("Note"), fieldtype: "Small Text", max_height: "6rem" },
		],
		async ({ promised_for, channel, promised_by, note, ...amounts }) => {
			const promised = rows
				.map(({ row_id }) => ({ row_id, amount: flt(amounts[`row_${row_id}`]) }))
				.filter(({ amount }) => amount > 0);
			const values = { sales_contract: frm.doc.name, rows: promised, promised_for, channel, promised_by, note };
			const name = await l2c.call_frozen("chasing.promise", { values });
			l2c.done(__("Promised as {0}", [l2c.link("Promise to Pay", name)]));
			frm.reload_doc();
		}
	);
