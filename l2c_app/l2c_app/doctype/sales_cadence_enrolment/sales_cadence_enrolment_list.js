frappe.listview_settings["Sales Cadence Enrolment"] = {
	add_fields: ["state"],
	hide_name_column: true,
	get_indicator: (doc) => [
		__(doc.state),
		{ Running: "blue", Finished: "green", Exited: "gray" }[doc.state],
		`state,=,${doc.state}`,
	],
};
