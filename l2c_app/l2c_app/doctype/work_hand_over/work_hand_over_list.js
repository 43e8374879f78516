frappe.listview_settings["Work Hand Over"] = {
	hide_name_column: false,

	onload(listview) {
		const managers = ["Sales Manager", "Accounts Manager", "System Manager"];
		if (!managers.some((role) => frappe.user.has_role(role))) return;
		listview.page.add_inner_button(__("Hand Over Work"), () => hand_over(listview));
	},
};

const person = (fieldname, label, more = {}) => ({
	fieldtype: "Link",
	fieldname,
	label,
	options: "User",
	reqd: 1,
	...more,
});

const hand_over = (listview) => {
	const show = async () => {
		const { former } = dialog.get_values(true);
		if (!former) return;
		const counts = await l2c.call("hand_over.count", { former });
		dialog.get_field("counts").$wrapper.html(
			l2c.tags([
				[__("Contracts"), counts.contracts, "blue"],
				[__("Collection Cases"), counts.cases, "orange"],
				[__("Planned Follow Ups"), counts.follow_ups, "purple"],
			])
		);
	};
	const dialog = l2c.form_dialog(
		__("Hand Over Work"),
		__("Hand Over"),
		[
			person("former", __("From"), { change: () => show() }),
			person("successor", __("To"), { get_query: () => ({ filters: { enabled: 1, user_type: "System User" } }) }),
			{ fieldtype: "Small Text", max_height: "6rem", fieldname: "reason", label: __("Reason"), reqd: 1 },
			{ fieldtype: "HTML", fieldname: "counts" },
		],
		async (values) => {
			const name = await l2c.call_frozen("hand_over.hand_over", values);
			listview.refresh();
			frappe.set_route("Form", "Work Hand Over", name);
		}
	);
};
