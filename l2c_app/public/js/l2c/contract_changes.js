// What changed between two revisions of a contract: old and new values side by side, changed words marked in clauses.
frappe.provide("l2c");

const GONE = "background: var(--red-100, #fee2e2); text-decoration: line-through";
const CAME = "background: var(--green-100, #dcfce7)";

const marked = (text, style) =>
	text === null || text === undefined ? "" : `<span style="${style}">${l2c.escape(text)}</span>`;

const words = (pieces) =>
	pieces
		.map(([kind, text]) =>
			kind === "same" ? l2c.escape(text) : marked(text, kind === "added" ? CAME : GONE)
		)
		.join("");

const change_row = (row, currency) => {
	const amount = row.money || (!row.field && row.section !== "clauses");
	const shown = (value) => (amount && value ? l2c.money(value, currency) : value);
	const values = row.words
		? `<td colspan="2" style="white-space: pre-wrap">${words(row.words)}</td>`
		: `<td>${marked(shown(row.before), GONE)}</td><td>${marked(shown(row.after), CAME)}</td>`;
	const kinds = { Changed: __("Changed"), Added: __("Added"), Removed: __("Removed") };
	const what = row.label || kinds[row.kind] || "";
	return `<tr><td>${l2c.escape(row.row)}</td><td>${l2c.escape(what)}</td>${values}</tr>`;
};

const change_section = (title, rows, currency) =>
	rows.length
		? `<h5>${title}</h5><table class="table table-bordered table-sm"><thead><tr><th>${__("Row")}</th>
			<th>${__("What")}</th><th>${__("Before")}</th><th>${__("After")}</th></tr></thead>
			<tbody>${rows.map((row) => change_row(row, currency)).join("")}</tbody></table>`
		: "";

const changes_html = ({ differences, currency }) => {
	const titles = {
		totals: __("Total"),
		items: __("Items"),
		plan_rows: __("Payment Plan"),
		clauses: __("Clauses"),
	};
	const of = (section) => differences.filter((row) => row.section === section);
	const html = Object.keys(titles).map((section) => change_section(titles[section], of(section), currency));
	return html.join("") || `<p class="text-muted">${__("Nothing changed.")}</p>`;
};

l2c.show_changes = (frm) => {
	const last = frm.doc.revision;
	const options = Array.from({ length: last + 1 }, (_unused, revision) => ({
		value: String(revision),
		label: revision ? __("Revision {0}", [revision]) : __("As Approved"),
	}));
	const show = async () => {
		const { older, newer } = dialog.get_values();
		const args = { contract: frm.doc.name, older: cint(older), newer: cint(newer) };
		const found = await frappe.xcall("l2c_app.api.contract.compare_revisions", args);
		dialog.get_field("changes").$wrapper.html(changes_html(found));
	};
	const choice = (fieldname, label, value) => ({
		fieldtype: "Select",
		fieldname,
		label,
		options,
		default: String(value),
		onchange: () => show(),
	});
	const dialog = new frappe.ui.Dialog({
		title: __("What Changed"),
		size: "extra-large",
		fields: [
			choice("older", __("Before"), last - 1),
			{ fieldtype: "Column Break" },
			choice("newer", __("After"), last),
			{ fieldtype: "Section Break" },
			{ fieldtype: "HTML", fieldname: "changes" },
		],
	});
	dialog.show();
	return show();
};
