{
	const LIVE = ["Queued", "Running"];
	const COLOURS = { Queued: "gray", Running: "blue", Done: "green", Failed: "red", Stopped: "orange" };

	frappe.ui.form.on("Lead Import Run", {
		onload(frm) {
			l2c.follow_run(frm, "l2c_lead_import");
		},

		refresh(frm) {
			frm.disable_save();
			frm.trigger("show_counts");
			frm.trigger("add_buttons");
			if (LIVE.includes(frm.doc.state)) l2c.look_again(frm);
		},

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
				])
			);
		},

		add_buttons(frm) {
			const act = l2c.run_buttons(frm, "lead_import");
			const { state, mode } = frm.doc;
			frm.add_custom_button(__("Show Rows"), () =>
				frappe.set_route("List", "Lead Import Row", { run: frm.doc.name })
			);
			if (mode === "Preview" && state === "Done" && importable(frm) > 0) {
				act(__("Import"), "commit_preview", __("Import {0} leads? Every row is judged again.", [importable(frm)]));
				frm.change_custom_button_type(__("Import"), null, "primary");
			}
			if (LIVE.includes(state)) {
				act(__("Stop"), "stop", __("Stop after the rows it is at? What is imported stays."));
			}
			if (["Stopped", "Failed"].includes(state)) act(__("Go On"), "resume");
		},
	});

	const importable = ({ doc }) => doc.total_rows - doc.skipped_rows - doc.failed_rows;
}
