frappe.listview_settings["Lead Import Run"] = {
	add_fields: ["state"],
	hide_name_column: true,
	get_indicator: (run) => {
		const colours = { Queued: "gray", Running: "blue", Done: "green", Failed: "red", Stopped: "orange" };
		return [__(run.state), colours[run.state], `state,=,${run.state}`];
	},
	onload(listview) {
		l2c.add_import_button(listview);
	},
};
