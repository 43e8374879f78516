frappe.listview_settings["Statement Run"] = {
	hide_name_column: false,

	get_indicator: (run) => [__(run.state), l2c.approved_run_colour(run.state), `state,=,${run.state}`],

	onload(listview) {
		l2c.add_statement_run_button(listview);
	},
};
