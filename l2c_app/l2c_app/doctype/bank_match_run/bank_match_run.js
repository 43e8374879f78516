frappe.ui.form.on("Bank Match Run", {
	refresh(frm) {
		frm.disable_save();
		const { state, line_count, auto_count, suggest_count, ask_count, done_count, failed_count } = frm.doc;
		const colours = { Queued: "gray", Running: "blue", Done: "green", Failed: "red" };
		frm.dashboard.set_headline(
			l2c.tags([
				["", __(state), colours[state]],
				[__("Lines"), line_count, "gray"],
				[__("Sure"), auto_count, "green"],
				[__("Proposed"), suggest_count, "blue"],
				[__("To Ask"), ask_count, "orange"],
				[__("Matched at Once"), done_count || "", "green"],
				[__("Failed"), failed_count || "", "red"],
			])
		);
		frm.add_custom_button(__("Show Rows"), () =>
			frappe.set_route("List", "Bank Match", { run: frm.doc.name })
		);
		if (["Queued", "Running"].includes(frm.doc.state)) l2c.look_again(frm);
	},
});
