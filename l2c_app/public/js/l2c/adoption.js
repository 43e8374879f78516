// Going live: what ran before becomes contracts. One order from its form, many by a run with a dry run first.
frappe.provide("l2c");

l2c.may_adopt = () =>
	(frappe.boot.user.can_submit || []).includes("Sales Contract") || frappe.user.has_role("Accounts Manager");

l2c.add_adoption_button = (listview) => {
	if (!l2c.may_adopt()) return;
	listview.page.add_inner_button(__("Adopt Running Documents"), () => start_run());
};

// What was adopted is taken back, after a question: the contract of a row of a run, or a contract from its own form.
const undo_adoption = (method, names, after) =>
	frappe.confirm(
		__("Cancel this contract? Its order, invoices and payments stay as they are."),
		async () => {
			await l2c.call_frozen(`adoption.${method}`, names);
			after();
		}
	);

l2c.undo_adoption_row = (row, after) => undo_adoption("undo_row", { row }, after);

l2c.add_undo_adoption_button = (frm, group) => {
	if (!frm.doc.adopted_on || !l2c.may_adopt()) return;
	frm.add_custom_button(
		__("Undo the Adoption"),
		() => undo_adoption("undo_contract", { contract: frm.doc.name }, () => frm.reload_doc()),
		group
	);
};

const download_template = async () => {
	const rows = await l2c.call("adoption.template", {});
	frappe.tools.downloadify(rows, null, __("Contracts to Adopt"));
};

const start_run = () => {
	const dialog = l2c.form_dialog(
		__("Adopt Running Documents"),
		__("Show the Dry Run"),
		[
			{
				fieldtype: "Link",
				fieldname: "company",
				label: __("Company"),
				options: "Company",
				reqd: 1,
				default: frappe.defaults.get_user_default("Company"),
			},
			{
				fieldtype: "Attach",
				fieldname: "file_url",
				label: __("CSV or Excel File"),
				description: __("One line per plan row; lines of the same order or reference are one contract."),
			},
			{ fieldtype: "Button", fieldname: "template", label: __("Download Template"), click: download_template },
			{
				fieldtype: "Check",
				fieldname: "all_running",
				label: __("All Open Orders and Unpaid Opening Invoices"),
				description: __("Their plan is what has happened: a row per invoice, and one for the rest."),
			},
		],
		async (values) => {
			const run = await l2c.call_frozen("adoption.prepare_run", values);
			frappe.set_route("Form", "Adoption Run", run);
		}
	);
	return dialog;
};

const PLAN_COLUMNS = [
	{ fieldtype: "Data", fieldname: "label", label: __("Label"), in_list_view: 1, columns: 2 },
	{ fieldtype: "Float", precision: 2, fieldname: "amount", label: __("Amount"), in_list_view: 1, columns: 2 },
	{
		fieldtype: "Select",
		fieldname: "billing",
		label: __("Billed As"),
		options: ["Own Invoice", "Advance"].map((value) => ({ value, label: __(value) })),
		in_list_view: 1,
		columns: 2,
	},
	{ fieldtype: "Date", fieldname: "due_date", label: __("Due Date"), in_list_view: 1, columns: 2 },
	{ fieldtype: "Data", fieldname: "sales_invoice", label: __("Sales Invoice"), in_list_view: 1, columns: 2 },
];

class AdoptionDialog {
	constructor(frm) {
		this.frm = frm;
		this.plan = [];
	}

	async open() {
		const first = await this.look([{ sales_order: this.frm.doc.name }]);
		this.plan = (first.rows || []).map((row, index) => ({
			...row,
			sales_invoice: flt(row.billed) ? row.label : "",
			billing: row.billing || "Own Invoice",
			idx: index + 1,
			name: `row ${index + 1}`,
		}));
		this.dialog = l2c.form_dialog(
			__("Adopt {0} into a Contract", [l2c.escape(this.frm.doc.name)]),
			__("Adopt"),
			[
				{
					fieldtype: "Table",
					fieldname: "rows",
					label: __("Payment Plan"),
					in_place_edit: true,
					data: this.plan,
					get_data: () => this.plan,
					fields: PLAN_COLUMNS,
				},
				{ fieldtype: "Button", fieldname: "check", label: __("Check"), click: () => this.show() },
				{ fieldtype: "HTML", fieldname: "answer" },
			],
			() => this.adopt(),
			"extra-large"
		);
		this.draw(first);
	}

	lines() {
		const rows = this.dialog.fields_dict.rows.grid.get_data();
		const columns = PLAN_COLUMNS.map((column) => column.fieldname);
		return rows.map((row) => ({
			sales_order: this.frm.doc.name,
			...Object.fromEntries(columns.map((column) => [column, row[column] ?? ""])),
		}));
	}

	look(rows) {
		return l2c.call_frozen("adoption.preview", { rows });
	}

	async show() {
		this.draw(await this.look(this.lines()));
	}

	draw(result) {
		this.dialog.get_field("answer").$wrapper.html(l2c.adoption_html(result));
	}

	async adopt() {
		const { contract } = await l2c.call_frozen("adoption.adopt", { rows: this.lines() });
		frappe.set_route("Form", "Sales Contract", contract);
	}
}

l2c.adoption_html = (result) => {
	if (result.error) return `<div class="alert alert-danger">${l2c.reason_html(result.reason)}</div>`;
	const money = (value) => l2c.money(value, result.currency);
	const { figures, total, differences } = result;
	const tags = l2c.tags([
		[__("Contract Total"), money(total), "blue"],
		[__("Billed"), money(figures.billed), "blue"],
		[__("Collected"), money(figures.collected), "green"],
		[__("Still Open"), money(figures.open_amount), "orange"],
		[__("Overdue"), flt(figures.overdue_amount) ? money(figures.overdue_amount) : null, "red"],
	]);
	const notes = differences.map((text) => `<li>${l2c.escape(text)}</li>`).join("");
	return `${tags}<ul class="mt-2">${notes || `<li>${__("No difference")}</li>`}</ul>`;
};

l2c.add_adopt_button = (frm) => {
	const { docstatus, l2c_contract } = frm.doc;
	if (docstatus !== 1 || l2c_contract || !l2c.may_adopt()) return;
	frm.add_custom_button(__("Adopt into Contract"), () => new AdoptionDialog(frm).open(), __("Lead to Cash"));
};
