const LIVE = ["Queued", "Running"];

frappe.ui.form.on("Pool Run", {
	onload(frm) {
		l2c.follow_run(frm, "l2c_pool_run");
	},

	refresh(frm) {
		frm.disable_save();
		frm.trigger("show_progress");
		frm.trigger("show_summary");
		frm.trigger("add_buttons");
		if (LIVE.includes(frm.doc.state)) l2c.look_again(frm);
	},

	show_progress(frm) {
		const { state, progress, done_rows, skipped_rows, failed_rows, total_rows } = frm.doc;
		if (LIVE.includes(state)) {
			const text = __("{0} of {1}", [done_rows + skipped_rows + failed_rows, total_rows]);
			frm.dashboard.add_progress(__(state), Math.round(progress || 0), text);
		}
		frm.dashboard.set_headline(
			l2c.tags([
				["", __(state), run_colour(state)],
				["", __(frm.doc.mode), frm.doc.mode === "Preview" ? "blue" : "purple"],
				[frm.doc.mode === "Preview" ? __("Would Go") : __("Done"), planned(frm), "green"],
				[__("Kept or Skipped"), skipped_rows || "", "gray"],
				[__("Failed"), failed_rows || "", "red"],
			])
		);
	},

	show_summary(frm) {
		const summary = Object.entries(JSON.parse(frm.doc.summary || "{}"));
		if (!summary.length || frm.l2c_summary === frm.doc.modified) return;
		frm.l2c_summary = frm.doc.modified;
		const row = (values, tag = "td") =>
			`<tr>${values.map((value) => `<${tag}>${l2c.escape(value)}</${tag}>`).join("")}</tr>`;
		const { names = {} } = frm.doc.__onload || {};
		const heading = row([__("User"), __("Planned"), __("Skipped")], "th");
		const lines = summary.map(([user, counts]) =>
			row([names[user] || user || "–", counts.planned, counts.skipped])
		);
		frm.dashboard.add_section(
			`<table class="table table-bordered small"><thead>${heading}</thead><tbody>${lines.join("")}</tbody></table>`,
			__("By User")
		);
		frm.dashboard.show();
	},

	add_buttons(frm) {
		const act = l2c.run_buttons(frm, "pool_run");
		const { state, mode } = frm.doc;
		frm.add_custom_button(__("Show Rows"), () =>
			frappe.set_route("List", "Pool Run Row", { run: frm.doc.name })
		);
		if (mode === "Preview" && state === "Done" && planned(frm) > 0) {
			act(__("Do It"), "commit_preview", __("Do what this preview shows? Every row is judged again."));
			frm.change_custom_button_type(__("Do It"), null, "primary");
		}
		if (LIVE.includes(state)) act(__("Stop"), "stop", __("Stop after the rows it is at? What is done stays done."));
		if (["Stopped", "Failed"].includes(state)) act(__("Go On"), "resume");
	},
});

function planned(frm) {
	const { mode, total_rows, skipped_rows, done_rows } = frm.doc;
	return mode === "Preview" ? total_rows - skipped_rows : done_rows;
}

function run_colour(state) {
	return { Queued: "gray", Running: "blue", Done: "green", Failed: "red", Stopped: "orange" }[state];
}
