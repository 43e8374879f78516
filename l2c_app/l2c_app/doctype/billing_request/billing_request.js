frappe.ui.form.on("Billing Request", {
	refresh(frm) {
		frm.disable_save();
		const invoices = [...new Set((frm.doc.rows || []).map((row) => row.sales_invoice).filter(Boolean))];
		invoices.forEach((name) => l2c.open_button(frm, "Sales Invoice", name, name));
		l2c.open_button(frm, "Sales Contract", frm.doc.contract);
		if (frm.doc.state !== "Requested" || !frappe.model.can_create("Sales Invoice")) return;
		frm.add_custom_button(__("Issue"), () => issue(frm));
		frm.change_custom_button_type(__("Issue"), null, "primary");
		frm.add_custom_button(__("Reject"), () => reject(frm));
	},
});

function issue(frm) {
	l2c.form_dialog(
		__("Issue the Invoice"),
		__("Issue"),
		[
			{
				fieldtype: "Data",
				fieldname: "tax_invoice_no",
				label: __("Tax Invoice No"),
				description: __("Kept on the request and on its plan rows"),
			},
			{
				fieldtype: "Date",
				fieldname: "tax_invoice_date",
				label: __("Tax Invoice Date"),
				default: frappe.datetime.get_today(),
			},
		],
		async (values) => {
			const invoices = await l2c.call_frozen("billing.issue", { request: frm.doc.name, ...values });
			l2c.done(invoices.map((name) => l2c.link("Sales Invoice", name)).join(", "));
			frm.reload_doc();
		}
	);
}

function reject(frm) {
	l2c.form_dialog(
		__("Reject the Request"),
		__("Reject"),
		[{ fieldtype: "Small Text", fieldname: "reason", label: __("Reason"), reqd: 1 }],
		async (values) => {
			await l2c.call_frozen("billing.reject", { request: frm.doc.name, ...values });
			frm.reload_doc();
		}
	);
}
