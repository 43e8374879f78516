frappe.listview_settings["Lead Import Row"] = {
	add_fields: ["line", "reason"],

	get_indicator: (row) => {
		const colours = { Planned: "blue", Done: "green", Skipped: "gray", Failed: "red" };
		return [__(row.status), colours[row.status], `status,=,${row.status}`];
	},

	// A column shows the beginning of a reason on two lines, the button all of it.
	formatters: {
		reason: (value) =>
			value
				? `<span style="display: block; white-space: normal; line-height: 1.2; max-height: 2.4em; overflow: hidden">${l2c.escape(
						value
				  )}</span>`
				: "",
	},

	button: {
		show: (row) => row.reason,
		get_label: () => __("Reason"),
		get_description: (row) => l2c.escape(row.reason),
		action: (row) => frappe.msgprint(l2c.escape(row.reason), `${__("Line")} ${row.line}`),
	},
};
