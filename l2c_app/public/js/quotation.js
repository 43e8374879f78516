frappe.ui.form.on("Quotation", {
	refresh(frm) {
		l2c.add_follow_up_button(frm);
		if (frm.doc.docstatus === 1 && !["Lost", "Expired"].includes(frm.doc.status))
			l2c.add_contract_button(frm);
	},
});
