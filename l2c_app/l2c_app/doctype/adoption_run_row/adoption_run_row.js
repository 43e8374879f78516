frappe.ui.form.on("Adoption Run Row", {
	refresh(frm) {
		frm.disable_save();
		if (!["Done", "Not Undone"].includes(frm.doc.status) || !l2c.may_adopt()) return;
		frm.add_custom_button(__("Undo"), () => l2c.undo_adoption_row(frm.doc.name, () => frm.reload_doc()));
	},
});
