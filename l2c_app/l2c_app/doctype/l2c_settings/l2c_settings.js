frappe.ui.form.on("L2C Settings", {
	refresh(frm) {
		frm.add_custom_button(__("Lead Pools"), () => frappe.set_route("List", "Lead Pool"));
		frm.add_custom_button(__("Error Log"), () => frappe.set_route("List", "Error Log"));
	},
});
