const LIVE = ["Queued", "Preparing", "Adopting"];
const ROW_COLOURS = { "To Judge": "gray", Planned: "blue", Done: "green", Skipped: "orange", Failed: "red" };
const SHOWN = 200;

frappe.ui.form.on("Adoption Run", {
	onload(frm) {
		l2c.follow_run(frm, "l2c_adoption_run");
	},

	refresh(frm) {
		frm.disable_save();
		frm.trigger("show_counts");
		frm.trigger("show_rows");
		frm.trigger("add_buttons");
		if (LIVE.includes(frm.doc.state)) l2c.look_again(frm);
	},

	show_counts(frm) {
		const { state, planned_rows, done_rows, skipped_rows, failed_rows, progress } = frm.doc;
		frm.dashboard.clear_headline();
		frm.dashboard.set_headline(
			l2c.tags([
				["", __(state), l2c.billing_run_colour(state)],
				[__("Planned"), planned_rows || "", "blue"],
				[__("Done"), done_rows || "", "green"],
				[__("Skipped"), skipped_rows || "", "orange"],
				[__("Failed"), failed_rows || "", "red"],
			])
		);
		if (LIVE.includes(state)) frm.dashboard.add_progress(__(state), Math.round(progress || 0));
	},

	async show_rows(frm) {
		const rows = await frappe.db.get_list("Adoption Run Row", {
			filters: { run: frm.doc.name },
			fields: ["reference", "sales_order", "customer", "currency", "total", "billed", "collected", "open_amount", "status", "contract", "reason", "differences", "plan"],
			order_by: "name asc",
			limit: SHOWN,
		});
		const heading = [__("Reference"), __("Customer"), __("Contract Total"), __("Billed"), __("Collected"), __("Still Open"), __("Status"), __("Sales Contract"), __("Payment Plan"), __("Differences")];
		l2c.run_rows(frm, heading, rows.map(line));
	},

	add_buttons(frm) {
		const { state, planned_rows } = frm.doc;
		const act = l2c.run_buttons(frm, "adoption");
		frm.add_custom_button(__("All Rows"), () =>
			frappe.set_route("List", "Adoption Run Row", { run: frm.doc.name })
		);
		if (!l2c.may_adopt()) return;
		if (state === "Preview" && planned_rows) {
			act(
				__("Approve and Adopt"),
				"approve_run",
				__("Make {0} contracts in your name? Each is judged again.", [planned_rows])
			);
			frm.change_custom_button_type(__("Approve and Adopt"), null, "primary");
		}
		if ([...LIVE, "Preview"].includes(state)) act(__("Stop"), "stop_run");
		if (["Stopped", "Failed"].includes(state)) act(__("Go On"), "resume_run");
	},
});

const lines_html = (text) => l2c.escape(text).replace(/\n/g, "<br>");

function line(row) {
	const money = (amount) => (row.currency ? l2c.money(amount, row.currency) : "");
	return [
		row.sales_order ? l2c.link("Sales Order", row.sales_order, row.reference) : l2c.escape(row.reference),
		l2c.escape(row.customer),
		money(row.total),
		money(row.billed),
		money(row.collected),
		money(row.open_amount),
		`<span class="indicator-pill ${ROW_COLOURS[row.status]}">${__(row.status)}</span>`,
		row.contract ? l2c.link("Sales Contract", row.contract) : "",
		lines_html(row.plan),
		row.reason ? l2c.reason_html(row.reason) : lines_html(row.differences),
	];
}
