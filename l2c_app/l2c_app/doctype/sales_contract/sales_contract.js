// A row without a date says what it waits for.
const due_text = (value, _df, _options, row) => {
	if (value) return frappe.datetime.str_to_user(value);
	return row && row.due_basis === "Milestone" ? `<i>${__("Waits for {0}", [__(row.milestone_type)])}</i>` : "";
};

const billed_as = (value, row) => {
	if (value === "Own Invoice") return __("Invoice");
	return value === "With Row" && row && row.with_row ? __("With {0}", [row.with_row]) : __(value || "");
};

// The table has ten places: the row's id stands with its label, and how it is billed in a word.
const PLAN_TEXTS = {
	due_date: due_text,
	label: (value, _df, _options, row) => l2c.escape([row && row.row_id, value].filter(Boolean).join(" · ")),
	billing: (value, _df, _options, row) => l2c.escape(billed_as(value, row)),
	status: (value) =>
		value ? `<span class="indicator-pill ${l2c.row_colour(value)}">${l2c.escape(__(value))}</span>` : "",
};

frappe.ui.form.on("Sales Contract", {
	setup(frm) {
		l2c.made_by_steps(frm, "Sales Order", "Sales Invoice", "Customer", "Lead", "Billing Request");
		frm.set_query("receivable_account", () => ({
			filters: {
				company: frm.doc.company,
				account_type: "Receivable",
				account_currency: frm.doc.currency,
				is_group: 0,
			},
		}));
		frm.set_query("taxes_and_charges", () => ({ filters: { company: frm.doc.company, disabled: 0 } }));
		frm.set_query("cost_center", () => ({ filters: { company: frm.doc.company, is_group: 0 } }));
		frm.set_query("contract_owner", () => ({ filters: { enabled: 1, user_type: "System User" } }));
		frm.set_query("contract_template", () => ({
			filters: { enabled: 1, for_company: ["in", [frm.doc.company || "", ""]] },
		}));
		frm.set_query("item_code", "items", () => ({ filters: { is_sales_item: 1, disabled: 0 } }));
		frm.set_query("selling_price_list", () => ({ filters: { selling: 1, enabled: 1 } }));
	},

	onload(frm) {
		if (!frm.is_new() || frm.doc.company) return;
		frm.set_value("company", frappe.defaults.get_user_default("Company"));
	},

	refresh(frm) {
		// The host's "Cancel All" would take order and invoices along: here the server says what to do instead.
		frm.ignore_doctypes_on_cancel_all = [
			"Sales Order",
			"Sales Invoice",
			"Payment Entry",
			"Journal Entry",
		];
		// On the grid, not on the DocType's fields: each row has a copy of them, made before this script may have run.
		const { grid } = frm.fields_dict.plan_rows;
		for (const [field, text] of Object.entries(PLAN_TEXTS)) grid.update_docfield_property(field, "formatter", text);
		if (frm.is_new()) return;
		l2c.contract_headline(frm);
		l2c.contract_buttons(frm);
		const party = frm.doc.customer || frm.doc.lead;
		l2c.add_team_proposal(frm, frm.doc.customer ? "Customer" : "Lead", party);
	},

	async company(frm) {
		if (!frm.doc.company || frm.doc.currency) return;
		const { message } = await frappe.db.get_value("Company", frm.doc.company, "default_currency");
		frm.set_value("currency", message.default_currency);
	},

	async customer(frm) {
		if (!frm.doc.customer || frm.doc.docstatus) return;
		const { message } = await frappe.db.get_value("Customer", frm.doc.customer, [
			"customer_name",
			"default_currency",
		]);
		frm.set_value("party_name", message.customer_name);
		if (message.default_currency) frm.set_value("currency", message.default_currency);
	},

	async taxes_and_charges(frm) {
		if (!frm.doc.taxes_and_charges) return;
		const taxes = await frappe.xcall("erpnext.controllers.accounts_controller.get_taxes_and_charges", {
			master_doctype: "Sales Taxes and Charges Template",
			master_name: frm.doc.taxes_and_charges,
		});
		frm.clear_table("taxes");
		(taxes || []).forEach((row) => frm.add_child("taxes", row));
		frm.refresh_field("taxes");
	},

	contract_template(frm) {
		return l2c.take_template(frm);
	},

	async tc_name(frm) {
		if (!frm.doc.tc_name) return;
		const { message } = await frappe.db.get_value("Terms and Conditions", frm.doc.tc_name, "terms");
		frm.set_value("terms", message.terms);
	},
});

frappe.ui.form.on("Sales Contract Item", {
	async item_code(frm, cdt, cdn) {
		const row = frappe.get_doc(cdt, cdn);
		if (!row.item_code) return;
		const { message } = await frappe.db.get_value("Item", row.item_code, [
			"item_name",
			"description",
			"stock_uom",
			"standard_rate",
		]);
		frappe.model.set_value(cdt, cdn, {
			item_name: message.item_name,
			description: message.description,
			uom: message.stock_uom,
			rate: row.rate || message.standard_rate,
		});
	},
});

frappe.ui.form.on("Sales Contract Clause", {
	// The server refuses it as well; here nobody types in vain.
	form_render(frm, cdt, cdn) {
		const row = frappe.get_doc(cdt, cdn);
		const form = frm.fields_dict.clauses.grid.grid_rows_by_docname[cdn].grid_form;
		const closed = row.locked && !l2c.changes_locked_clauses();
		["title", "text", "language"].forEach((field) => {
			form.fields_dict[field].df.read_only = closed ? 1 : 0;
			form.fields_dict[field].refresh();
		});
	},
});
