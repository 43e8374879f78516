frappe.listview_settings["Contract Signing Request"] = {
	get_indicator: (doc) => {
		const colours = {
			Waiting: "gray",
			Sent: "blue",
			Viewed: "yellow",
			Signed: "green",
			Declined: "red",
			Expired: "orange",
			Withdrawn: "gray",
		};
		return [__(doc.status), colours[doc.status] || "gray", `status,=,${doc.status}`];
	},
};
