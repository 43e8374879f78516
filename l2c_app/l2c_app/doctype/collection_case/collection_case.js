const STATE_COLOURS = { Open: "red", Promised: "blue", Disputed: "orange", Held: "gray", Closed: "green" };

frappe.ui.form.on("Collection Case", {
	refresh(frm) {
		frm.trigger("show_state");
		frm.trigger("show_items");
		frm.trigger("show_habits");
		if (frm.doc.status === "Closed") return;
		if (frm.perm[0] && frm.perm[0].write) frm.trigger("add_hold");
		frm.add_custom_button(__("Dispute"), () => ask_dispute(frm));
		frm.add_custom_button(__("Promise"), () => ask_promise(frm));
		l2c.add_follow_up_button(frm);
	},

	show_state(frm) {
		const { status, overdue, currency, days_late, rating, next_action, unapplied } = frm.doc;
		frm.dashboard.clear_headline();
		frm.dashboard.set_headline(
			l2c.tags([
				["", __(status), STATE_COLOURS[status]],
				[__("Overdue"), l2c.money(overdue, currency), "red"],
				[__("Days Late"), days_late || "", "orange"],
				[__("Not Applied"), unapplied ? l2c.money(unapplied, currency) : "", "blue"],
				[__("Payer Rating"), rating, "gray"],
				[__("Next"), next_action ? __(next_action) : "", "purple"],
			])
		);
	},

	async show_items(frm) {
		frm.l2c_items = (await l2c.call("chasing.case_items", { case: frm.doc.name })) || [];
		const heading = [__("Invoice"), __("Due Date"), __("Days Late"), __("Open"), __("Disputed"), __("Promised")];
		const lines = frm.l2c_items.map((item) => [
			`<a href="${frappe.utils.get_form_link("Sales Invoice", item.invoice)}">${l2c.escape(item.invoice)}</a>`,
			frappe.datetime.str_to_user(item.due),
			item.days,
			l2c.money(item.open, frm.doc.currency),
			item.disputed ? l2c.money(item.disputed, frm.doc.currency) : "",
			item.promised ? __("Yes") : "",
		]);
		frm.fields_dict.items_html.$wrapper.html(table(heading, lines) || __("Nothing is overdue any more"));
	},

	async show_habits(frm) {
		const { rating, delay, trend, invoices, pays_on, in_parts } =
			(await l2c.call("chasing.habits_of_payer", { case: frm.doc.name })) || {};
		const number = (value) => (value === null || value === undefined ? "" : format_number(value, null, 1));
		const tags = l2c.tags([
			[__("Payer Rating"), rating, "gray"],
			[__("Days Late by Amount"), number(delay), "orange"],
			[__("Trend in Days"), number(trend), trend > 0 ? "red" : "green"],
			[__("Pays Mostly On"), pays_on, "blue"],
			[__("Paid in Parts %"), number(in_parts), "blue"],
			[__("Invoices"), invoices, "gray"],
		]);
		frm.fields_dict.habits_html.$wrapper.html(`<div class="mb-3">${tags}</div>`);
	},

	add_hold(frm) {
		if (frm.doc.held_until) {
			frm.add_custom_button(__("Lift Hold"), () => step(frm, "lift_hold", { case: frm.doc.name }));
			return;
		}
		frm.add_custom_button(__("Hold"), () =>
			frappe.prompt(
				[
					{ fieldname: "until", label: __("Held Until"), fieldtype: "Date", reqd: 1 },
					{ fieldname: "reason", label: __("Reason"), fieldtype: "Small Text", reqd: 1 },
				],
				(values) => step(frm, "hold_case", { case: frm.doc.name, ...values }),
				__("Hold")
			)
		);
	},
});

function table(heading, lines) {
	if (!lines.length) return "";
	const row = (values, tag) => `<tr>${values.map((value) => `<${tag}>${value}</${tag}>`).join("")}</tr>`;
	const body = lines.map((line) => row(line, "td")).join("");
	return `<div style="overflow-x:auto"><table class="table table-bordered small">${row(heading, "th")}${body}</table></div>`;
}

async function step(frm, method, args) {
	await l2c.call_frozen(`chasing.${method}`, args);
	await frm.reload_doc();
}

const owed = (item) => item.open;
const undisputed = (item) => Math.max(0, item.open - (item.disputed || 0));

function invoice_field(frm, left) {
	const open = frm.l2c_items.filter((item) => !item.promised).map((item) => item.invoice);
	return {
		fieldname: "sales_invoice",
		label: __("Sales Invoice"),
		fieldtype: "Select",
		options: [...new Set(open)],
		default: open[0],
		reqd: 1,
		onchange: () => cur_dialog?.set_value("amount", left_of(frm, cur_dialog.get_value("sales_invoice"), left)),
	};
}

function left_of(frm, invoice, left) {
	return frm.l2c_items.filter((item) => item.invoice === invoice).reduce((sum, item) => sum + left(item), 0);
}

function amount_field(frm, left) {
	const first = frm.l2c_items.find((item) => !item.promised);
	return {
		fieldname: "amount",
		label: __("Amount"),
		fieldtype: "Float",
		precision: 2,
		reqd: 1,
		default: first ? left_of(frm, first.invoice, left) : 0,
	};
}

function ask_promise(frm) {
	frappe.prompt(
		[
			invoice_field(frm, owed),
			amount_field(frm, owed),
			{ fieldname: "promised_for", label: __("Promised For"), fieldtype: "Date", reqd: 1 },
			{
				fieldname: "channel",
				label: __("Channel"),
				fieldtype: "Select",
				options: ["Call", "Email", "Visit", "Message"].map((value) => ({ value, label: __(value) })),
				default: "Call",
			},
			{ fieldname: "promised_by", label: __("Promised By"), fieldtype: "Data" },
			{ fieldname: "note", label: __("Note"), fieldtype: "Small Text" },
		],
		(values) => step(frm, "promise", { values }),
		__("Promise")
	);
}

function ask_dispute(frm) {
	frappe.model.with_doctype("Receivable Dispute", () => {
		const options = frappe.meta.get_docfield("Receivable Dispute", "code").options.split("\n");
		frappe.prompt(
			[
				invoice_field(frm, undisputed),
				{
					fieldname: "code",
					label: __("Code"),
					fieldtype: "Select",
					options: options.map((value) => ({ value, label: __(value) })),
					reqd: 1,
				},
				amount_field(frm, undisputed),
				{ fieldname: "responsible", label: __("Responsible"), fieldtype: "Link", options: "User", reqd: 1 },
				{ fieldname: "deadline", label: __("Deadline"), fieldtype: "Date", reqd: 1 },
				{ fieldname: "note", label: __("What the Customer Says"), fieldtype: "Small Text", reqd: 1 },
			],
			(values) => step(frm, "dispute", { values }),
			__("Dispute")
		);
	});
}
