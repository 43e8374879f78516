frappe.listview_settings["Promise to Pay"] = {
	add_fields: ["status", "currency"],

	get_indicator(doc) {
		const colours = { Open: "blue", Kept: "green", "Partially Kept": "orange", Broken: "red", Withdrawn: "gray" };
		return [__(doc.status), colours[doc.status] || "gray", `status,=,${doc.status}`];
	},
};
