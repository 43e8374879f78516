frappe.listview_settings["Follow Up"] = {
	add_fields: ["status", "planned_for", "reference_doctype", "reference_name", "outcome"],
	hide_name_column: true,

	get_indicator(doc) {
		if (doc.status === "Planned") {
			return l2c.is_past(doc.planned_for)
				? [__("Overdue"), "red", `status,=,Planned|planned_for,<,${frappe.datetime.now_datetime()}`]
				: [__("Planned"), "blue", "status,=,Planned"];
		}
		return doc.status === "Done"
			? [__("Done"), "green", "status,=,Done"]
			: [__("Cancelled"), "gray", "status,=,Cancelled"];
	},

	formatters: {
		planned_for: (value) => l2c.escape(l2c.moment_text(value)),
	},

	button: {
		show: (doc) => doc.status === "Planned",
		get_label: () => __("Complete"),
		get_description: (doc) => __("Log the result of {0}", [doc.name]),
		action: (doc) =>
			l2c.follow_up({
				doctype: doc.reference_doctype,
				name: doc.reference_name,
				follow_up: doc.name,
				on_done: () => cur_list && cur_list.refresh(),
			}),
	},

	onload(listview) {
		const show = (filters) => {
			listview.filter_area.clear(false).then(() => listview.filter_area.add(filters));
		};
		listview.page.add_inner_button(__("My Overdue"), () =>
			show([
				["Follow Up", "status", "=", "Planned"],
				["Follow Up", "assigned_to", "=", frappe.session.user],
				["Follow Up", "planned_for", "<", frappe.datetime.now_datetime()],
			])
		);
		listview.page.add_inner_button(__("My Plan"), () =>
			show([
				["Follow Up", "status", "=", "Planned"],
				["Follow Up", "assigned_to", "=", frappe.session.user],
			])
		);
	},
};
