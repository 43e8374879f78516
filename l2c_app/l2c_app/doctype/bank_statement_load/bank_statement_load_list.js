frappe.listview_settings["Bank Statement Load"] = {
	hide_name_column: false,

	get_indicator: (load) => [__(load.state), l2c.statement_colour(load.state), `state,=,${load.state}`],

	onload(listview) {
		if (!frappe.model.can_create("Bank Transaction")) return;
		listview.page.add_inner_button(__("Load a Bank Statement"), () => l2c.ask_statement());
	},
};
