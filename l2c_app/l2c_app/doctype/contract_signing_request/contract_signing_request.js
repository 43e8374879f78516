frappe.ui.form.on("Contract Signing Request", {
	refresh(frm) {
		l2c.signing_request_buttons(frm);
	},
});
