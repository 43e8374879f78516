{
	const LIVE = ["Queued", "Running"];
	const SHOWN = 50;
	const ROW_COLOURS = { Planned: "blue", Done: "green", Skipped: "gray", Failed: "red" };
	const COLOURS = { Queued: "gray", Running: "blue", Done: "green", Failed: "red", Stopped: "orange" };

	l2c.run_form("Lead Import Run", {
		channel: "l2c_lead_import",
		live: LIVE,

		show_counts(frm) {
			const { state, mode, progress, done_rows, skipped_rows, failed_rows, total_rows } = frm.doc;
			if (LIVE.includes(state)) {
				const text = __("{0} of {1}", [Math.round(((progress || 0) * total_rows) / 100), total_rows]);
				frm.dashboard.add_progress(__(state), Math.round(progress || 0), text);
			}
			frm.dashboard.set_headline(
				l2c.tags([
					["", __(state), COLOURS[state]],
					["", __(mode), mode === "Preview" ? "blue" : "purple"],
					mode === "Preview"
						? [__("Would Be Imported"), total_rows ? importable(frm) : "", "green"]
						: [__("Imported"), done_rows, "green"],
					[__("Skipped"), skipped_rows || "", "gray"],
					[__("Failed"), failed_rows || "", "red"],
					[__("Columns Left Out"), frm.doc.left_columns || "", "orange"],
				])
			);
		},

		// The lines that somebody may want to mend in the file: what failed, then what was skipped or lost a value. By name,
		// which is the order of the file: the index has it, so that a file of 100,000 lines opens as fast as a small one.
		async show_rows(frm) {
			if (!frm.doc.total_rows) return;
			const ask = (filters) =>
				frappe.db.get_list("Lead Import Row", {
					filters: { run: frm.doc.name, ...filters },
					fields: ["line", "status", "lead", "reason", "content"],
					order_by: "name asc",
					limit: SHOWN + 1,
				});
			const found = await Promise.all([
				ask({ status: "Failed" }),
				ask({ status: ["!=", "Failed"], reason: ["is", "set"] }),
			]);
			const rows = found.flat();
			const heading = [__("Line"), __("Status"), __("Lead"), __("Reason")];
			const below = notes(frm, rows)
				.map((note) => `<p class="text-muted small">${note}</p>`)
				.join("");
			if (rows.length) l2c.run_rows(frm, heading, rows.slice(0, SHOWN).map(line), below);
			else frm.fields_dict.rows_html.$wrapper.html(below);
		},

		add_buttons(frm) {
			const act = l2c.run_buttons(frm, "lead_import");
			const { state, mode } = frm.doc;
			frm.add_custom_button(__("Show Rows"), () =>
				frappe.set_route("List", "Lead Import Row", { run: frm.doc.name })
			);
			if (mode === "Preview" && state === "Done" && importable(frm) > 0) {
				const question = __("Import {0} leads? Every row is judged again.", [importable(frm)]);
				act(__("Import"), "commit_preview", [question, lost_columns(frm)].filter(Boolean).join("<br><br>"));
				frm.change_custom_button_type(__("Import"), null, "primary");
			}
			if (LIVE.includes(state)) {
				act(__("Stop"), "stop", __("Stop after the rows it is at? What is imported stays."));
			}
			if (["Stopped", "Failed"].includes(state)) act(__("Go On"), "resume");
		},
	});

	function line(row) {
		const values = JSON.parse(row.content || "{}");
		const name = values.company_name || values.lead_name || values.first_name;
		return [
			row.line,
			`<span class="indicator-pill ${ROW_COLOURS[row.status]}">${__(row.status)}</span>`,
			row.lead ? l2c.link("Lead", row.lead) : l2c.escape(name),
			l2c.escape(row.reason),
		];
	}

	function notes(frm, rows) {
		const { error } = frm.doc;
		return [
			!rows.length && __("Every line so far was taken as it is."),
			rows.length > SHOWN && __("The first {0} lines. All of them: Show Rows.", [SHOWN]),
			lost_columns(frm),
			error && l2c.escape(error),
		].filter(Boolean);
	}

	const lost_columns = ({ doc }) =>
		doc.left_columns && __("Columns of the file that leads do not have: {0}", [l2c.escape(doc.left_columns)]);

	const importable = ({ doc }) => doc.total_rows - doc.skipped_rows - doc.failed_rows;
}
