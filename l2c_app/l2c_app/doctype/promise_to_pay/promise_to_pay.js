frappe.ui.form.on("Promise to Pay", {
	refresh(frm) {
		if (frm.is_new() || frm.doc.status !== "Open") return;
		frm.add_custom_button(__("Withdraw"), () =>
			frappe.prompt(
				{ fieldname: "reason", label: __("Reason"), fieldtype: "Small Text", reqd: 1 },
				async ({ reason }) => {
					await l2c.call_frozen("chasing.withdraw_promise", { name: frm.doc.name, reason });
					frm.reload_doc();
				},
				__("Withdraw")
			)
		);
	},
});
