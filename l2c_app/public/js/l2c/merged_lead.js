// A bookmark or link that names a merged lead leads to the lead it became.
frappe.router.on("change", () => {
	const [view, doctype, name] = frappe.get_route();
	if (view !== "Form" || doctype !== "Lead" || !name || name.startsWith("new-")) return;
	frappe.after_ajax(async () => {
		if (frappe.get_doc("Lead", name)) return;
		const kept = await l2c.call("lead.survivor", { lead: name });
		if (kept) frappe.set_route("Form", "Lead", kept);
	});
});
