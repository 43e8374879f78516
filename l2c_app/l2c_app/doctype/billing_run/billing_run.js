const LIVE = ["Queued", "Preparing", "Billing"];
const ROW_COLOURS = { "To Judge": "gray", Planned: "blue", Done: "green", Skipped: "orange", Failed: "red" };
const SHOWN = 200;

l2c.run_form("Billing Run", {
	channel: "l2c_billing_run",
	live: LIVE,

	show_counts: (frm) => l2c.approved_run_head(frm, LIVE, __("Done")),

	async show_rows(frm) {
		const rows = await frappe.db.get_list("Billing Run Row", {
			filters: { run: frm.doc.name },
			fields: ["contract", "customer", "row_id", "label", "due_date", "amount", "advances", "currency", "status", "invoice", "reason"],
			order_by: "name asc",
			limit: SHOWN,
		});
		const heading = [__("Sales Contract"), __("Customer"), __("Row"), __("Due Date"), __("Invoice Amount"), __("Advances Taken Back"), __("Status"), __("Invoice"), __("Reason")];
		l2c.run_rows(frm, heading, rows.map(line));
	},

	add_buttons(frm) {
		const { state, planned_rows, submit_invoices } = frm.doc;
		const act = l2c.run_buttons(frm, "billing");
		frm.add_custom_button(__("All Rows"), () =>
			frappe.set_route("List", "Billing Run Row", { run: frm.doc.name })
		);
		if (!frappe.model.can_create("Sales Invoice")) return;
		if (state === "Preview" && planned_rows && frappe.model.can_submit("Sales Invoice")) {
			const question = submit_invoices
				? __("Make and submit {0} invoices in your name? Each row is judged again.", [planned_rows])
				: __("Make {0} draft invoices in your name? Each row is judged again.", [planned_rows]);
			act(__("Approve and Bill"), "approve_run", question);
			frm.change_custom_button_type(__("Approve and Bill"), null, "primary");
		}
		if ([...LIVE, "Preview"].includes(state)) act(__("Stop"), "stop_run");
		if (["Stopped", "Failed"].includes(state)) act(__("Go On"), "resume_run");
	},
});

function line(row) {
	return [
		l2c.link("Sales Contract", row.contract),
		l2c.escape(row.customer),
		l2c.escape([row.row_id, row.label].filter(Boolean).join(" · ")),
		row.due_date ? frappe.datetime.str_to_user(row.due_date) : "",
		row.amount ? l2c.money(row.amount, row.currency) : "",
		row.advances ? l2c.money(row.advances, row.currency) : "",
		`<span class="indicator-pill ${ROW_COLOURS[row.status]}">${__(row.status)}</span>`,
		row.invoice ? l2c.link("Sales Invoice", row.invoice) : "",
		l2c.reason_html(row.reason),
	];
}
