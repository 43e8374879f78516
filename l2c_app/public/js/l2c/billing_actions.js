// Billing: a run over what is due, opened from a list, and requests of sales to accounts, raised on a contract.
frappe.provide("l2c");

l2c.billing_run_colour = (state) =>
	({
		Queued: "gray",
		Preparing: "blue",
		Preview: "purple",
		Billing: "blue",
		Done: "green",
		Failed: "red",
		Stopped: "orange",
	})[state];

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
			{
				fieldtype: "Select",
				fieldname: "row_id",
				label: __("Row"),
				reqd: 1,
				options,
				default: options[0].value,
			},
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
