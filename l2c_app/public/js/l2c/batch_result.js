// What a batch did: how many, and for each one that was left out the reason.
frappe.provide("l2c");

l2c.show_batch_result = ({ title, done, refused }) => {
	if (!refused.length) {
		l2c.done(`${title}: ${done.length}`);
		return;
	}
	const rows = refused.map(
		(row) => `<tr><td>${l2c.escape(row.label)}</td><td>${l2c.reason_html(row.reason)}</td></tr>`
	);
	frappe.msgprint({
		title: title,
		indicator: done.length ? "orange" : "red",
		wide: true,
		message: `
			<p>${l2c.escape(__("{0} done, {1} left out", [done.length, refused.length]))}</p>
			<div class="table-responsive"><table class="table table-bordered table-sm">
				<thead><tr><th>${__("Document")}</th><th>${__("Why Not")}</th></tr></thead>
				<tbody>${rows.join("")}</tbody>
			</table></div>`,
	});
};

// Refusals arrive in up to three sentences, one per line. They are data: shown as text.
l2c.reason_html = (reason) =>
	String(reason ?? "")
		.split(/<br\s*\/?>|\n/)
		.map((line) => l2c.escape(frappe.utils.unescape_html(line)))
		.join("<br>");
