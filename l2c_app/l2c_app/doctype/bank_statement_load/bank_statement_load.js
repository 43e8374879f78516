const LIVE = ["Loading", "Undoing"];
const ROW_COLOURS = {
	New: "blue",
	Double: "gray",
	Refused: "orange",
	Done: "green",
	Failed: "red",
	Undone: "gray",
	"Left in Place": "orange",
};
const SHOWN = 200;

l2c.run_form("Bank Statement Load", {
	channel: "l2c_statement_load",
	live: LIVE,

	show_counts(frm) {
		const { state, question, missing_amount, currency, progress, ...counts } = frm.doc;
		const said = [];
		if (question) said.push(l2c.statement_question(frm.doc));
		if (flt(missing_amount)) {
			said.push(
				__("The lines and the two balances of the file differ by {0}: lines are missing.", [
					l2c.money(missing_amount, currency),
				])
			);
		}
		frm.dashboard.clear_headline();
		frm.dashboard.set_headline(
			l2c.tags([
				["", __(state), l2c.statement_colour(state)],
				[__("New"), counts.new_rows || "", "blue"],
				[__("In the Books Already"), counts.double_rows || "", "gray"],
				[__("Refused"), counts.refused_rows || "", "orange"],
				[__("Loaded"), counts.done_rows || "", "green"],
				[__("Failed"), counts.failed_rows || "", "red"],
				[__("Undone"), counts.undone_rows || "", "gray"],
				[__("Left in Place"), counts.kept_rows || "", "orange"],
			]) + said.map((text) => `<div class="mt-2">${l2c.escape(text)}</div>`).join("")
		);
		if (LIVE.includes(state)) frm.dashboard.add_progress(__(state), Math.round(progress || 0));
	},

	async show_rows(frm) {
		const rows = await frappe.db.get_list("Bank Statement Load Row", {
			filters: { statement: frm.doc.name },
			fields: ["line", "day", "deposit", "withdrawal", "currency", "payer", "description", "reference", "status", "bank_transaction", "reason"],
			order_by: "name asc",
			limit: SHOWN,
		});
		const heading = [__("Line"), __("Date"), __("Money In"), __("Money Out"), __("Payer"), __("Description"), __("Reference"), __("Status"), __("Bank Transaction"), __("Reason")];
		const more = flt(frm.doc.total_rows) > SHOWN ? `<p class="text-muted">${__("The first {0} of {1} lines.", [SHOWN, frm.doc.total_rows])}</p>` : "";
		l2c.run_rows(frm, heading, rows.map(shown), more);
	},

	add_buttons(frm) {
		const { state, new_rows, done_rows, company, bank_account } = frm.doc;
		const may = (right) => frappe.model[`can_${right}`]("Bank Transaction");
		const act = l2c.run_buttons(frm, "statement", "load");
		frm.add_custom_button(__("All Rows"), () =>
			frappe.set_route("List", "Bank Statement Load Row", { statement: frm.doc.name })
		);
		if (state === "Preview" && new_rows && may("submit")) {
			act(__("Load the Lines"), "load_lines", __("Make {0} bank lines in your name?", [new_rows]));
			frm.change_custom_button_type(__("Load the Lines"), null, "primary");
		}
		if (["Asked", "Preview"].includes(state) && may("create")) {
			frm.add_custom_button(__("Read the File Again"), () => l2c.read_statement_again(frm));
			if (state === "Asked") frm.change_custom_button_type(__("Read the File Again"), null, "primary");
		}
		if ([...LIVE, "Asked", "Preview"].includes(state) && may("create")) act(__("Stop"), "stop");
		if (["Stopped", "Failed"].includes(state) && frm.doc.loaded_by && may("submit")) act(__("Go On"), "resume");
		if (["Done", "Stopped", "Failed", "Undone"].includes(state) && done_rows + frm.doc.kept_rows && may("cancel")) {
			act(__("Undo"), "undo", __("Cancel the bank lines of this file that nothing has taken yet?"));
		}
		if (state === "Done" && done_rows && frappe.model.can_submit("Payment Entry")) {
			frm.add_custom_button(__("Match Now"), () =>
				l2c.match_now(company, bank_account, (run) => frappe.set_route("Form", "Bank Match Run", run))
			);
			frm.change_custom_button_type(__("Match Now"), null, "primary");
		}
	},
});

function shown(row) {
	return [
		row.line,
		row.day ? frappe.datetime.str_to_user(row.day) : "",
		row.deposit ? l2c.escape(l2c.money(row.deposit, row.currency)) : "",
		row.withdrawal ? l2c.escape(l2c.money(row.withdrawal, row.currency)) : "",
		l2c.escape(row.payer),
		l2c.escape(row.description),
		l2c.escape(row.reference),
		`<span class="indicator-pill ${ROW_COLOURS[row.status]}">${__(row.status)}</span>`,
		row.bank_transaction ? l2c.link("Bank Transaction", row.bank_transaction) : "",
		l2c.reason_html(row.reason),
	];
}
