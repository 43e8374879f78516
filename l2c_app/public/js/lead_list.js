{
	const settings = (frappe.listview_settings["Lead"] = frappe.listview_settings["Lead"] || {});
	const native_onload = settings.onload;

	settings.add_fields = [...(settings.add_fields || []), "l2c_next_follow_up_on", "l2c_pooled"];

	settings.button = settings.button || {
		show: () => frappe.model.can_create("Follow Up"),
		// When the next step is due stands on the button: the native list has no column to spare for it.
		get_label: (doc) => {
			const next = doc.l2c_next_follow_up_on;
			if (!next) return __("Follow Up");
			const day = frappe.datetime.str_to_user(next.slice(0, 10));
			return l2c.is_past(next) ? __("Overdue {0}", [day]) : __("Next {0}", [day]);
		},
		get_description: (doc) =>
			doc.l2c_next_follow_up_on
				? __("Next follow up {0}", [l2c.moment_text(doc.l2c_next_follow_up_on)])
				: __("Log what was done and plan the next step"),
		action: (doc) =>
			l2c.follow_up({ doctype: "Lead", name: doc.name, on_done: () => cur_list && cur_list.refresh() }),
	};

	settings.onload = function (listview) {
		if (native_onload) native_onload.call(this, listview);
		l2c.add_follow_up_action(listview);
		l2c.add_enrol_action(listview);
		listview.page.add_inner_button(__("Look Up"), () => l2c.check_duplicates());
		l2c.add_import_button(listview);
		listview.page.add_inner_button(__("Overdue Follow Ups"), () =>
			listview.filter_area
				.clear(false)
				.then(() =>
					listview.filter_area.add([
						["Lead", "l2c_next_follow_up_on", "<", frappe.datetime.now_datetime()],
					])
				)
		);
	};
}
