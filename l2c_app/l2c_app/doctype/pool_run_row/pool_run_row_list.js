frappe.listview_settings["Pool Run Row"] = {
	get_indicator: (row) => {
		const colours = { Planned: "blue", Done: "green", Skipped: "gray", Failed: "red" };
		return [__(row.status), colours[row.status], `status,=,${row.status}`];
	},
};
