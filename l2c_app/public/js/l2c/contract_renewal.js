// Sales Contract: its next period, by an opportunity and a quotation.
frappe.provide("l2c");

const quote_renewal = (frm) =>
	l2c.form_dialog(
		__("Quote the Renewal"),
		__("Create Quotation"),
		[
			{
				fieldtype: "Select",
				fieldname: "price",
				label: __("Price"),
				reqd: 1,
				default: "Same Price",
				options: [
					{ value: "Same Price", label: __("Same Price") },
					{ value: "List Price", label: __("List Price") },
					{ value: "Uplift", label: __("Uplift") },
				],
			},
			{
				fieldtype: "Float",
				fieldname: "uplift",
				label: __("Uplift Percent"),
				depends_on: "eval:doc.price === 'Uplift'",
			},
		],
		async ({ price, uplift }) => {
			const args = { contract: frm.doc.name, price, uplift: uplift || 0 };
			const quotation = await l2c.call_frozen("contract.quote_renewal", args);
			frappe.set_route("Form", "Quotation", quotation);
		}
	);

const propose_renewal = async (frm) => {
	const args = { contract: frm.doc.name };
	frappe.set_route("Form", "Opportunity", await l2c.call_frozen("contract.propose_renewal", args));
};

l2c.renewal_buttons = (frm, live) => {
	const doc = frm.doc;
	l2c.open_button(frm, "Sales Contract", doc.renewed_from, __("Renewed Contract"));
	l2c.open_button(frm, "Sales Contract", doc.renewed_by, __("Renewal"));
	l2c.open_button(frm, "Opportunity", doc.renewal_opportunity);
	if (!live || !doc.end_date || doc.renewed_by) return;
	const group = __("Renewal");
	if ((!doc.renewal_opportunity || doc.renewal_lost) && frappe.model.can_create("Opportunity")) {
		frm.add_custom_button(__("Renewal Opportunity"), () => propose_renewal(frm), group);
	}
	if (frappe.model.can_create("Quotation")) {
		frm.add_custom_button(__("Renewal Quotation"), () => quote_renewal(frm), group);
	}
};
