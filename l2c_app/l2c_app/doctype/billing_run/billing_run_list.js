frappe.listview_settings["Billing Run"] = {
	hide_name_column: false,

	get_indicator: (run) => [__(run.state), l2c.approved_run_colour(run.state), `state,=,${run.state}`],

	onload(listview) {
		l2c.add_billing_run_button(listview);
	},
};
