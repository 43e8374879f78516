frappe.views.calendar["Follow Up"] = {
	field_map: {
		start: "planned_for",
		end: "planned_for",
		id: "name",
		title: "party_name",
		allDay: "all_day",
		status: "status",
	},
	style_map: { Planned: "info", Done: "success", Cancelled: "" },
	filters: [
		{ fieldtype: "Link", fieldname: "assigned_to", options: "User", label: __("Assigned To") },
		{ fieldtype: "Select", fieldname: "status", options: "\nPlanned\nDone\nCancelled", label: __("Status") },
	],
};
