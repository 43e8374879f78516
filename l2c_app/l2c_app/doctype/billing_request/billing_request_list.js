frappe.listview_settings["Billing Request"] = {
	hide_name_column: false,

	get_indicator(request) {
		const colours = { Requested: "orange", Issued: "green", Rejected: "red" };
		return [__(request.state), colours[request.state], `state,=,${request.state}`];
	},
};
