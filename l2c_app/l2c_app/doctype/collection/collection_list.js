frappe.listview_settings["Collection"] = {
	add_fields: ["status", "currency", "amount", "customer_name"],

	get_indicator(doc) {
		const colours = { Unclaimed: "purple", Reported: "orange", Confirmed: "green", Rejected: "red", Cancelled: "gray" };
		return [__(doc.status), colours[doc.status] || "gray", `status,=,${doc.status}`];
	},

	onload(listview) {
		listview.page.add_inner_button(__("Unclaimed Money"), () => l2c.show_unclaimed());
		if (frappe.model.can_submit("Payment Entry")) {
			listview.page.add_inner_button(__("Enter Unclaimed Money"), () => l2c.enter_unclaimed());
		}
		listview.page.add_inner_button(__("To Confirm"), () =>
			listview.filter_area
				.clear(false)
				.then(() => listview.filter_area.add([["Collection", "status", "=", "Reported"]]))
		);
	},
};
