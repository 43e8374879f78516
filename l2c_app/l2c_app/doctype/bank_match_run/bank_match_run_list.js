frappe.listview_settings["Bank Match Run"] = {
	get_indicator: (run) => {
		const colours = { Queued: "gray", Running: "blue", Done: "green", Failed: "red" };
		return [__(run.state), colours[run.state], `state,=,${run.state}`];
	},

	onload(listview) {
		listview.page.add_inner_button(__("Match Now"), () =>
			l2c.ask_match_now((run) => frappe.set_route("Form", "Bank Match Run", run))
		);
	},
};
