// Claim, release, transfer, protect, close and reopen seats. What is allowed is decided and explained by the server.
frappe.provide("l2c");

// seats: [{name, label}]. One seat is taken or the refusal shown; of many the first that fit are taken.
l2c.claim_seats = async (seats, on_done) => {
	if (!seats.length) return;
	if (seats.length === 1) {
		await l2c.call_frozen("pool.claim", { seat: seats[0].name }, __("Claiming…"));
		l2c.done(__("Claimed: it is yours now")); // what the list knew of the name is masked
	} else {
		await claim_batch(seats);
	}
	on_done && on_done();
};

const claim_batch = async (seats) => {
	const names = seats.map((seat) => seat.name);
	const answers = await l2c.call_frozen("pool.claim_batch", { seats: names }, __("Claiming…"));
	const label = Object.fromEntries(seats.map((seat) => [seat.name, seat.label || seat.name]));
	l2c.show_batch_result({
		title: __("Claimed"),
		done: answers.filter((row) => row.ok),
		refused: answers
			.filter((row) => !row.ok)
			.map((row) => ({ label: label[row.seat], reason: l2c.refusal_text(row) })),
	});
};

l2c.refusal_text = (row) =>
	[
		row.message,
		row.allowed_on ? __("Allowed on {0}.", [frappe.datetime.str_to_user(row.allowed_on)]) : "",
		row.override_by ? __("May override: {0}.", [row.override_by]) : "",
	]
		.filter(Boolean)
		.join("\n");

const ask_reason = ({ title, action, fields = [], reason_required = true }) =>
	new Promise((resolve) => {
		const dialog = new frappe.ui.Dialog({
			title: title,
			fields: [
				...fields,
				{
					fieldtype: "Small Text",
					max_height: "6rem",
					fieldname: "reason",
					label: __("Reason"),
					reqd: reason_required,
				},
			],
			primary_action_label: action,
			primary_action: (values) => {
				dialog.hide();
				resolve(values);
			},
		});
		dialog.show();
	});

l2c.release_seat = async (seat, on_done) => {
	const { reason, target } = await ask_reason({
		title: __("Release {0}", [l2c.escape(seat.label)]),
		action: __("Release"),
		fields: [
			{
				fieldtype: "Link",
				fieldname: "target",
				label: __("To Pool"),
				options: "Lead Pool",
				description: __("Empty: where {0} sends returned seats", [l2c.escape(seat.pool)]),
				get_query: () => ({ filters: { enabled: 1, party_type: seat.party_type || "Lead" } }),
			},
		],
	});
	await l2c.call_frozen("pool.release", { seat: seat.name, reason, target: target || null });
	l2c.done(__("Released to {0}", [l2c.escape(target || seat.pool)]));
	on_done && on_done();
};

l2c.protect_seat = async (seat, on_done) => {
	const { reason, days } = await ask_reason({
		title: __("Protect {0}", [l2c.escape(seat.label)]),
		action: __("Protect"),
		fields: [
			{
				fieldtype: "Int",
				fieldname: "days",
				label: __("Days"),
				description: __("Empty: as long as the pool allows"),
			},
		],
	});
	const until = await l2c.call_frozen("pool.protect", { seat: seat.name, reason, days: days || null });
	l2c.done(__("Protected until {0}", [frappe.datetime.str_to_user(until)]));
	on_done && on_done();
};

l2c.unprotect_seat = async (seat, on_done) => {
	const { reason } = await ask_reason({
		title: __("Lift the Protection of {0}", [l2c.escape(seat.label)]),
		action: __("Lift Protection"),
	});
	await l2c.call_frozen("pool.unprotect", { seat: seat.name, reason });
	l2c.done(__("No longer protected"));
	on_done && on_done();
};

l2c.leave_alone = async (seat, on_done) => {
	const { reason, until } = await ask_reason({
		title: __("Do Not Contact {0}", [l2c.escape(seat.label)]),
		action: __("Save"),
		fields: [
			{
				fieldtype: "Date",
				fieldname: "until",
				label: __("Do Not Contact Until"),
				default: seat.do_not_contact_until,
				description: __("The last day without contact. Empty: may be contacted again"),
			},
		],
	});
	await l2c.call_frozen("pool.leave_alone", { seat: seat.name, reason, until: until || null });
	l2c.done(until ? __("Left alone until {0}", [frappe.datetime.str_to_user(until)]) : __("May Be Contacted"));
	on_done && on_done();
};

// Seats of one pool go into another one, by a manager's hand.
l2c.move_seats = async (seats, party_type, on_done) => {
	if (!seats.length) return;
	const { reason, target } = await ask_reason({
		title: __("Move {0} Seats", [seats.length]),
		action: __("Move"),
		fields: [
			{
				fieldtype: "Link",
				fieldname: "target",
				label: __("To Pool"),
				options: "Lead Pool",
				reqd: 1,
				get_query: () => ({ filters: { enabled: 1, party_type } }),
			},
		],
	});
	const names = seats.map((seat) => seat.name);
	const moved = await l2c.call_frozen("pool.move_to_pool", { seats: names, target, reason });
	l2c.done(__("{0} seats moved", [moved.length]));
	on_done && on_done();
};

l2c.transfer_seat = async (seat, on_done) => {
	const members = await pool_members(seat.pool);
	const { user, reason } = await ask_reason({
		title: __("Transfer {0}", [l2c.escape(seat.label)]),
		action: __("Transfer"),
		reason_required: false,
		fields: [
			{
				fieldtype: "Link",
				fieldname: "user",
				label: __("To"),
				options: "User",
				reqd: 1,
				get_query: () => ({ filters: { name: ["in", members], enabled: 1 } }),
			},
		],
	});
	await l2c.call_frozen("pool.transfer", { seat: seat.name, user, reason: reason || "" });
	l2c.done(__("Transferred to {0}", [l2c.escape(frappe.user.full_name(user))]));
	on_done && on_done();
};

const pool_members = async (pool) => {
	const rows = await frappe.db.get_list("Lead Pool Membership", {
		filters: { pool },
		fields: ["user"],
		limit: 500,
		order_by: "user asc",
	});
	return rows.map((row) => row.user);
};

l2c.make_primary = async (seat, on_done) => {
	const { reason } = await ask_reason({
		title: __("Make {0} Primary", [l2c.escape(seat.label)]),
		action: __("Make Primary"),
	});
	await l2c.call_frozen("pool.make_primary", { seat: seat.name, reason });
	l2c.done(__("Its holder is the owner now"));
	on_done && on_done();
};

l2c.close_seat = async (seat, on_done) => {
	const { reason } = await ask_reason({
		title: __("Close {0}", [l2c.escape(seat.label)]),
		action: __("Close Seat"),
	});
	await l2c.call_frozen("pool.close", { seat: seat.name, reason });
	l2c.done(__("Closed"));
	on_done && on_done();
};

l2c.reopen_seat = async (seat, on_done) => {
	const { reason } = await ask_reason({
		title: __("Reopen {0}", [l2c.escape(seat.label)]),
		action: __("Reopen"),
	});
	await l2c.call_frozen("pool.reopen", { seat: seat.name, reason });
	l2c.done(__("Available again"));
	on_done && on_done();
};

// After a release or transfer the user may not be allowed to see the party any more.
l2c.leave_form = (frm) => frappe.set_route("List", frm.doctype);

// What names the party or reaches it says nothing by which to choose among many.
const NAMES_AND_CONTACTS = [
	"lead_name",
	"company_name",
	"customer_name",
	"mobile_no",
	"phone",
	"whatsapp_no",
	"email_id",
	"creation",
];

// [{field, label, text}] as one line for a list.
l2c.about_party = (cells) =>
	(cells || [])
		.filter(({ field }) => !NAMES_AND_CONTACTS.includes(field))
		.map(({ text }) => text)
		.join(" · ");

// On the form of a seat: what its pool shows of the party, before a claim and after.
l2c.show_party_of_seat = async (frm) => {
	const shown = await l2c.call("pool.shown_of_seats", { seats: [frm.doc.name] });
	const cells = shown[frm.doc.name] || [];
	if (!cells.length) return;
	const rows = cells.map(
		({ label, text }) => `<tr><td class="text-muted border-0">${l2c.escape(label)}</td><td class="border-0">${l2c.escape(text)}</td></tr>`
	);
	frm.layout.wrapper.find(".l2c-party").remove();
	$(`<div class="l2c-party form-section card-section visible-section"><div class="section-body">
		<table class="table table-sm mb-0 ml-2" style="width: auto">${rows.join("")}</table></div></div>`).prependTo(frm.layout.page);
};

// Buttons for one seat on a form. `seat` comes from the server with `may`: {action: true or false}.
l2c.add_seat_buttons = (frm, seat, { primary = false } = {}) => {
	const group = __("Pool");
	const stay = () => frm.reload_doc();
	const go = () => (seat.stays ? stay() : l2c.leave_form(frm)); // customers stay readable for all
	const buttons = [
		["claim", __("Claim"), () => l2c.claim_seats([seat], stay)],
		["transfer", __("Transfer"), () => l2c.transfer_seat(seat, go)],
		["assign", __("Assign"), () => l2c.transfer_seat(seat, stay)],
		["release", __("Release"), () => l2c.release_seat(seat, go)],
		["protect", __("Protect"), () => l2c.protect_seat(seat, stay)],
		["unprotect", __("Lift Protection"), () => l2c.unprotect_seat(seat, stay)],
		["leave_alone", __("Do Not Contact Until"), () => l2c.leave_alone(seat, stay)],
		["close", __("Close Seat"), () => l2c.close_seat(seat, go)],
		["make_primary", __("Make Primary"), () => l2c.make_primary(seat, stay)],
		["reopen", __("Reopen"), () => l2c.reopen_seat(seat, stay)],
	];
	buttons
		.filter(([action]) => seat.may && seat.may[action])
		.forEach(([action, label, run]) => {
			const prominent = primary && action === "claim";
			frm.add_custom_button(label, run, prominent ? undefined : group);
			if (prominent) frm.change_custom_button_type(label, null, "primary");
		});
};

const SEAT_COLOURS = { Available: "blue", Held: "green", Converted: "purple", Closed: "gray" };
l2c.seat_colour = (state) => SEAT_COLOURS[state] || "gray";

// Hot, warm or cold with its evidence: the follow up, its date and the day on which it is forgotten.
l2c.intent_tag = ({ intent, on, until, follow_up }) => {
	const colour = { Hot: "red", Warm: "orange", Cold: "blue" }[intent];
	const [from, to] = [on, until].map((day) => frappe.datetime.str_to_user(day));
	const tag = l2c.tags([[__("Intent"), __("{0} since {1}, counts until {2}", [__(intent), from, to]), colour]]);
	return `${tag} ${l2c.link("Follow Up", follow_up)}`;
};

// Until when nobody may contact the party; nothing where there is no such day or it is past.
const quiet_text = (until) => {
	if (!until || until < frappe.datetime.get_today()) return "";
	return until.startsWith("9999") ? __("Do Not Contact") : frappe.datetime.str_to_user(until);
};

l2c.seat_tags = (seat) =>
	l2c.tags([
		[__("Pool"), seat.pool, "blue"],
		["", __(seat.state), l2c.seat_colour(seat.state)],
		[__("Holder"), seat.holder_name || seat.holder, "gray"],
		[
			__("Protected Until"),
			seat.protected_until && frappe.datetime.str_to_user(seat.protected_until),
			"purple",
		],
		[__("Do Not Contact Until"), quiet_text(seat.do_not_contact_until), "red"],
		[
			__("Back to the Pool On"),
			seat.recycle_on &&
				[frappe.datetime.str_to_user(seat.recycle_on), seat.recycle_reason].filter(Boolean).join(" · "),
			"orange",
		],
		[__("Stays All the Same"), seat.recycle_on && seat.kept_by, "green"],
		[
			__("Given Back Before"),
			seat.given_back &&
				[l2c.moment_text(seat.given_back.at), seat.given_back.by, seat.given_back.reason]
					.filter(Boolean)
					.join(" · "),
			"gray",
		],
	]);
