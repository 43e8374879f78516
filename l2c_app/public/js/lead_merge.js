// Two leads that are one: side by side, a choice per field, consent of who protects, undo within days.
frappe.ui.form.on("Lead", {
	async refresh(frm) {
		if (frm.is_new()) return;
		if (frm.perm[0].write && frm.doc.status !== "Converted") {
			frm.page.add_menu_item(__("Merge Another Lead into This…"), () => l2c.pick_merge(frm));
		}
		const merges = await l2c.call("lead.merges", { lead: frm.doc.name });
		merges.forEach((merge) => l2c.show_merge(frm, merge));
	},
});

l2c.pick_merge = (frm) => {
	frappe.prompt(
		{
			fieldname: "merged",
			fieldtype: "Link",
			options: "Lead",
			reqd: 1,
			label: __("Lead That Goes"),
			get_query: () => ({ filters: { name: ["!=", frm.doc.name], status: ["!=", "Converted"] } }),
		},
		({ merged }) => l2c.compare_leads(frm, merged),
		__("Merge into {0}", [l2c.escape(frm.doc.lead_name || frm.doc.name)]),
		__("Compare")
	);
};

l2c.compare_leads = async (frm, merged) => {
	const { fields, consent_of } = await l2c.call_frozen("lead.compare", { kept: frm.doc.name, merged });
	const dialog = new frappe.ui.Dialog({
		title: __("{0} goes, {1} stays", [l2c.escape(merged), l2c.escape(frm.doc.name)]),
		size: "large",
		fields: [
			{ fieldtype: "HTML", fieldname: "table" },
			{ fieldtype: "Small Text", fieldname: "reason", label: __("Reason") },
		],
		primary_action_label: consent_of.length ? __("Ask for Consent") : __("Merge"),
		primary_action: async ({ reason }) => {
			const take = dialog.$wrapper
				.find("input[data-side='merged']:checked")
				.map((_index, input) => input.name)
				.get();
			dialog.hide();
			const { state } = await l2c.call_frozen("lead.merge", { kept: frm.doc.name, merged, take, reason: reason || "" });
			l2c.done(state === "Done" ? __("The leads were merged.") : __("Everybody who protects one of them was asked."));
			frm.reload_doc();
		},
	});
	dialog.get_field("table").$wrapper.html(compare_html(fields, consent_of));
	dialog.show();
};

const compare_html = (fields, consent_of) => {
	const side = (row, which) => {
		const chosen = which === (row.kept || !row.merged ? "kept" : "merged");
		const pick = row.differs
			? `<input type="radio" name="${l2c.escape(row.field)}" data-side="${which}" ${chosen ? "checked" : ""}> `
			: "";
		return `<td><label class="mb-0">${pick}${l2c.escape(row[which])}</label></td>`;
	};
	const rows = fields.map((row) => `<tr><td>${l2c.escape(row.label)}</td>${side(row, "kept")}${side(row, "merged")}</tr>`);
	const titles = [__("Field"), __("Lead That Stays"), __("Lead That Goes")];
	const people = consent_of.map((user) => frappe.user.full_name(user)).join(", ");
	const warning = people
		? `<p class="text-warning">${l2c.escape(__("Protected, so asked first: {0}", [people]))}</p>`
		: "";
	return `${warning}<table class="table table-sm"><thead><tr>${titles
		.map((title) => `<th>${l2c.escape(title)}</th>`)
		.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
};

l2c.show_merge = (frm, merge) => {
	const act = async (method, args, message) => {
		const { state } = await l2c.call_frozen(`lead.${method}`, { name: merge.name, ...args });
		l2c.done(state === "Waiting" ? __("Others must agree as well.") : message);
		frm.reload_doc();
	};
	if (merge.may_decide) {
		frm.add_custom_button(__("Agree to Merge"), () => act("decide_merge", { agree: 1 }, __("The leads were merged.")), __("Merge"));
		frm.add_custom_button(__("Refuse Merge"), () => act("decide_merge", { agree: 0 }, __("The merge was refused.")), __("Merge"));
	}
	if (merge.may_undo) {
		const title = __("Undo Merge of {0}", [l2c.escape(merge.merged_title || merge.merged)]);
		frm.page.add_menu_item(title, () =>
			frappe.confirm(__("Bring {0} back with everything that was on it?", [l2c.escape(merge.merged)]), () =>
				act("undo_merge", {}, __("The lead is back."))
			)
		);
	}
};
