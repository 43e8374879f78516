frappe.ui.form.on("Dunning Policy", {
	refresh(frm) {
		if (frm.is_new() || !frm.doc.enabled) return;
		frm.add_custom_button(__("Prepare Run"), async () => {
			const run = await l2c.call_frozen("chasing.prepare_run", { policy: frm.doc.name });
			frappe.set_route("Form", "Dunning Run", run);
		});
	},
});
