frappe.listview_settings["Sales Contract"] = {
	add_fields: ["status", "money_status", "currency", "grand_total", "collected", "overdue_amount"],

	get_indicator(doc) {
		const colours = {
			Draft: "red",
			"Pending Approval": "orange",
			Approved: "blue",
			Signed: "purple",
			"Not Started": "yellow",
			Active: "green",
			Completed: "darkgrey",
			Expired: "orange",
			Terminated: "gray",
			Cancelled: "gray",
		};
		return [__(doc.status), colours[doc.status] || "gray", `status,=,${doc.status}`];
	},

	formatters: {
		money_status: (value) =>
			value
				? `<span class="indicator-pill ${l2c.money_colour(value)}">${l2c.escape(__(value))}</span>`
				: "",
	},

	onload(listview) {
		l2c.add_billing_run_button(listview);
		l2c.add_adoption_button(listview);
		const show = (filters) =>
			listview.filter_area.clear(false).then(() => listview.filter_area.add(filters));
		listview.page.add_inner_button(__("Overdue"), () =>
			show([["Sales Contract", "money_status", "=", "Overdue"]])
		);
		listview.page.add_inner_button(__("Not Fully Collected"), () =>
			show([
				["Sales Contract", "docstatus", "=", 1],
				["Sales Contract", "open_amount", ">", 0],
			])
		);
		listview.page.add_inner_button(__("Mine"), () =>
			show([["Sales Contract", "contract_owner", "=", frappe.session.user]])
		);
	},
};
