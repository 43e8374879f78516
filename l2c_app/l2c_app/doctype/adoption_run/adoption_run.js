const LIVE = ["Queued", "Preparing", "Adopting", "Undoing"];
const OVER = ["Done", "Stopped", "Failed", "Undone"];
const ROW_COLOURS = {
	"To Judge": "gray",
	Planned: "blue",
	Done: "green",
	Skipped: "orange",
	Failed: "red",
	Undone: "gray",
	"Not Undone": "orange",
};
const SHOWN = 200;

l2c.run_form("Adoption Run", {
	channel: "l2c_adoption_run",
	live: LIVE,

	show_counts: (frm) => l2c.approved_run_head(frm, LIVE, __("Done")),

	async show_rows(frm) {
		const rows = await frappe.db.get_list("Adoption Run Row", {
			filters: { run: frm.doc.name },
			fields: ["name", "reference", "sales_order", "customer", "currency", "total", "billed", "collected", "open_amount", "status", "contract", "reason", "differences", "plan"],
			order_by: "name asc",
			limit: SHOWN,
		});
		const heading = [__("Reference"), __("Customer"), __("Contract Total"), __("Billed"), __("Collected"), __("Still Open"), __("Status"), __("Sales Contract"), __("Payment Plan"), __("Differences"), ""];
		const undoable = l2c.may_adopt() && OVER.includes(frm.doc.state);
		l2c.run_rows(frm, heading, rows.map((row) => line(row, undoable)));
		frm.fields_dict.rows_html.$wrapper.find("button[data-row]").on("click", (event) => {
			l2c.undo_adoption_row(event.currentTarget.dataset.row, () => frm.reload_doc());
		});
	},

	add_buttons(frm) {
		const { state, planned_rows, done_rows, kept_rows } = frm.doc;
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
		if (OVER.includes(state) && done_rows + kept_rows) {
			const question = __("Cancel {0} contracts of this run? Their orders, invoices and payments stay as they are.", [
				done_rows + kept_rows,
			]);
			const kept = __("A contract under which something has happened since is kept and says why.");
			act(__("Undo"), "undo_run", `${question} ${kept}`);
		}
	},
});

const lines_html = (text) => l2c.escape(text).replace(/\n/g, "<br>");

function line(row, undoable) {
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
		undoable && ["Done", "Not Undone"].includes(row.status)
			? `<button class="btn btn-xs btn-default" data-row="${l2c.escape(row.name)}">${__("Undo")}</button>`
			: "",
	];
}
