frappe.ui.form.on("Customer", {
	refresh(frm) {
		if (frm.is_new()) return;
		frm.trigger("l2c_show_pool");
		l2c.add_follow_up_button(frm);
		l2c.add_enrol_button(frm);
		l2c.add_contract_button(frm);
		if (!frappe.model.can_read("Sales Invoice")) return;
		frm.add_custom_button(__("Statement (PDF)"), () => frm.trigger("l2c_statement"), __("View"));
	},

	async l2c_show_pool(frm) {
		const { seats, pools } = await l2c.call("pool.party_state", {
			party_type: "Customer",
			party: frm.doc.name,
		});
		if (!pools || !seats.length) return;
		frm.dashboard.set_headline(seats.map((seat) => `<div>${l2c.seat_tags(seat)}</div>`).join(""));
		const label = frm.doc.customer_name || frm.doc.name;
		seats.forEach((seat) => l2c.add_seat_buttons(frm, { ...seat, label, stays: true }));
	},

	l2c_statement(frm) {
		frappe.prompt(
			[
				{
					fieldtype: "Link",
					fieldname: "company",
					label: __("Company"),
					options: "Company",
					reqd: 1,
					default: frappe.defaults.get_user_default("Company"),
				},
				{
					fieldtype: "Select",
					fieldname: "language",
					label: __("Language"),
					default: "en",
					options: [
						{ value: "en", label: __("English") },
						{ value: "zh", label: __("Chinese") },
					],
				},
			],
			({ company, language }) => {
				const query = new URLSearchParams({ customer: frm.doc.name, company, language });
				window.open(`/api/method/l2c_app.api.print.statement_pdf?${query}`, "_blank");
			},
			__("Statement (PDF)"),
			__("Open")
		);
	},
});
