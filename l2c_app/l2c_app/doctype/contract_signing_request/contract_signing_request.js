frappe.ui.form.on("Contract Signing Request", {
	refresh(frm) {
		frm.disable_save();
		l2c.signing_request_buttons(frm);
		l2c.show_signing_trail(frm);
	},
});
