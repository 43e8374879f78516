frappe.ui.form.on("Lead Pool Seat", {
	refresh(frm) {
		frm.disable_save();
		frm.trigger("show_state");
	},

	async show_state(frm) {
		frm.dashboard.clear_headline();
		frm.dashboard.set_headline(l2c.seat_tags(frm.doc));
		const { party_type, party } = frm.doc;
		l2c.show_party_of_seat(frm);
		const { seats, intent } = await l2c.call("pool.party_state", { party_type, party });
		const seat = seats.find((row) => row.name === frm.doc.name);
		if (!seat) return;
		if (intent) frm.dashboard.set_headline(`${l2c.seat_tags(frm.doc)} ${l2c.intent_tag(intent)}`);
		l2c.add_seat_buttons(frm, { ...seat, label: frm.doc.party_name || frm.doc.party }, { primary: true });
		const sees_party = seat.holder === frappe.session.user || seat.may.assign || seat.may.close;
		if (sees_party) {
			frm.add_custom_button(__("Open {0}", [__(frm.doc.party_type)]), () =>
				frappe.set_route("Form", frm.doc.party_type, frm.doc.party)
			);
		}
	},
});
