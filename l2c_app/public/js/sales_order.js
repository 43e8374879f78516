frappe.ui.form.on("Sales Order", {
	refresh(frm) {
		l2c.made_by_steps(frm, "Sales Contract");
		l2c.open_button(frm, "Sales Contract", frm.doc.l2c_contract);
		l2c.show_contract_banner(frm);
		l2c.add_adopt_button(frm);
		l2c.show_uncollected(frm);
		l2c.add_team_proposal(frm, "Customer", frm.doc.customer);
		if (frm.doc.docstatus === 1) l2c.add_follow_up_button(frm, __("Lead to Cash"));
	},
});
