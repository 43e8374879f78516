// Bank statements: a file is chosen, shown, and asked about where it could mean two things.
frappe.provide("l2c");

l2c.statement_colour = (state) =>
	({
		Asked: "orange",
		Preview: "purple",
		Loading: "blue",
		Done: "green",
		Failed: "red",
		Stopped: "orange",
		Undoing: "blue",
		Undone: "gray",
	})[state];

const ways = (given = {}) => [
	{ fieldtype: "Section Break", fieldname: "ways", label: __("How It Is Read") },
	{
		fieldtype: "Select",
		fieldname: "encoding",
		label: __("Encoding"),
		options: ["", "UTF-8", "UTF-16", "GB18030", "Latin-1"],
		default: given.question === "Encoding" ? "" : given.encoding,
		reqd: given.question === "Encoding" ? 1 : 0,
		description: __("Empty: as the file shows by itself"),
	},
	{
		fieldtype: "Select",
		fieldname: "date_order",
		label: __("Date Order"),
		options: ["", "Day First", "Month First", "Year First"].map((value) => ({ value, label: __(value) })),
		default: given.date_order,
		reqd: given.question === "Date Order" ? 1 : 0,
	},
	{
		fieldtype: "Select",
		fieldname: "decimal_mark",
		label: __("Decimal Mark"),
		options: ["", ".", ","],
		default: given.decimal_mark,
		reqd: given.question === "Decimal Mark" ? 1 : 0,
	},
];

l2c.ask_statement = () =>
	l2c.form_dialog(
		__("Load a Bank Statement"),
		__("Show the Preview"),
		[
			{
				fieldtype: "Link",
				fieldname: "bank_account",
				label: __("Bank Account"),
				options: "Bank Account",
				reqd: 1,
				get_query: () => ({ filters: { is_company_account: 1, disabled: 0 } }),
			},
			{
				fieldtype: "Attach",
				fieldname: "file_url",
				label: __("File"),
				reqd: 1,
				description: __("A table (CSV), OFX or MT940. Nothing is booked before you say so."),
			},
			...ways(),
		],
		async (values) => {
			const { name } = await l2c.call_frozen("statement.prepare", values, __("Reading the file…"));
			frappe.set_route("Form", "Bank Statement Load", name);
		}
	);

l2c.statement_question = ({ question, sample }) =>
	({
		Encoding: __("In which encoding is the file written? This line can be read in two: {0}", [sample]),
		Columns: __("Which columns are date and amount? The file begins with: {0}. Map its headings on the Bank.", [
			sample,
		]),
		"Date Order": __("{0} could be two days, or contradicts other dates. What comes first?", [sample]),
		"Decimal Mark": __("{0} could be two amounts, or contradicts other amounts. Which is the decimal mark?", [
			sample,
		]),
	})[question];

l2c.read_statement_again = (frm) =>
	l2c.form_dialog(__("Read the File Again"), __("Read"), ways(frm.doc), async (values) => {
		await l2c.call_frozen("statement.read_again", { load: frm.doc.name, ...values });
		frm.reload_doc();
	});
