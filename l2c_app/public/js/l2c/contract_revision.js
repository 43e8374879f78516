// Revising a contract: lines and, if wanted, the payment plan are edited in tables; the sum is checked before sending.
frappe.provide("l2c");

const LINE_COLUMNS = ["item_code", "qty", "rate"];
const LINE_SENT = [...LINE_COLUMNS, "uom", "conversion_factor", "delivery_date", "sales_order_item"];
const PLAN_COLUMNS = [
	"row_id",
	"label",
	"amount",
	"billing",
	"with_row",
	"due_basis",
	"fixed_date",
	"offset_days",
	"offset_months",
	"end_of_month",
	"after_month_end",
	"milestone_type",
	"milestone",
	"retention",
];
const WIDTHS = { item_code: 5, qty: 2, rate: 3 };

const only = (rows, columns) =>
	(rows || []).map((row) => Object.fromEntries(columns.map((column) => [column, row[column]])));

const grid_field = (frm, table, columns, sent = columns) => {
	const child = frappe.meta.get_docfield(frm.doctype, table).options;
	// Plain copies: a row that still names its document would be as read-only as that document.
	const rows = only(frm.doc[table], sent).map((row, index) => ({ ...row, idx: index + 1, name: `row ${index + 1}` }));
	return {
		fieldtype: "Table",
		fieldname: table,
		label: __(frappe.meta.get_label(frm.doctype, table)),
		in_place_edit: true,
		data: rows,
		get_data: () => rows,
		fields: columns.map((column) => grid_column(frappe.meta.get_docfield(child, column))),
	};
};

const grid_column = (df) => ({
	fieldtype: df.fieldtype === "Currency" ? "Float" : df.fieldtype,
	precision: df.fieldtype === "Currency" ? 2 : df.precision,
	fieldname: df.fieldname,
	label: __(df.label),
	options: df.options,
	in_list_view: 1,
	columns: WIDTHS[df.fieldname] || 1,
	read_only: df.fieldname === "row_id" ? 1 : 0,
});

const same_lines = (before, after) =>
	JSON.stringify(only(before, LINE_COLUMNS)) === JSON.stringify(only(after, LINE_COLUMNS));

// The total after the revision, as far as it can be known here: taxes and discounts are worked out by the server.
const total_after = (doc, items) => {
	if (same_lines(doc.items, items)) return flt(doc.grand_total, 2);
	if ((doc.taxes || []).length || flt(doc.discount_amount) || flt(doc.additional_discount_percentage)) return null;
	return items.reduce((sum, line) => sum + flt(flt(line.qty) * flt(line.rate), 2), 0);
};

const plan_sum = (rows) => rows.reduce((sum, row) => sum + flt(row.amount, 2), 0);

class RevisionDialog {
	constructor(frm) {
		this.frm = frm;
	}

	async open() {
		const tables = ["Sales Contract Item", "Sales Contract Plan Row"];
		await Promise.all(tables.map((doctype) => frappe.model.with_doctype(doctype)));
		this.dialog = l2c.form_dialog(
			__("Revise {0}", [l2c.escape(this.frm.doc.name)]),
			__("Revise"),
			this.fields(),
			(values) => this.send(values),
			"extra-large"
		);
		this.dialog.$wrapper.on("change click", () => setTimeout(() => this.show_sum(), 100));
		this.show_sum();
	}

	fields() {
		return [
			{ fieldtype: "Data", fieldname: "reason", label: __("Reason"), reqd: 1, description: __("Kept with the revision") },
			grid_field(this.frm, "items", LINE_COLUMNS, LINE_SENT),
			{
				fieldtype: "Check",
				fieldname: "own_plan",
				label: __("Change the Payment Plan as Well"),
				description: __("Otherwise a new total is shared by the rows without money or invoice"),
			},
			{
				...grid_field(this.frm, "plan_rows", PLAN_COLUMNS),
				depends_on: "eval:doc.own_plan",
				description: __("Rows with money or an invoice stay as they are."),
			},
			{ fieldtype: "HTML", fieldname: "sum", depends_on: "eval:doc.own_plan" },
			...this.clause_fields(),
		];
	}

	clause_fields() {
		const rows = this.frm.doc.clauses || [];
		if (!rows.length) return [];
		const editors = rows.map((row, index) => ({
			fieldtype: "Text Editor",
			fieldname: `clause_${index}`,
			label: row.language ? `${row.title} (${row.language})` : row.title,
			default: row.text,
			depends_on: "eval:doc.own_clauses",
		}));
		const own = { fieldtype: "Check", fieldname: "own_clauses", label: __("Change the Clauses as Well") };
		return [{ fieldtype: "Section Break" }, own, ...editors];
	}

	clauses(values) {
		return this.frm.doc.clauses.map((row, index) => ({
			...only([row], ["clause", "title", "language"])[0],
			text: values[`clause_${index}`],
		}));
	}

	compared() {
		const rows = (table) => this.dialog.fields_dict[table].grid.get_data();
		const total = total_after(this.frm.doc, rows("items"));
		const sum = plan_sum(rows("plan_rows"));
		return { total, sum, missing: total === null ? 0 : flt(total - sum, 2) };
	}

	show_sum() {
		const { total, sum, missing } = this.compared();
		const money = (amount) => l2c.money(amount, this.frm.doc.currency);
		const entries = [[__("Plan Rows"), money(sum), missing ? "red" : "green"]];
		if (total !== null) entries.push([__("Contract Total"), money(total), "blue"]);
		if (missing) entries.push([missing > 0 ? __("Missing") : __("Too Much"), money(Math.abs(missing)), "red"]);
		this.dialog.get_field("sum").$wrapper.html(l2c.tags(entries));
	}

	refuse_sum({ total, sum, missing }) {
		const money = (amount) => l2c.escape(l2c.money(amount, this.frm.doc.currency));
		frappe.msgprint({
			title: __("Revise"),
			indicator: "red",
			message: [
				__("The plan rows do not add up to the contract."),
				__("Contract total {0}, plan rows {1}, difference {2}.", [money(total), money(sum), money(missing)]),
				__("Change the amounts so that both are the same."),
			].join("<br>"),
		});
		throw new l2c.Refusal("revise");
	}

	async send(values) {
		const { reason, items, plan_rows, own_plan } = values;
		const compared = this.compared();
		if (own_plan && compared.missing) this.refuse_sum(compared);
		const args = { reason };
		if (!same_lines(this.frm.doc.items, items)) args.items = only(items, LINE_SENT);
		if (own_plan) args.plan_rows = only(plan_rows, PLAN_COLUMNS);
		if (values.own_clauses) args.clauses = this.clauses(values);
		await l2c.contract_step(this.frm, "revise", args, __("Revised"));
	}
}

l2c.revise_contract = (frm) => new RevisionDialog(frm).open();
