// Money of unknown payers: the masked list for sales, the claims for accounts.
frappe.provide("l2c");

l2c.show_unclaimed = async () => {
	const rows = await l2c.call_frozen("bank.unclaimed_money", {});
	const dialog = new frappe.ui.Dialog({
		title: __("Unclaimed Money"),
		size: "large",
		fields: [{ fieldtype: "HTML", fieldname: "rows", options: unclaimed_html(rows) }],
	});
	dialog.$wrapper.on("click", "[data-l2c-claim]", (event) => {
		const row = rows[cint($(event.currentTarget).attr("data-l2c-claim"))];
		dialog.hide();
		claim_dialog(row);
	});
	dialog.show();
};

function unclaimed_html(rows) {
	if (!rows.length) return `<p class="text-muted">${__("All money has an owner.")}</p>`;
	const lines = rows.map(
		(row, index) => `<tr>
			<td>${l2c.escape(row.payer_name || "–")}<br><span class="text-muted small">${[
			row.payer_account,
			frappe.datetime.str_to_user(row.received_on),
			row.claims && __("Claims: {0}", [row.claims]),
		]
			.filter(Boolean)
			.map(l2c.escape)
			.join("<br>")}</span></td>
			<td class="text-right">${l2c.escape(l2c.money(row.amount, row.currency))}</td>
			<td class="text-right">${
				row.claimed_by_me
					? `<span class="indicator-pill green">${__("Claimed")}</span>`
					: `<button type="button" class="btn btn-xs btn-primary" data-l2c-claim="${index}">${__(
							"Claim"
					  )}</button>`
			}</td></tr>`
	);
	return `<div class="table-responsive"><table class="table table-bordered table-sm"><thead><tr>
		<th>${__("Payer")}</th><th class="text-right">${__("Amount")}</th><th></th></tr></thead><tbody>${lines.join("")}</tbody></table></div>`;
}

const claim_dialog = (row) =>
	l2c.form_dialog(
		__("Claim {0}", [l2c.money(row.amount, row.currency)]),
		__("Claim"),
		[
			{
				fieldtype: "Link",
				fieldname: "contract",
				label: __("Sales Contract"),
				options: "Sales Contract",
				reqd: 1,
				get_query: () => ({
					filters: { docstatus: 1, company: row.company, currency: row.currency },
				}),
			},
			{ fieldtype: "Small Text", max_height: "6rem", fieldname: "reason", label: __("Reason"), reqd: 1 },
			{ fieldtype: "Attach", fieldname: "evidence", label: __("Evidence") },
		],
		async (values) => {
			await l2c.call_frozen("bank.claim", { name: row.name, ...values });
			l2c.done(__("Claimed: accounts decide."));
		}
	);

l2c.show_claims = async (frm) => {
	const claims = await l2c.call("bank.claims_of", { name: frm.doc.name });
	const lines = claims.map(
		(claim, index) => `<tr><td>${l2c.link("Sales Contract", claim.contract)}</td>
			<td>${l2c.escape(frappe.user.full_name(claim.claimed_by))}</td><td>${l2c.escape(claim.reason)}${
			claim.evidence
				? ` <a href="${l2c.escape(claim.evidence)}" target="_blank">${__("Evidence")}</a>`
				: ""
		}</td>
			<td><button type="button" class="btn btn-xs btn-primary" data-l2c-decide="${index}">${__(
			"Give to This Claim"
		)}</button> <button type="button" class="btn btn-xs btn-default" data-l2c-decline="${index}">${__(
			"Decline"
		)}</button></td></tr>`
	);
	frm.dashboard.add_section(
		lines.length
			? `<div class="table-responsive"><table class="table table-bordered table-sm"><tbody>${lines.join(
					""
			  )}</tbody></table></div>`
			: `<p class="text-muted">${__("Nobody has claimed this money yet.")}</p>`,
		__("Claims")
	);
	frm.dashboard.show();
	const of = (event, key) => claims[cint($(event.currentTarget).attr(key))];
	const wrapper = $(frm.dashboard.wrapper || frm.dashboard.parent);
	wrapper.off(".l2c_claims");
	wrapper.on("click.l2c_claims", "[data-l2c-decide]", (event) =>
		decide(frm, of(event, "data-l2c-decide"), claims.length > 1)
	);
	wrapper.on("click.l2c_claims", "[data-l2c-decline]", (event) =>
		ask(frm, __("Decline"), true, async (reason) => {
			await l2c.call_frozen("bank.decline_claim", { claim: of(event, "data-l2c-decline").name, reason });
			l2c.done(__("Declined"));
		})
	);
};

const decide = (frm, claim, several) =>
	ask(frm, __("Give to This Claim"), several, async (reason) => {
		const answer = await l2c.call_frozen(
			"bank.decide_claim",
			{ claim: claim.name, reason },
			__("Making the payment…")
		);
		l2c.done(__("Confirmed with {0}", [l2c.link("Payment Entry", answer.voucher_no)]));
	});

const ask = (frm, title, needed, run) =>
	frappe.prompt(
		{
			fieldtype: "Small Text",
			max_height: "6rem",
			fieldname: "reason",
			label: __("Reason"),
			reqd: needed ? 1 : 0,
		},
		async ({ reason }) => {
			await run(reason || "");
			frm.reload_doc();
		},
		title,
		title
	);

l2c.add_take_off_button = (frm) => {
	if (!frappe.model.can_submit("Payment Entry")) return;
	frm.add_custom_button(__("Take Off the List"), () =>
		ask(frm, __("Take Off the List"), true, async (reason) => {
			await l2c.call_frozen("bank.take_off", { name: frm.doc.name, reason });
			l2c.done(__("Taken off the list"));
		})
	);
};

l2c.enter_unclaimed = () => {
	const company = frappe.defaults.get_user_default("Company");
	l2c.form_dialog(
		__("Enter Unclaimed Money"),
		__("Put on the List"),
		[
			{ fieldtype: "Link", fieldname: "company", label: __("Company"), options: "Company", reqd: 1, default: company },
			{
				fieldtype: "Date",
				fieldname: "received_on",
				label: __("Received On"),
				reqd: 1,
				default: frappe.datetime.get_today(),
			},
			{ fieldtype: "Float", fieldname: "amount", label: __("Amount"), reqd: 1 },
			{
				fieldtype: "Link",
				fieldname: "currency",
				label: __("Currency"),
				options: "Currency",
				reqd: 1,
				default: frappe.boot.sysdefaults.currency,
			},
			{ fieldtype: "Link", fieldname: "mode_of_payment", label: __("Mode of Payment"), options: "Mode of Payment" },
			{
				fieldtype: "Link",
				fieldname: "paid_to",
				label: __("Received In"),
				options: "Account",
				get_query: () => ({ filters: { account_type: ["in", ["Bank", "Cash"]], is_group: 0 } }),
			},
			{ fieldtype: "Data", fieldname: "reference_no", label: __("Reference") },
			{ fieldtype: "Data", fieldname: "payer_name", label: __("Payer") },
			{ fieldtype: "Data", fieldname: "payer_account", label: __("Payer's Account") },
			{
				fieldtype: "Small Text",
				max_height: "6rem",
				fieldname: "despite",
				label: __("Why It Is Other Money"),
				description: __("Only where money of this day, amount and reference is on the list"),
			},
		],
		async ({ despite, ...values }) => {
			const { name } = await l2c.call_frozen("bank.enter_unclaimed", { values, despite });
			l2c.done(__("{0} is on the list of unclaimed money.", [l2c.link("Collection", name)]));
			frappe.set_route("Form", "Collection", name);
		}
	);
};
