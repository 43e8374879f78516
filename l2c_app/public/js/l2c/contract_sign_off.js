// Sales Contract: milestones that a person signs off.
frappe.provide("l2c");

// Rows that wait for a sign-off: released here, or taken back as long as no invoice bills them.
const sign_off = (frm, rows, method, title, message) => {
	const options = rows.map((row) => ({
		value: row.row_id,
		label: [row.row_id, row.label, l2c.money(row.amount, frm.doc.currency)].filter(Boolean).join(" · "),
	}));
	const day = { fieldtype: "Date", fieldname: "released_on", label: __("Released On"), default: frappe.datetime.get_today() };
	l2c.form_dialog(
		title,
		title,
		[
			l2c.plan_row_field(options),
			...(method === "release_row" ? [day] : []),
			{ fieldtype: "Small Text", max_height: "6rem", fieldname: "note", label: __("Note"), reqd: 1 },
		],
		(values) => l2c.contract_step(frm, method, values, message)
	);
};

l2c.sign_off_buttons = (frm, group) => {
	const waits = (frm.doc.plan_rows || []).filter((row) => row.due_basis === "Milestone" && row.milestone_type === "Sign-off");
	const add = (rows, method, title, message) =>
		rows.length && frm.add_custom_button(title, () => sign_off(frm, rows, method, title, message), group);
	add(waits.filter((row) => !row.released_on), "release_row", __("Sign a Milestone Off"), __("Milestone signed off"));
	add(waits.filter((row) => row.released_on && !flt(row.billed)), "take_back_release", __("Take a Sign-off Back"), __("Sign-off taken back"));
};
