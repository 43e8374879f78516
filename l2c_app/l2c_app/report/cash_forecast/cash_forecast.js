frappe.query_reports["Cash Forecast"] = {
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
			reqd: 1,
		},
		{
			fieldname: "week",
			label: __("Lines of the Week"),
			fieldtype: "Date",
		},
	],

	// A week of the future leads to what it is made of.
	formatter(value, row, column, data, standard) {
		const text = standard(value, row, column, data);
		const ahead = column.fieldname === "week" && data && frappe.datetime.add_days(data.week, 6) >= frappe.datetime.get_today();
		if (!ahead) return text;
		return `<a onclick="frappe.query_report.set_filter_value('week', '${l2c.escape(data.week)}')">${text}</a>`;
	},
};
