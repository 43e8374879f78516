frappe.listview_settings["Bank Match"] = {
	add_fields: ["state", "decision", "score", "currency", "customer_name", "payer_name", "description"],
	hide_name_column: true,

	get_indicator(doc) {
		if (doc.state !== "Proposed") return [__(doc.state), l2c.match_colour(doc.state), `state,=,${doc.state}`];
		return [__(doc.decision), l2c.decision_colour(doc.decision), `state,=,Proposed|decision,=,${doc.decision}`];
	},

	formatters: {
		// whose money it is asked: the bank's words tell more than our number
		customer_name: (value, _df, doc) =>
			value || (doc.payer_name || doc.description ? `? ${doc.payer_name || doc.description}` : ""),
	},

	onload(listview) {
		listview.page.add_inner_button(__("To Decide"), () =>
			listview.filter_area
				.clear(false)
				.then(() => listview.filter_area.add([["Bank Match", "state", "=", "Proposed"]]))
		);
		listview.page.add_inner_button(__("Write-Offs to Approve"), () =>
			listview.filter_area
				.clear(false)
				.then(() =>
					listview.filter_area.add([
						["Bank Match", "state", "=", "Proposed"],
						["Bank Match", "write_off_asked_by", "is", "set"],
					])
				)
		);
		if (frappe.model.can_create("Bank Transaction")) {
			listview.page.add_inner_button(__("Load a Bank Statement"), () => l2c.ask_statement());
		}
		listview.page.add_inner_button(__("Match Now"), () =>
			l2c.ask_match_now((run) => frappe.set_route("Form", "Bank Match Run", run))
		);
	},
};
