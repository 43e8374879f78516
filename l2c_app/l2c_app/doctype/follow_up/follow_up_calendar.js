frappe.views.calendar["Follow Up"] = {
	get_events_method: "l2c_app.api.follow_up.events",
	// The end is for drawing only: dragging an entry writes its start.
	field_map: {
		start: "planned_for",
		end: "ends_on",
		id: "name",
		title: "title",
		allDay: "all_day",
		status: "status",
	},
	style_map: { Planned: "info", Overdue: "danger", Done: "success", Cancelled: "" },
	get_css_class: (event) =>
		({ Planned: "blue", Overdue: "red", Done: "green", Cancelled: "gray" })[event.status] || "gray",
	filters: [
		{ fieldtype: "Link", fieldname: "assigned_to", options: "User", label: __("Assigned To") },
		{ fieldtype: "Select", fieldname: "status", options: "\nPlanned\nDone\nCancelled", label: __("Status") },
	],
};
