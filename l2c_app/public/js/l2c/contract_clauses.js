// Clauses of a draft contract: the rows of its template are shown at once; saving judges them.
frappe.provide("l2c");

l2c.changes_locked_clauses = () =>
	["Sales Manager", "System Manager"].some((role) => frappe.user.has_role(role));

l2c.take_template = async (frm) => {
	const { contract_template: template, company, bill_by } = frm.doc;
	if (!template || !company || frm.doc.docstatus) return;
	const rows = await frappe.xcall("l2c_app.api.contract.template_clauses", { template, company, bill_by });
	const added = (frm.doc.clauses || []).filter((row) => !row.clause && (row.title || row.text));
	frm.clear_table("clauses");
	[...rows, ...added].forEach(({ clause, title, language, text, locked, changed }) =>
		frm.add_child("clauses", { clause, title, language, text, locked, changed })
	);
	frm.refresh_field("clauses");
};
