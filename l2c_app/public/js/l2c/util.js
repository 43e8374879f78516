frappe.provide("l2c");

// User data goes into HTML only through here.
l2c.escape = (value) => frappe.utils.escape_html(String(value ?? ""));

// A call that the server refused. The host has shown the message; this only stops what was to come next.
l2c.Refusal = class extends Error {};
window.addEventListener("unhandledrejection", (event) => {
	if (event.reason instanceof l2c.Refusal) event.preventDefault();
});

// Nothing is not sent: the host would send it as an empty text, which no number or date is.
const filled = (args) =>
	Object.fromEntries(Object.entries(args || {}).filter(([, value]) => value !== null));

l2c.call = (method, args) =>
	frappe
		.xcall(`l2c_app.api.${method}`, filled(args))
		.catch(() => {
			throw new l2c.Refusal(method);
		})
		.finally(() => frappe.dom.unfreeze());

l2c.call_frozen = (method, args, message) => {
	frappe.dom.freeze(message || __("One moment…"));
	return l2c.call(method, args);
};

// Never broken between sign and figures: tables are narrow.
l2c.money = (amount, currency) => format_currency(flt(amount), currency).replace(/ /g, "\u00a0");

l2c.done = (message) => frappe.show_alert({ message: message, indicator: "green" });

l2c.link = (doctype, name, label) =>
	`<a href="${frappe.utils.get_form_link(doctype, name)}">${l2c.escape(label || name)}</a>`;

// Small coloured tags for headlines: [[label, value, colour], …]
l2c.tags = (entries) =>
	entries
		.filter(([, value]) => value !== null && value !== undefined && value !== "")
		.map(
			([label, value, colour]) =>
				`<span class="indicator-pill ${colour || "gray"} mr-2 mb-1" style="white-space: normal">` +
				`${l2c.escape(label)}${label ? ": " : ""}${l2c.escape(value)}</span>`
		)
		.join(" ");

l2c.open_button = (frm, doctype, name, label) => {
	if (!name || !frappe.model.can_read(doctype)) return;
	frm.add_custom_button(
		label || __(doctype),
		() => frappe.set_route("Form", doctype, name),
		__("Lead to Cash")
	);
};

l2c.select_options = (doctype, fieldname) =>
	(frappe.meta.get_docfield(doctype, fieldname).options || "").split("\n");

// Date and time for people: nobody plans a call to the second.
l2c.moment_text = (value) =>
	value ? frappe.datetime.str_to_user(value).replace(/(\d{1,2}:\d{2}):\d{2}/, "$1") : "";

l2c.is_past = (value) => Boolean(value) && value < frappe.datetime.now_datetime();

// Connections whose + would start a document that our own steps make: it is not offered.
l2c.made_by_steps = (frm, ...doctypes) => {
	frm.can_make_methods = {
		...frm.can_make_methods,
		...Object.fromEntries(doctypes.map((doctype) => [doctype, () => false])),
	};
};
