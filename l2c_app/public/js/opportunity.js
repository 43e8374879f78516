frappe.ui.form.on("Opportunity", {
	refresh(frm) {
		l2c.add_follow_up_button(frm);
		l2c.add_contract_button(frm);
	},
});
