// Joint pursuit: the effort of a party's holders as a proposal for the native Sales Team.
frappe.provide("l2c");

// Button on a draft with a Sales Team. The user sees the split before it replaces the rows, and saves it himself.
l2c.add_team_proposal = (frm, party_type, party) => {
	if (!party || frm.doc.docstatus !== 0 || !frm.perm[0].write) return;
	frm.add_custom_button(
		__("Propose Sales Team"),
		async () => {
			const { team, without_sales_person } = await l2c.call_frozen("pool.propose_sales_team", {
				party_type,
				party,
			});
			if (!team.length) {
				frappe.msgprint(__("Nobody with a Sales Person holds or held this party."));
				return;
			}
			frappe.confirm(team_table(team, without_sales_person), () => {
				frm.clear_table("sales_team");
				team.forEach(({ sales_person, allocated_percentage }) =>
					frm.add_child("sales_team", { sales_person, allocated_percentage })
				);
				frm.refresh_field("sales_team");
				frm.dirty();
			});
		},
		__("Lead to Cash")
	);
};

const team_table = (team, missing) => {
	const rows = team.map(
		(row) =>
			`<tr><td>${l2c.escape(row.sales_person)}</td><td class="text-right">${cint(row.acts)}</td>` +
			`<td class="text-right">${l2c.escape(row.allocated_percentage)} %</td></tr>`
	);
	const names = missing.map((user) => l2c.escape(frappe.user.full_name(user))).join(", ");
	return `
		<p>${__("Replace the Sales Team by this split of the logged effort?")}</p>
		<table class="table table-bordered table-sm">
			<thead><tr><th>${__("Sales Person")}</th><th class="text-right">${__("Acts")}</th><th class="text-right">${__("Share")}</th></tr></thead>
			<tbody>${rows.join("")}</tbody>
		</table>
		${names ? `<p class="text-muted">${__("Without a Sales Person")}: ${names}</p>` : ""}`;
};
