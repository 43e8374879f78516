// Sending a contract for signature, and the requests that came of it. Each step is judged by the server.
frappe.provide("l2c");

l2c.send_for_signature = (frm) => {
	const people = (frm.doc.signatories || [])
		.map((row) => l2c.escape(`${row.signing_order}. ${row.full_name} · ${row.email || __("no address")}`))
		.join("<br>");
	l2c.form_dialog(
		__("Send for Signature"),
		__("Send"),
		[
			{ fieldtype: "HTML", options: `<p>${people || __("Add the signatories first.")}</p>` },
			valid_days(),
		],
		async (values) => {
			const sent = await l2c.call_frozen(
				"signing.send",
				{ contract: frm.doc.name, ...values },
				__("Sending…")
			);
			show_sent(sent);
			frm.reload_doc();
		}
	);
};

const valid_days = () => ({
	fieldtype: "Int",
	fieldname: "valid_days",
	label: __("Link Good for Days"),
	reqd: 1,
	default: 14,
});

// Links are answered once, to whoever may sign at the desk: to hand over where there is no mail.
const show_sent = ({ invited, links }) => {
	if (!links.length) {
		l2c.done(__("Sent to {0} signatories", [invited]));
		return;
	}
	const fields = links.map((row, index) => ({
		fieldtype: "Data",
		fieldname: `link_${index}`,
		label: row.full_name,
		description: __("Shown this once. Whoever has it can sign."),
		default: row.link,
		read_only: 1,
	}));
	const dialog = new frappe.ui.Dialog({ title: __("Sent for Signature"), fields });
	dialog.set_primary_action(__("Copy the Links"), () => {
		frappe.utils.copy_to_clipboard(links.map((row) => `${row.full_name}: ${row.link}`).join("\n"));
		dialog.hide();
	});
	dialog.show();
};

l2c.signing_buttons = (frm) => {
	const doc = frm.doc;
	const may = (right) => frm.perm[0] && frm.perm[0][right];
	if (doc.docstatus !== 1 || doc.signed_on || doc.terminated_on || !may("write")) return;
	frm.add_custom_button(
		__("Send for Signature"),
		() => l2c.send_for_signature(frm),
		__("Contract")
	);
};

const pdf_button = (frm, label, signed) =>
	frm.add_custom_button(label, () =>
		window.open(
			`/api/method/l2c_app.api.signing.sent_pdf?${new URLSearchParams({
				request: frm.doc.name,
				signed,
			})}`,
			"_blank"
		)
	);

// Who did what with the link, when and from where: newest last, as on the last page of the signed PDF.
l2c.show_signing_trail = async (frm) => {
	if (frm.l2c_trail === frm.doc.modified) return;
	frm.l2c_trail = frm.doc.modified;
	const events = await frappe.db.get_list("Contract Signing Event", {
		filters: { request: frm.doc.name },
		fields: ["event", "at", "actor", "ip_address", "detail"],
		order_by: "creation asc",
		limit: 100,
	});
	const who = (actor) => (actor === "By Schedule" ? __("By Schedule") : actor);
	const lines = events.map(({ event, at, actor, ip_address, detail }) =>
		[`<b>${l2c.escape(__(event))}</b>`, ...[l2c.moment_text(at), who(actor), ip_address, detail].filter(Boolean).map(l2c.escape)].join(" · ")
	);
	if (frm.l2c_trail_section) frm.l2c_trail_section.remove();
	frm.l2c_trail_section = frm.dashboard.add_section(lines.join("<br>"), __("Audit Trail"));
	frm.dashboard.show();
};

l2c.signing_request_buttons = (frm) => {
	const { status } = frm.doc;
	pdf_button(frm, __("PDF as Sent"), 0);
	if (frm.doc.signed_document) pdf_button(frm, __("Signed PDF"), 1);
	l2c.open_button(frm, "Sales Contract", frm.doc.contract);
	if (!frappe.model.can_write("Sales Contract")) return;
	if (["Sent", "Viewed", "Expired"].includes(status)) {
		frm.add_custom_button(__("Send Again"), () =>
			l2c.form_dialog(__("Send a New Link"), __("Send"), [valid_days()], async (values) => {
				show_sent(
					await l2c.call_frozen("signing.resend", { request: frm.doc.name, ...values }, __("Sending…"))
				);
				frm.reload_doc();
			})
		);
	}
	if (["Waiting", "Sent", "Viewed"].includes(status)) {
		frm.add_custom_button(__("Withdraw"), () =>
			l2c.form_dialog(
				__("Withdraw the Request"),
				__("Withdraw"),
				[
					{
						fieldtype: "Small Text",
						max_height: "6rem",
						fieldname: "reason",
						label: __("Reason"),
						reqd: 1,
						description: __("The links of all signatories of this contract are dead then."),
					},
				],
				async ({ reason }) => {
					await l2c.call_frozen("signing.withdraw", { request: frm.doc.name, reason });
					frm.reload_doc();
				}
			)
		);
	}
};
