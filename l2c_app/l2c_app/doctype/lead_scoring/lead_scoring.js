frappe.ui.form.on("Lead Scoring", {
	refresh(frm) {
		const { l2c_vanished: vanished = [] } = frm.doc.__onload || {};
		if (vanished.length) frm.set_intro(vanished.map(l2c.escape).join("<br>"), "orange");
		if (!frm.perm[0].write) return;
		if (!(frm.doc.rules || []).length) {
			frm.set_intro(__("No rules yet. The starting rules are a good beginning; change them as you like."));
			frm.add_custom_button(__("Load Starting Rules"), () => frm.trigger("load_starting_rules"));
		}
		if (frm.doc.enabled) {
			frm.add_custom_button(__("Score All Leads"), async () => {
				await l2c.call("lead.score_all");
				l2c.done(__("All leads are being scored in the background."));
			});
		}
	},

	async load_starting_rules(frm) {
		const tables = await l2c.call("lead.starting_score_rules");
		for (const [table, rows] of Object.entries(tables)) {
			frm.clear_table(table);
			rows.forEach((row) => frm.add_child(table, row));
			frm.refresh_field(table);
		}
		frm.dirty();
		l2c.done(__("Look through the rules, then tick Score Leads and save."));
	},
});
