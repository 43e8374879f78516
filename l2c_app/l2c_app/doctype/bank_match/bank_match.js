frappe.ui.form.on("Bank Match", {
	refresh(frm) {
		frm.disable_save();
		frm.trigger("show_state");
		frm.trigger("show_evidence");
		frm.trigger("add_buttons");
	},

	show_state(frm) {
		const { state, decision, score, amount, currency, left_amount, state_reason } = frm.doc;
		frm.dashboard.clear_headline();
		frm.dashboard.set_headline(
			l2c.tags([
				["", __(state), l2c.match_colour(state)],
				["", __(decision), l2c.decision_colour(decision)],
				[__("Score"), score, "gray"],
				[__("Amount"), l2c.money(amount, currency), "blue"],
				[__("Left"), flt(left_amount) ? l2c.money(left_amount, currency) : "", "orange"],
				[__("Reason"), state_reason, "gray"],
				[__("Write-Off Asked By"), frm.doc.write_off_asked_by || "", "orange"],
			])
		);
	},

	show_evidence(frm) {
		if (frm.l2c_evidence === frm.doc.modified) return;
		frm.l2c_evidence = frm.doc.modified;
		frm.dashboard.add_section(l2c.evidence_html(frm.doc.evidence), __("Why"));
		frm.dashboard.show();
	},

	add_buttons(frm) {
		const { state, company, bank_account, collection } = frm.doc;
		l2c.open_button(frm, "Bank Transaction", frm.doc.bank_transaction);
		l2c.open_button(frm, "Payment Entry", frm.doc.payment_entry || frm.doc.existing_payment);
		l2c.open_button(frm, "Collection", collection);
		if (!frappe.model.can_submit("Payment Entry")) return;
		if (state === "Proposed" && !collection) {
			frm.add_custom_button(__("Reject"), () =>
				l2c.match_step(frm, __("Reject"), "reject", __("Rejected"))
			);
			if (!frm.doc.customer) frm.add_custom_button(__("Offer to Sales"), () => set_aside(frm));
			const owed = (frm.doc.parts || []).reduce((sum, part) => sum + flt(part.open_amount), 0);
			if (owed > flt(frm.doc.amount)) {
				frm.add_custom_button(__("Ask for a Write-Off"), () =>
					l2c.match_step(frm, __("Ask for a Write-Off"), "ask_write_off", __("Asked"))
				);
			}
			frm.add_custom_button(__("Accept"), () => l2c.accept_match(frm));
			frm.change_custom_button_type(__("Accept"), null, "primary");
		}
		if (state === "Done") {
			frm.add_custom_button(__("Undo"), () => l2c.match_step(frm, __("Undo"), "undo", __("Undone")));
		}
		if (["Undone", "Rejected"].includes(state)) {
			frm.add_custom_button(__("Match Now"), () => l2c.match_now(company, bank_account));
		}
	},
});

async function set_aside(frm) {
	const { name } = await l2c.call_frozen("bank.set_aside", { name: frm.doc.name });
	l2c.done(__("{0} is on the list of unclaimed money.", [l2c.link("Collection", name)]));
	frm.reload_doc();
}
