frappe.ui.form.on("Payment Entry", {
	refresh(frm) {
		l2c.made_by_steps(frm, "Collection");
		l2c.open_button(frm, "Collection", frm.doc.l2c_collection);
		if (!frm.doc.l2c_collection || frm.doc.docstatus !== 1) return;
		frm.dashboard.add_comment(
			__("Made or linked for collection {0}. Cancelling this payment reports the collection again.", [
				l2c.escape(frm.doc.l2c_collection),
			]),
			"blue",
			true
		);
	},
});
