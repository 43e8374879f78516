// Customer statements of a month, by mail: a list first, from which lines are taken out, then one mail to each.
frappe.provide("l2c");

l2c.may_send_statements = () => frappe.model.can_write("Collection Case");

l2c.add_statement_run_button = (listview) => {
	if (!l2c.may_send_statements()) return;
	listview.page.add_inner_button(__("Customer Statements of a Month"), () =>
		l2c.form_dialog(
			__("Customer Statements of a Month"),
			__("Make the List"),
			[
				{
					fieldtype: "Link",
					fieldname: "company",
					label: __("Company"),
					options: "Company",
					reqd: 1,
					default: frappe.defaults.get_user_default("Company"),
				},
				{
					fieldtype: "Date",
					fieldname: "month",
					label: __("A Day of the Month"),
					reqd: 1,
					default: frappe.datetime.add_days(frappe.datetime.month_start(), -1),
				},
			],
			async (values) => {
				const run = await l2c.call_frozen("customer_statement.prepare_run", values);
				frappe.set_route("Form", "Statement Run", run);
			}
		)
	);
};

l2c.ask_take_out = (rows, done) =>
	l2c.form_dialog(
		__("Take Out"),
		__("Take Out"),
		[{ fieldtype: "Small Text", fieldname: "reason", label: __("Reason"), reqd: 1, max_height: "6rem" }],
		async ({ reason }) => {
			await l2c.call_frozen("customer_statement.take_out", { rows, reason });
			done();
		}
	);

l2c.put_back = async (rows, done) => {
	await l2c.call_frozen("customer_statement.put_back", { rows });
	done();
};
