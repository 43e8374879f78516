// Contact data that the pool masks for ever: shown once, for a reason, and written down.
frappe.provide("l2c");

l2c.add_reveal_button = (frm) => {
	if (!(frm.doc.__onload || {}).l2c_may_reveal) return;
	frm.add_custom_button(__("Reveal Contact Data"), () => l2c.reveal(frm.doc.name));
};

l2c.reveal = (lead) => {
	const dialog = new frappe.ui.Dialog({
		title: __("Reveal Contact Data"),
		fields: [
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
			{ fieldtype: "HTML", fieldname: "note", options: `<p class="text-muted">${__("Each look is logged and counted.")}</p>` },
		],
		primary_action_label: __("Reveal"),
		primary_action: ({ reason }) => {
			dialog.disable_primary_action();
			frappe
				.xcall("l2c_app.api.lead.reveal_contact", { lead, reason })
				.then((rows) => {
					dialog.hide();
					l2c.show_revealed(rows);
				})
				.catch(() => dialog.enable_primary_action());
		},
	});
	dialog.show();
};

l2c.show_revealed = (rows) => {
	const seen = new Set();
	const lines = rows
		.filter((row) => !seen.has(row.value) && seen.add(row.value))
		.map((row) => `<tr><td>${__(row.doctype)}</td><td><b>${frappe.utils.escape_html(row.value)}</b></td></tr>`);
	frappe.msgprint({
		title: __("Contact Data"),
		message: `<table class="table table-sm">${lines.join("")}</table>`,
		indicator: "orange",
	});
};
