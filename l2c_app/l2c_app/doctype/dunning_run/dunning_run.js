const ROW_STATES = { Proposed: "blue", "Held Back": "orange", Skipped: "gray", Sent: "green", Failed: "red" };
const SHOWN = 200;

frappe.ui.form.on("Dunning Run", {
	refresh(frm) {
		frm.disable_save();
		frm.trigger("show_counts");
		frm.trigger("show_rows");
		if (frm.doc.state === "Draft" && frm.doc.proposed) {
			frm.add_custom_button(__("Send"), () => ask_send(frm));
			frm.change_custom_button_type(__("Send"), null, "primary");
		}
		frm.add_custom_button(__("All Lines"), () =>
			frappe.set_route("List", "Dunning Run Row", { run: frm.doc.name })
		);
		if (["Preparing", "Sending"].includes(frm.doc.state)) l2c.look_again(frm);
	},

	show_counts(frm) {
		const { state, proposed, gated, sent, failed } = frm.doc;
		frm.dashboard.clear_headline();
		frm.dashboard.set_headline(
			l2c.tags([
				["", __(state), { Preparing: "orange", Draft: "gray", Sending: "orange", Done: "green" }[state]],
				[__("Proposed"), proposed || "", "blue"],
				[__("Held Back"), gated || "", "orange"],
				[__("Sent"), sent || "", "green"],
				[__("Failed"), failed || "", "red"],
			])
		);
	},

	async show_rows(frm) {
		const rows = await frappe.db.get_list("Dunning Run Row", {
			filters: { run: frm.doc.name },
			fields: ["name", "customer", "amount", "currency", "oldest_due", "level", "state", "reason", "override", "override_level"],
			order_by: "amount desc",
			limit: SHOWN,
		});
		const heading = [__("Customer"), __("Amount"), __("Oldest Due Date"), __("Level"), __("State"), __("Reason"), ""];
		const cell = (value, tag = "td") => `<${tag}>${value}</${tag}>`;
		const lines = rows.map((row) => line(frm, row).map((value) => cell(value)).join(""));
		const $wrapper = frm.fields_dict.rows_html.$wrapper;
		$wrapper.html(
			`<div style="overflow-x:auto"><table class="table table-bordered small">
			<tr>${heading.map((value) => cell(value, "th")).join("")}</tr>
			${lines.map((each) => `<tr>${each}</tr>`).join("")}</table></div>`
		);
		$wrapper.find("[data-l2c-row]").on("click", (event) => ask_override(frm, $(event.currentTarget).attr("data-l2c-row")));
	},
});

function line(frm, row) {
	const may = frm.doc.state === "Draft" && ["Proposed", "Held Back"].includes(row.state);
	const level = row.override === "Other Level" ? `${row.level} → ${row.override_level}` : row.level;
	const override = row.override && row.override !== "Other Level" ? ` (${__(row.override)})` : "";
	return [
		l2c.escape(row.customer),
		l2c.money(row.amount, row.currency),
		row.oldest_due ? frappe.datetime.str_to_user(row.oldest_due) : "",
		level,
		`<span class="indicator-pill ${ROW_STATES[row.state]}">${__(row.state)}${override}</span>`,
		l2c.escape(row.reason || ""),
		may ? `<button class="btn btn-xs btn-default" data-l2c-row="${row.name}">${__("Override")}</button>` : "",
	];
}

function ask_override(frm, row) {
	frappe.prompt(
		[
			{
				fieldname: "kind",
				label: __("Override"),
				fieldtype: "Select",
				options: [
					{ value: "Skip", label: __("Skip") },
					{ value: "Other Level", label: __("Other Level") },
					{ value: "Hold", label: __("Hold") },
				],
				default: "Skip",
				reqd: 1,
			},
			{
				fieldname: "level",
				label: __("Level Instead"),
				fieldtype: "Int",
				depends_on: "eval:doc.kind=='Other Level'",
			},
			{ fieldname: "reason", label: __("Reason"), fieldtype: "Small Text", reqd: 1 },
		],
		async (values) => {
			await l2c.call_frozen("chasing.override_line", { row, ...values });
			frm.trigger("show_rows");
		},
		__("Override")
	);
}

function ask_send(frm) {
	frappe.confirm(__("Send {0} messages? Each one is checked again first.", [frm.doc.proposed]), async () => {
		await l2c.call_frozen("chasing.send_run", { run: frm.doc.name });
		frm.reload_doc();
	});
}
