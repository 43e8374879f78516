// What the forms of recorded runs share: they follow their run while it is at work, and their buttons act on it.
frappe.provide("l2c");

// The run says on its channel that it went on.
l2c.follow_run = (frm, channel) =>
	frappe.realtime.on(channel, (run) => {
		if (run.name === frm.doc.name) l2c.look_again(frm, 500);
	});

// Realtime may be off on a site; a live run is read again every few seconds while its form is open.
l2c.look_again = (frm, after = 3000) => {
	clearTimeout(frm.l2c_timer);
	frm.l2c_timer = setTimeout(() => {
		const route = frappe.get_route();
		if (route[1] === frm.doctype && route[2] === frm.doc.name) frm.reload_doc();
	}, after);
};

const APPROVED_RUN_COLOURS = {
	Queued: "gray",
	Preparing: "blue",
	Preview: "purple",
	Billing: "blue",
	Adopting: "blue",
	Sending: "blue",
	Undoing: "blue",
	Undone: "gray",
	Done: "green",
	Failed: "red",
	Stopped: "orange",
};
l2c.approved_run_colour = (state) => APPROVED_RUN_COLOURS[state];

// The head of a run that is prepared, approved and done: state and counts, and a bar while it is at work.
l2c.approved_run_head = (frm, live, done_label) => {
	const { state, planned_rows, done_rows, skipped_rows, failed_rows, undone_rows, kept_rows, progress } = frm.doc;
	frm.dashboard.clear_headline();
	frm.dashboard.set_headline(
		l2c.tags([
			["", __(state), l2c.approved_run_colour(state)],
			[__("Planned"), planned_rows || "", "blue"],
			[done_label, done_rows || "", "green"],
			[__("Skipped"), skipped_rows || "", "orange"],
			[__("Failed"), failed_rows || "", "red"],
			[__("Undone"), undone_rows || "", "gray"],
			[__("Not Undone"), kept_rows || "", "orange"],
		])
	);
	if (live.includes(state)) frm.dashboard.add_progress(__(state), Math.round(progress || 0));
};

// The form of a run: nothing is typed into it; it shows its head, rows and buttons, and follows the run while it is live.
l2c.run_form = (doctype, { channel, live, show_counts, show_rows, add_buttons }) =>
	frappe.ui.form.on(doctype, {
		onload: (frm) => l2c.follow_run(frm, channel),

		refresh(frm) {
			frm.disable_save();
			show_counts(frm);
			show_rows(frm);
			add_buttons(frm);
			if (live.includes(frm.doc.state)) l2c.look_again(frm);
		},
	});

// Returns act(label, method, question): a button that calls a method with the run, after a question if there is one.
l2c.run_buttons = (frm, api, argument = "run") => (label, method, question) =>
	frm.add_custom_button(label, () => {
		const go = async () => {
			await l2c.call_frozen(`${api}.${method}`, { [argument]: frm.doc.name });
			frm.reload_doc();
		};
		question ? frappe.confirm(question, go) : go();
	});

// The first rows of a run as a table: headings are text, cells are HTML already.
l2c.run_rows = (frm, headings, lines, below = "") => {
	const cells = (values, tag) => values.map((value) => `<${tag}>${value}</${tag}>`).join("");
	frm.fields_dict.rows_html.$wrapper.html(
		`<div class="table-responsive"><table class="table table-bordered small">
		<tr>${cells(headings, "th")}</tr>
		${lines.map((line) => `<tr>${cells(line, "td")}</tr>`).join("")}</table>${below}</div>`
	);
};
