frappe.ui.form.on("Sales Invoice", {
	refresh(frm) {
		l2c.made_by_steps(frm, "Sales Contract");
		l2c.open_button(frm, "Sales Contract", frm.doc.l2c_contract);
		l2c.show_contract_banner(frm);
		l2c.add_credit_note_button(frm);
		if (frm.doc.l2c_contract && frm.doc.docstatus < 2) l2c.show_money_at_hand(frm);
		if (frm.doc.docstatus === 1) l2c.add_follow_up_button(frm, __("Lead to Cash"));
	},
});
