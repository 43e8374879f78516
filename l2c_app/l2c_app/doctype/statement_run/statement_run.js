const LIVE = ["Queued", "Preparing", "Sending"];
const ROW_COLOURS = { Planned: "blue", "Taken Out": "gray", Sent: "green", Skipped: "orange", Failed: "red" };
const SHOWN = 200;

l2c.run_form("Statement Run", {
	channel: "l2c_statement_run",
	live: LIVE,

	show_counts: (frm) => l2c.approved_run_head(frm, LIVE, __("Sent")),

	async show_rows(frm) {
		const rows = await frappe.db.get_list("Statement Run Row", {
			filters: { run: frm.doc.name },
			fields: ["name", "customer", "amount", "currency", "balances", "recipient", "status", "reason"],
			order_by: "name asc",
			limit: SHOWN,
		});
		const heading = [__("Customer"), __("Balance"), __("Balance by Currency"), __("Recipient"), __("Status"), __("Reason"), ""];
		l2c.run_rows(frm, heading, rows.map((row) => line(frm, row)));
		const done = () => frm.reload_doc();
		const $rows = frm.fields_dict.rows_html.$wrapper;
		$rows.find("[data-l2c-out]").on("click", (event) => l2c.ask_take_out([event.currentTarget.dataset.l2cOut], done));
		$rows.find("[data-l2c-back]").on("click", (event) => l2c.put_back([event.currentTarget.dataset.l2cBack], done));
	},

	add_buttons(frm) {
		const { state, planned_rows, done_rows, skipped_rows, failed_rows } = frm.doc;
		const act = l2c.run_buttons(frm, "customer_statement");
		frm.add_custom_button(__("All Rows"), () =>
			frappe.set_route("List", "Statement Run Row", { run: frm.doc.name })
		);
		if (!l2c.may_send_statements()) return;
		if (state === "Preview" && planned_rows) {
			act(
				__("Approve and Send"),
				"approve_run",
				__("Send {0} statements in your name? Each customer is judged again.", [planned_rows])
			);
			frm.change_custom_button_type(__("Approve and Send"), null, "primary");
		}
		if ([...LIVE, "Preview"].includes(state)) act(__("Stop"), "stop_run");
		if (["Stopped", "Failed"].includes(state)) act(__("Go On"), "resume_run");
		if (state === "Done" && skipped_rows + failed_rows) act(__("Try the Rest Again"), "retry_run");
	},
});

function line(frm, row) {
	const may = frm.doc.state === "Preview" && l2c.may_send_statements();
	const paper = new URLSearchParams({
		customer: row.customer,
		company: frm.doc.company,
		since: frm.doc.period_from,
		until: frm.doc.period_to,
	});
	const button = (kind, label) =>
		`<button class="btn btn-xs btn-default" data-l2c-${kind}="${l2c.escape(row.name)}">${label}</button>`;
	const change = { Planned: button("out", __("Take Out")), "Taken Out": button("back", __("Put Back")) }[row.status];
	return [
		`${l2c.link("Customer", row.customer)} <a target="_blank" href="/api/method/l2c_app.api.print.statement_pdf?${l2c.escape(paper)}">PDF</a>`,
		l2c.money(row.amount, row.currency),
		l2c.escape(row.balances),
		l2c.escape(row.recipient),
		`<span class="indicator-pill ${ROW_COLOURS[row.status]}">${__(row.status)}</span>`,
		l2c.escape(row.reason || ""),
		(may && change) || "",
	];
}
