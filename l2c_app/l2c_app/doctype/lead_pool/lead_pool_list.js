frappe.listview_settings["Lead Pool"] = {
	add_fields: ["enabled", "party_type"],
	hide_name_column: true,

	get_indicator: (doc) =>
		doc.enabled ? [__("Enabled"), "green", "enabled,=,1"] : [__("Disabled"), "gray", "enabled,=,0"],

	button: {
		show: () => true,
		get_label: () => __("Seats"),
		get_description: (doc) => __("Show the seats of {0}", [l2c.escape(doc.name)]),
		action: (doc) => frappe.set_route("List", "Lead Pool Seat", { pool: doc.name }),
	},
};
