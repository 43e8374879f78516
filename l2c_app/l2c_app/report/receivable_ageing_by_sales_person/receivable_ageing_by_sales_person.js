frappe.query_reports["Receivable Ageing by Sales Person"] = {
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
			fieldname: "on",
			label: __("As of"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
	],

	formatter(value, row, column, data, default_formatter) {
		const nobodys = column.fieldname === "sales_person" && data && !value;
		return nobodys ? `<i>${__("No sales person")}</i>` : default_formatter(value, row, column, data);
	},
};
