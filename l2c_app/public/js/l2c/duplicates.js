// Is this person or company known to anybody? The answer carries no contact data.
frappe.provide("l2c");

const COLOURS = { Free: "green", Known: "blue", "In Pool": "orange", Held: "red" };

l2c.check_duplicates = (about = {}) => {
	const dialog = new frappe.ui.Dialog({
		title: __("Is This Lead Known?"),
		fields: [
			{
				fieldtype: "Data",
				fieldname: "company_name",
				label: __("Company"),
				default: about.company_name,
			},
			{ fieldtype: "Data", fieldname: "tax_id", label: __("Tax ID") },
			{ fieldtype: "Column Break" },
			{
				fieldtype: "Data",
				fieldname: "phone",
				label: __("Phone"),
				default: about.mobile_no || about.phone,
			},
			{ fieldtype: "Data", fieldname: "email", label: __("Email"), default: about.email_id },
			{ fieldtype: "Section Break" },
			{ fieldtype: "HTML", fieldname: "answer" },
		],
		primary_action_label: __("Look Up"),
		primary_action: async ({ company_name, tax_id, phone, email }) => {
			const answer = await l2c.call_frozen("pool.check_duplicates", {
				company_name,
				tax_id,
				phone,
				email,
			});
			dialog.get_field("answer").$wrapper.html(answer_html(answer, about.name));
		},
	});
	dialog.show();
};

const until_text = ({ held_until }) => held_until && __("until {0}", [frappe.datetime.str_to_user(held_until)]);

const evidence_text = (match) =>
	`${match.score} % · ${match.evidence.map(({ kind, points }) => `${__(kind)} ${points}`).join(", ")}`;

const answer_html = (answer, own_name) => {
	const matches = answer.matches.filter((match) => match.party !== own_name || !own_name);
	if (!matches.length) return l2c.tags([["", __("Free"), "green"]]);
	const rows = matches.map((match) => {
		const where = match.seats
			.map((seat) =>
				[seat.pool, __(seat.state), seat.holder, until_text(seat)].filter(Boolean).map(l2c.escape).join(" · ")
			)
			.join("<br>");
		return `<tr>
			<td>${l2c.tags([["", __(match.state), COLOURS[match.state]]])}</td>
			<td>${match.party ? l2c.link(match.party_type, match.party) : l2c.escape(__(match.party_type))}</td>
			<td>${l2c.escape(evidence_text(match))}</td>
			<td>${where || l2c.escape(match.owner || "")}</td></tr>`;
	});
	return `<div class="table-responsive"><table class="table table-bordered table-sm">
		<thead><tr><th>${__("State")}</th><th>${__("Document")}</th><th>${__("Found By")}</th><th>${__(
		"Where"
	)}</th></tr></thead>
		<tbody>${rows.join("")}</tbody></table></div>`;
};
