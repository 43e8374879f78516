frappe.listview_settings["Lead Import Row"] = {
	get_indicator: (row) => {
		const colours = { Planned: "blue", Done: "green", Skipped: "gray", Failed: "red" };
		return [__(row.status), colours[row.status], `status,=,${row.status}`];
	},
};
