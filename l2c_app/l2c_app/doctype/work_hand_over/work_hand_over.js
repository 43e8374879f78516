frappe.ui.form.on("Work Hand Over", {
	refresh(frm) {
		frm.disable_save();
		frm.toggle_display("log", false);
		if (frm.l2c_listed === frm.doc.name) return;
		frm.l2c_listed = frm.doc.name;
		frm.dashboard.add_section(listed(JSON.parse(frm.doc.log || "{}")), __("What Was Handed Over"));
		frm.dashboard.show();
	},
});

const listed = ({ contracts = [], sales_cases = [], finance_cases = [], follow_ups = [] }) => {
	const cases = [...new Set([...sales_cases, ...finance_cases])];
	const kinds = [
		[__("Contracts"), "Sales Contract", contracts],
		[__("Collection Cases"), "Collection Case", cases],
		[__("Planned Follow Ups"), "Follow Up", follow_ups],
	].filter(([, , names]) => names.length);
	return kinds
		.map(([label, doctype, names]) => {
			const links = names.map((name) => l2c.link(doctype, name)).join(", ");
			return `<p><b>${l2c.escape(label)}</b><br>${links}</p>`;
		})
		.join("");
};
