frappe.ui.form.on("Sales Cadence Enrolment", {
	refresh(frm) {
		l2c.open_button(frm, frm.doc.party_type, frm.doc.party);
		if (frm.doc.state !== "Running") return;
		frm.add_custom_button(__("Stop"), () =>
			frappe.confirm(__("End this cadence for {0}?", [l2c.escape(frm.doc.party_name)]), async () => {
				await l2c.call_frozen("cadence.stop", { enrolment: frm.doc.name });
				frm.reload_doc();
			})
		);
	},
});
