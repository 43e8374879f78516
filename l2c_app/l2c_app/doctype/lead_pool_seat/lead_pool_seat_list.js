frappe.listview_settings["Lead Pool Seat"] = {
	add_fields: ["state", "holder", "pool", "party_type", "party", "party_name"],
	hide_name_column: true,

	get_indicator: (doc) => [__(doc.state), l2c.seat_colour(doc.state), `state,=,${doc.state}`],

	button: {
		show: (doc) => doc.state === "Available" || doc.holder === frappe.session.user,
		get_label: (doc) => (doc.state === "Available" ? __("Claim") : __("Open")),
		get_description: (doc) =>
			doc.state === "Available"
				? __("Take {0}", [l2c.escape(doc.party_name)])
				: __("Open {0}", [l2c.escape(doc.party_name)]),
		action: (doc) =>
			doc.state === "Available"
				? l2c.claim_seats([{ name: doc.name, label: doc.party_name }], () => {
						frappe.set_route("Form", doc.party_type, doc.party);
				  })
				: frappe.set_route("Form", doc.party_type, doc.party),
	},

	// By what members choose: place, trade, tier, whatever the pool shows. The number of the document says nothing.
	formatters: {
		party: (value, _field, doc) =>
			doc.l2c_about
				? `<span title="${l2c.escape(doc.l2c_about)}">${l2c.escape(doc.l2c_about)}</span>`
				: l2c.escape(value),
	},

	// The list reads what the pool shows; whoever may see a party gets its real name for the rows on the page.
	async refresh(listview) {
		const rows = listview.data || [];
		if (!rows.length) return;
		const seats = rows.map((row) => row.name);
		const [names, shown] = await Promise.all([
			l2c.call("pool.names_of_seats", { seats }),
			l2c.call("pool.shown_of_seats", { seats }),
		]);
		if (listview.data !== rows) return;
		for (const row of rows) {
			row.party_name = (names || {})[row.name] || row.party_name;
			row.l2c_about = l2c.about_party((shown || {})[row.name]);
		}
		listview.render_list();
		listview.set_rows_as_checked();
	},

	onload(listview) {
		const checked = () =>
			listview
				.get_checked_items()
				.map((row) => ({ name: row.name, label: row.party_name, pool: row.pool }));
		listview.page.add_actions_menu_item(
			__("Claim"),
			() => l2c.claim_seats(checked(), () => listview.refresh()),
			false
		);
		listview.page.add_actions_menu_item(
			__("Distribute"),
			() => {
				const seats = checked();
				const pools = [...new Set(seats.map((seat) => seat.pool))];
				if (pools.length !== 1) {
					frappe.msgprint(__("Choose seats of one pool."));
					return;
				}
				l2c.distribute(pools[0], {
					seats: seats.map((seat) => seat.name),
					on_done: () => listview.refresh(),
				});
			},
			false
		);
		listview.page.add_actions_menu_item(
			__("Move to Pool"),
			() => {
				const kinds = [...new Set(listview.get_checked_items().map((row) => row.party_type))];
				if (kinds.length === 1) l2c.move_seats(checked(), kinds[0], () => listview.refresh());
				else frappe.msgprint(__("Choose seats of one kind."));
			},
			false
		);
		listview.page.add_inner_button(__("My Limits"), async () => {
			const filters = { user: frappe.session.user };
			const rows = await frappe.db.get_list("Lead Pool Membership", { filters, fields: ["pool"], order_by: "pool" });
			l2c.show_standing(rows.map(({ pool }) => pool));
		});
		const show = (filters) =>
			listview.filter_area.clear(false).then(() => listview.filter_area.add(filters));
		listview.page.add_inner_button(__("Available"), () =>
			show([["Lead Pool Seat", "state", "=", "Available"]])
		);
		listview.page.add_inner_button(__("Mine"), () =>
			show([
				["Lead Pool Seat", "state", "=", "Held"],
				["Lead Pool Seat", "holder", "=", frappe.session.user],
			])
		);
	},
};
