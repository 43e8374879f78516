frappe.ui.form.on("Receivable Dispute", {
	refresh(frm) {
		const { status, outcome_document } = frm.doc;
		if (frm.is_new() || !(status === "Open" || (status === "Accepted" && !outcome_document))) return;
		if (!frappe.model.can_write("Collection Case")) return;
		frm.add_custom_button(__("Decide"), () => ask_decision(frm));
	},
});

function ask_decision(frm) {
	const outcomes = ["Credit Note", "Write-Off", "Payable"];
	frappe.prompt(
		[
			{
				fieldname: "outcome",
				label: __("Outcome"),
				fieldtype: "Select",
				options: outcomes.map((value) => ({ value, label: __(value) })),
				default: frm.doc.outcome || outcomes[0],
				reqd: 1,
			},
			{
				fieldname: "document",
				label: __("Native Document"),
				fieldtype: "Data",
				depends_on: "eval:doc.outcome!='Payable'",
				description: __("Credit note or journal entry that settled it; may be added later"),
			},
			{ fieldname: "note", label: __("Reason"), fieldtype: "Small Text", reqd: 1 },
		],
		async (values) => {
			await l2c.call_frozen("chasing.decide_dispute", { name: frm.doc.name, ...values });
			frm.reload_doc();
		},
		__("Decide")
	);
}
