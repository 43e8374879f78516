frappe.ui.form.on("Collection", {
	setup(frm) {
		l2c.made_by_steps(frm, "Payment Entry", "Sales Contract", "Customer");
		frm.set_query("paid_to", () => l2c.receiving_accounts(frm.doc.company));
		frm.set_query("contract", "allocations", () => ({
			filters: {
				docstatus: 1,
				company: frm.doc.company,
				...(frm.doc.customer ? { customer: frm.doc.customer } : {}),
			},
		}));
	},

	onload(frm) {
		if (!frm.is_new() || frm.doc.company) return;
		frm.set_value("company", frappe.defaults.get_user_default("Company"));
	},

	async company(frm) {
		if (!frm.doc.company || frm.doc.currency) return;
		const { message } = await frappe.db.get_value("Company", frm.doc.company, "default_currency");
		frm.set_value("currency", message.default_currency);
	},

	refresh(frm) {
		if (frm.is_new()) return;
		frm.trigger("show_state");
		l2c.open_button(frm, frm.doc.voucher_type, frm.doc.voucher_no);
		if (frm.doc.status === "Unclaimed") {
			l2c.show_claims(frm);
			l2c.add_take_off_button(frm);
		}
		else if (["Reported", "Confirmed"].includes(frm.doc.status)) l2c.show_money_at_hand(frm);
		if (frm.doc.status !== "Reported") return;
		if (frappe.model.can_submit("Payment Entry")) {
			frm.add_custom_button(__("Reject"), () => l2c.reject_collection(frm));
			frm.add_custom_button(__("Confirm"), () => l2c.confirm_collection(frm));
			frm.change_custom_button_type(__("Confirm"), null, "primary");
		}
		if (frm.doc.reported_by === frappe.session.user) {
			frm.add_custom_button(__("Take Back"), () => l2c.cancel_collection(frm));
		}
	},

	show_state(frm) {
		const { amount, currency, status, status_reason, voucher_no } = frm.doc;
		const colours = { Unclaimed: "purple", Reported: "orange", Confirmed: "green", Rejected: "red", Cancelled: "gray" };
		frm.dashboard.clear_headline();
		frm.dashboard.set_headline(
			l2c.tags([
				["", __(status), colours[status]],
				["", frm.doc.kind === "Refund" ? __("Refund") : "", "red"],
				[__("Amount"), l2c.money(amount, currency), "blue"],
				[__("Voucher"), voucher_no, "green"],
				[__("Reason"), status_reason, "gray"],
			])
		);
	},
});
