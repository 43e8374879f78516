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
		frm.l2c_rows = rows;
		const heading = [__("Customer"), __("Amount"), __("Oldest Due Date"), __("Level"), __("State"), __("Reason"), ""];
		const cell = (value, tag = "td") => `<${tag}>${value}</${tag}>`;
		const lines = rows.map((row) => line(frm, row).map((value) => cell(value)).join(""));
		const $wrapper = frm.fields_dict.rows_html.$wrapper;
		$wrapper.html(
			`<div style="overflow-x:auto"><table class="table table-bordered small">
			<tr>${heading.map((value) => cell(value, "th")).join("")}</tr>
			${lines.map((each) => `<tr>${each}</tr>`).join("")}</table></div>` +
				(rows.length < SHOWN ? "" : `<p class="text-muted">${__("The largest {0} are shown.", [SHOWN])}</p>`)
		);
		const row_of = (event) => $(event.currentTarget).attr("data-l2c-row");
		$wrapper.find(".l2c-override").on("click", (event) => ask_override(frm, row_of(event)));
		$wrapper.find(".l2c-preview").on("click", (event) => show_message(row_of(event)));
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
		may ? button(row, "l2c-preview", __("Preview")) + button(row, "l2c-override", __("Override")) : "",
	];
}

const button = (row, step, label) =>
	`<button class="btn btn-xs btn-default mr-1 mb-1 ${step}" data-l2c-row="${row.name}">${label}</button>`;

// The message as it would go out now. Its HTML comes from a template: it stays in a frame that runs nothing.
async function show_message(row) {
	const { reason, level, channel, recipient, subject, message, invoices } = await l2c.call_frozen(
		"chasing.preview_line",
		{ row }
	);
	if (reason) return frappe.msgprint({ title: __("Held Back"), message: l2c.escape(reason), indicator: "orange" });
	const tags = l2c.tags([
		[__("Level"), level, "blue"],
		[__("Channel"), __(channel), "gray"],
		[__("To"), recipient, "gray"],
		[__("Invoices"), invoices.join(", "), "gray"],
	]);
	const dialog = new frappe.ui.Dialog({ title: l2c.escape(subject), size: "large", fields: [{ fieldtype: "HTML", fieldname: "text" }] });
	const $text = dialog.get_field("text").$wrapper.html(`<div class="mb-3">${tags}</div>`);
	if (message) {
		$("<iframe>", { sandbox: "", title: subject, srcdoc: message, class: "w-100 border" }).height("50vh").appendTo($text);
	}
	dialog.show();
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
	const kept = frm.l2c_rows.filter((row) => row.state === "Proposed" && !["Skip", "Hold"].includes(row.override));
	const count = frm.l2c_rows.length < SHOWN ? kept.length : frm.doc.proposed;
	frappe.confirm(__("Send {0} messages? Each one is checked again first.", [count]), async () => {
		await l2c.call_frozen("chasing.send_run", { run: frm.doc.name });
		frm.reload_doc();
	});
}
