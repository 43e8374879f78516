frappe.listview_settings["Statement Run Row"] = {
	onload(listview) {
		if (!l2c.may_send_statements()) return;
		const checked = () => listview.get_checked_items(true);
		const done = () => listview.refresh();
		listview.page.add_action_item(__("Take Out"), () => l2c.ask_take_out(checked(), done));
		listview.page.add_action_item(__("Put Back"), () => l2c.put_back(checked(), done));
	},
};
