// What a lead scored, why, and what would raise it.
frappe.ui.form.on("Lead", {
	async refresh(frm) {
		if (frm.is_new() || !frm.doc.l2c_tier) return;
		frm.page.add_menu_item(__("Explain the Score"), () => l2c.explain_score(frm.doc));
		frm.sidebar && frm.trigger("l2c_show_score");
	},

	l2c_show_score(frm) {
		const field = frm.fields_dict.l2c_tier;
		if (!field || !field.$wrapper) return;
		field.$wrapper.find(".l2c-explain").remove();
		$(`<a class="l2c-explain small" href="#">${l2c.escape(__("Why?"))}</a>`)
			.on("click", () => {
				l2c.explain_score(frm.doc);
				return false;
			})
			.appendTo(field.$wrapper);
	},
});

l2c.explain_score = async (doc) => {
	const told = await l2c.call("lead.score", { lead: doc.name });
	const dialog = new frappe.ui.Dialog({ title: __("Score of {0}", [l2c.escape(doc.lead_name || doc.name)]), size: "large" });
	dialog.$body.html(told.lead ? l2c.score_html(told) : `<p>${l2c.escape(__("This lead was never scored."))}</p>`);
	dialog.show();
};

l2c.score_html = (told) => {
	const row = (cells) => `<tr>${cells.map((cell) => `<td>${l2c.escape(cell)}</td>`).join("")}</tr>`;
	const table = (titles, rows) =>
		`<table class="table table-sm"><thead><tr>${titles.map((title) => `<th>${l2c.escape(title)}</th>`).join("")}</tr></thead>` +
		`<tbody>${rows.map(row).join("")}</tbody></table>`;
	const numbers = l2c.tags([
		[__("Tier"), told.tier, "blue"],
		[__("Fit"), String(told.fit)],
		[__("Engagement"), String(told.engagement)],
		[__("Completeness"), `${told.completeness} %`, told.completeness < 100 ? "orange" : "green"],
	]);
	const reasons = told.reasons.map((reason) => [
		__(reason.kind),
		reason.count > 1 ? `${__(reason.label)} × ${reason.count}` : __(reason.label),
		reason.points,
		reason.lost || "",
	]);
	const missing = told.missing.map((field) => [field.label, `+ ${field.adds} %`]);
	const parts = [`<div class="mb-3">${numbers}</div>`];
	told.vanished.forEach((line) => parts.push(`<p class="text-warning">${l2c.escape(line)}</p>`));
	parts.push(table([__("Measures"), __("Reason"), __("Points"), __("Lost to Time or Ceiling")], reasons));
	if (missing.length) parts.push(table([__("Missing"), __("Completeness")], missing));
	return parts.join("");
};
