// Sales Contract: started from native documents, and taken through its steps. Each step is judged by the server.
frappe.provide("l2c");

const MONEY_COLOURS = {
	Unbilled: "gray",
	"Partly Billed": "blue",
	Open: "orange",
	Overdue: "red",
	Settled: "green",
};
const ROW_COLOURS = {
	Planned: "gray",
	Due: "orange",
	"Partly Paid": "blue",
	Paid: "green",
	Overdue: "red",
	Disputed: "purple",
	Waived: "gray",
};
l2c.money_colour = (status) => MONEY_COLOURS[status] || "gray";
l2c.row_colour = (status) => ROW_COLOURS[status] || "gray";

l2c.add_contract_button = (frm, group = __("Create")) => {
	if (frm.is_new() || !frappe.model.can_create("Sales Contract")) return;
	const start = () => l2c.start_contract(frm.doctype, frm.docname);
	frm.add_custom_button(__("Sales Contract"), start, group);
	frm.make_methods = { ...frm.make_methods, "Sales Contract": start };
};

l2c.start_contract = async (source_doctype, source_name) => {
	await frappe.model.with_doctype("Sales Contract");
	const args = { source_doctype, source_name };
	const contract = await l2c.call_frozen("contract.create_from", args, __("Drafting the contract…"));
	const [local] = frappe.model.sync(contract);
	frappe.set_route("Form", local.doctype, local.name);
};

// On orders and invoices that belong to a contract.
l2c.show_contract_banner = (frm) => {
	if (!frm.doc.l2c_contract || frm.is_new()) return;
	const link = l2c.link("Sales Contract", frm.doc.l2c_contract);
	const hint =
		frm.doctype === "Sales Order" && frm.doc.docstatus === 1
			? __("Change it by a revision of the contract; cancelling it loses its deposit.")
			: "";
	frm.dashboard.add_comment(`${__("Part of Sales Contract {0}.", [link])} ${hint}`, "blue", true);
};

l2c.contract_headline = (frm) => {
	const doc = frm.doc;
	const money = (field) => flt(doc[field]) && l2c.money(doc[field], doc.currency);
	const entries = [["", doc.money_status && __(doc.money_status), l2c.money_colour(doc.money_status)]];
	if (doc.activated_on) {
		entries.push(
			[__("Billed"), l2c.money(doc.billed, doc.currency), "blue"],
			[
				__("Collected"),
				`${l2c.money(doc.collected, doc.currency)} (${flt(doc.collected_percent, 1)} %)`,
				"green",
			],
			[__("Still Open"), l2c.money(doc.open_amount, doc.currency), "orange"],
			[__("Overdue"), money("overdue_amount") || null, "red"],
			[__("Credit Balance"), money("credit_balance") || null, "purple"],
			[__("On Account"), money("on_account") || null, "purple"]
		);
	}
	if (doc.order_state && !doc.terminated_on) entries.push([__("Order"), __(doc.order_state), "orange"]);
	if (doc.to_audit) entries.push(["", __("Figures are being checked"), "orange"]);
	const drafts = [...new Set(doc.plan_rows.map((row) => row.draft_invoice).filter(Boolean))];
	if (drafts.length) entries.push([__("Draft Invoices"), drafts.join(", "), "orange"]);
	frm.dashboard.clear_headline();
	if (doc.docstatus === 1) frm.dashboard.set_headline(l2c.tags(entries));
};

l2c.contract_step = async (frm, method, args, message) => {
	await l2c.call_frozen(`contract.${method}`, { contract: frm.doc.name, ...args });
	if (message) l2c.done(message);
	frm.reload_doc();
};

l2c.form_dialog = (title, label, fields, run, size) => {
	const dialog = new frappe.ui.Dialog({
		title,
		fields,
		size,
		primary_action_label: label,
		primary_action: async (values) => {
			await run(values);
			dialog.hide();
		},
	});
	dialog.show();
	return dialog;
};

const sign = (frm) =>
	l2c.form_dialog(
		__("Sign the Contract"),
		__("Sign"),
		[
			{
				fieldtype: "Date",
				fieldname: "signed_on",
				label: __("Signed On"),
				reqd: 1,
				default: frappe.datetime.get_today(),
			},
			{
				fieldtype: "Data",
				fieldname: "signed_by",
				label: __("Signed By"),
				description: __("Who signed for the customer"),
			},
		],
		({ signed_on, signed_by }) =>
			l2c.contract_step(frm, "sign", { signed_on, signed_by: signed_by || "" }, __("Signed"))
	);

const CHECK_COLOURS = { Refused: "red", Warning: "orange", Fine: "green" };
const CHECK_LABELS = { Refused: __("Refused"), Warning: __("Warning"), Fine: __("Fine") };

const activate = async (frm) => {
	const checks = await l2c.call_frozen("contract.readiness", { contract: frm.doc.name });
	const lines = checks.map(
		({ level, subject, text }) =>
			`<li><span class="indicator-pill ${CHECK_COLOURS[level]}">${CHECK_LABELS[level]}</span> ` +
			`<b>${l2c.escape(subject)}</b> ${text ? l2c.reason_html(text) : ""}</li>`
	);
	const question = __("Activate this contract? Its Sales Order is made now, and its customer if there is none yet.");
	frappe.confirm(`<ul class="list-unstyled">${lines.join("")}</ul><p>${question}</p>`, () =>
		l2c.contract_step(frm, "activate", {}, __("Activated"))
	);
};

const report_collection = (frm) => {
	const doc = frm.doc;
	const rows = l2c.plan_row_options(frm, (row) => flt(row.open_amount) > 0);
	l2c.form_dialog(
		__("Report Money Received"),
		__("Report"),
		[
			{
				fieldtype: "Float",
				fieldname: "amount",
				label: __("Amount ({0})", [doc.currency]),
				reqd: 1,
				precision: 2,
				default: flt(doc.due_amount) || flt(doc.open_amount),
			},
			{
				fieldtype: "Date",
				fieldname: "received_on",
				label: __("Received On"),
				reqd: 1,
				default: frappe.datetime.get_today(),
			},
			{
				fieldtype: "Select",
				fieldname: "row_id",
				label: __("Plan Row"),
				options: [{ value: "", label: __("Oldest open row") }, ...rows],
			},
			{ fieldtype: "Column Break" },
			{
				fieldtype: "Link",
				fieldname: "mode_of_payment",
				label: __("Mode of Payment"),
				options: "Mode of Payment",
			},
			{ fieldtype: "Data", fieldname: "reference_no", label: __("Reference No") },
			{
				fieldtype: "Data",
				fieldname: "payer_name",
				label: __("Payer Name"),
				description: __("If somebody else paid"),
			},
			{ fieldtype: "Section Break" },
			{ fieldtype: "Small Text", max_height: "6rem", fieldname: "note", label: __("Note") },
		],
		async ({ row_id, ...values }) => {
			const { name } = await l2c.call_frozen("collection.report", {
				values: { ...values, customer: doc.customer, company: doc.company, currency: doc.currency },
				allocations: [{ contract: doc.name, row_id: row_id || "", amount: values.amount }],
			});
			l2c.done(__("Reported as {0}. Accounts confirm it.", [l2c.link("Collection", name)]));
			frm.reload_doc();
		}
	);
};

const open_pdf = (frm, language) =>
	window.open(
		`/api/method/l2c_app.api.print.contract_pdf?${new URLSearchParams({
			contract: frm.doc.name,
			language,
		})}`,
		"_blank"
	);

l2c.contract_buttons = (frm) => {
	const doc = frm.doc;
	const may = (right) => frm.perm[0] && frm.perm[0][right];
	const live = doc.docstatus === 1 && !doc.terminated_on;
	const running = live && Boolean(doc.activated_on);
	const bills = running && frappe.model.can_create("Sales Invoice");
	const steps = __("Contract");
	const main = (label, run) => {
		frm.add_custom_button(label, run);
		frm.change_custom_button_type(label, null, "primary");
	};

	frm.make_methods = { ...frm.make_methods, Collection: () => report_collection(frm) };
	if (live && !doc.signed_on && may("submit")) main(__("Sign"), () => sign(frm));
	l2c.signing_buttons(frm);
	if (live && doc.signed_on && !doc.activated_on && may("submit")) main(__("Activate"), () => activate(frm));
	if (running && frappe.model.can_create("Collection") && flt(doc.open_amount) > 0) {
		main(__("Report Collection"), () => report_collection(frm));
	} else if (live && !running && frappe.model.can_create("Collection")) {
		frm.add_custom_button(__("Report Collection"), () => report_collection(frm), steps);
	}
	if (bills) {
		frm.add_custom_button(__("Bill Due Rows"), () => l2c.bill_due(frm), __("Billing"));
		frm.add_custom_button(__("Bill a Row"), () => l2c.bill_one(frm), __("Billing"));
	}
	// Requests are made here and never by a "New" of the desk, so the host lists the right to them apart.
	const asks = frappe.boot.user.in_create.includes("Billing Request");
	if (running && doc.bill_by !== "Delivery" && asks) {
		frm.add_custom_button(__("Request an Invoice"), () => l2c.request_invoice(frm), __("Billing"));
	}
	if (running && !doc.sales_order && frappe.model.can_create("Sales Order")) {
		frm.add_custom_button(
			__("Make the Sales Order"),
			() => l2c.contract_step(frm, "make_order", {}),
			steps
		);
	}
	l2c.add_promise_button(frm, steps);
	const revises = may("submit") || frappe.user.has_role("Accounts Manager");
	if (doc.revision) frm.add_custom_button(__("What Changed"), () => l2c.show_changes(frm), steps);
	if (running && revises) frm.add_custom_button(__("Revise"), () => l2c.revise_contract(frm), steps);
	if (live && (may("write") || revises)) l2c.sign_off_buttons(frm, steps);
	if (live && may("submit")) frm.add_custom_button(__("Terminate"), () => l2c.terminate_contract(frm), steps);
	if (live) l2c.add_undo_adoption_button(frm, steps);
	if (running && doc.order_state === "Closed" && revises) {
		frm.add_custom_button(__("Waive What Is Not Billed"), () => l2c.waive_closed(frm), steps);
	}
	frm.add_custom_button(__("English"), () => open_pdf(frm, "en"), __("PDF"));
	frm.add_custom_button(__("Chinese"), () => open_pdf(frm, "zh"), __("PDF"));
	frm.add_custom_button(__("English and Chinese"), () => open_pdf(frm, "both"), __("PDF"));
	l2c.renewal_buttons(frm, live);
	l2c.open_button(frm, "Sales Order", doc.sales_order);
	l2c.open_button(frm, doc.source_doctype, doc.source_name);
	l2c.add_follow_up_button(frm);
};
