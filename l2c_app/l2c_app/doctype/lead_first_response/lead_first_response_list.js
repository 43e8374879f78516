frappe.listview_settings["Lead First Response"] = {
	add_fields: ["status", "response_by"],
	hide_name_column: true,
	get_indicator: (doc) => {
		if (doc.status === "Waiting" && l2c.is_past(doc.response_by)) {
			return [__("Overdue"), "red", `status,=,Waiting|response_by,<,${frappe.datetime.now_datetime()}`];
		}
		const colour = { Waiting: "orange", "In Time": "green", Late: "red", "Handed Over": "gray" }[doc.status];
		return [__(doc.status), colour, `status,=,${doc.status}`];
	},
};
