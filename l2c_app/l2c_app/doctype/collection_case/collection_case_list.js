// What a case needs next, in words that translations know.
const next_actions = () => ({
	"Match the bank line": __("Match the bank line"),
	"Apply the money on account": __("Apply the money on account"),
	"Decide the dispute": __("Decide the dispute"),
	"Call: a promise was broken": __("Call: a promise was broken"),
	"Wait for the promise": __("Wait for the promise"),
	"Find an address": __("Find an address"),
	"Escalate: the levels are used up": __("Escalate: the levels are used up"),
	"Send the next level": __("Send the next level"),
	Wait: __("Wait"),
});

// The worklist: what is worth most, late longest and most at risk comes first.
frappe.listview_settings["Collection Case"] = {
	add_fields: ["status", "currency", "overdue", "days_late", "rating", "next_action", "next_action_on", "rank"],
	hide_name_column: true,
	filters: [["status", "!=", "Closed"]],

	get_indicator(doc) {
		const colours = { Open: "red", Promised: "blue", Disputed: "orange", Held: "gray", Closed: "green" };
		return [__(doc.status), colours[doc.status] || "gray", `status,=,${doc.status}`];
	},

	formatters: {
		// a slow payer stands higher in the list: his rating says why
		next_action(value, _df, doc) {
			const text = frappe.utils.escape_html(next_actions()[value] || "");
			if (!text || !["C", "D"].includes(doc.rating)) return text;
			return `<span class="text-muted" title="${__("Payer Rating")}">${doc.rating}</span> · ${text}`;
		},
	},

	onload(listview) {
		const mine = () =>
			listview.filter_area.clear(false).then(() =>
				listview.filter_area.add([
					["Collection Case", "status", "!=", "Closed"],
					["Collection Case", "finance_owner", "=", frappe.session.user],
				])
			);
		listview.page.add_inner_button(__("My Cases"), mine);
		listview.page.add_inner_button(__("Dunning Runs"), () => frappe.set_route("List", "Dunning Run"));
	},
};
