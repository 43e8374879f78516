// Distribution: a preview by member first, then the same draw for real. Above a thousand seats it runs in the background.
frappe.provide("l2c");

const AT_ONCE = 1000;

const method_options = () => [
	{ value: "", label: __("As the pool says") },
	...l2c
		.select_options("Lead Pool", "distribution_method")
		.map((method) => ({ value: method, label: __(method) })),
];

const distribution_fields = (seats) => [
	{
		fieldtype: "Int",
		fieldname: "count",
		label: __("How Many Seats"),
		description: __("Oldest first. Empty: all available ones"),
		hidden: Boolean(seats),
	},
	{ fieldtype: "Column Break" },
	{ fieldtype: "Select", fieldname: "method", label: __("Method"), options: method_options() },
	{ fieldtype: "Section Break" },
	{
		fieldtype: "Small Text",
		fieldname: "override_reason",
		label: __("Reason to Pass Caps and Days Off"),
		description: __("Empty: caps and days off bind"),
	},
	{ fieldtype: "HTML", fieldname: "preview" },
];

l2c.distribute = async (pool, { seats, on_done } = {}) => {
	await frappe.model.with_doctype("Lead Pool");
	let shown = null;
	const asked = () => {
		const { count, method, override_reason } = dialog.get_values(true) || {};
		const wish = { pool, method: method || null };
		if (seats) wish.seats = seats;
		else if (count) wish.count = count;
		if (override_reason) wish.override_reason = override_reason;
		return wish;
	};
	const same_as_shown = (wish) => shown && JSON.stringify(shown.wish) === JSON.stringify(wish);
	const preview = async () => {
		const wish = asked();
		const plan = await l2c.call_frozen("pool.distribute_preview", wish);
		shown = { wish, plan };
		dialog.get_field("preview").$wrapper.html(distribution_table(plan));
		return plan;
	};
	const commit = async () => {
		const wish = asked();
		const plan = same_as_shown(wish) ? shown.plan : await preview();
		const args = plan.seed ? { ...wish, seed: plan.seed } : wish;
		if (plan.rows.length > AT_ONCE) {
			const run = await l2c.call_frozen("pool.start_distribution", { ...args, commit: 1 });
			dialog.hide();
			frappe.set_route("Form", "Pool Run", run);
			return;
		}
		const done = await l2c.call_frozen("pool.distribute", {
			...args,
			count: wish.count || plan.rows.length || 1,
		});
		dialog.hide();
		show_distribution_result(done);
		on_done && on_done();
	};
	const dialog = new frappe.ui.Dialog({
		title: __("Distribute {0}", [l2c.escape(pool)]),
		size: "large",
		fields: distribution_fields(seats),
		secondary_action_label: __("Preview"),
		secondary_action: preview,
		primary_action_label: __("Distribute"),
		primary_action: commit,
	});
	dialog.show();
};

const name_of = (user) => l2c.escape(frappe.user.full_name(user));

const distribution_table = (plan) => {
	const rows = Object.entries(plan.by_user).map(
		([user, count]) =>
			`<tr><td>${name_of(user)}</td><td class="text-right">${cint(count)}</td><td></td></tr>`
	);
	const away = Object.entries(plan.skipped_members || {}).map(
		([user, why]) =>
			`<tr class="text-muted"><td>${name_of(user)}</td><td class="text-right">0</td><td>${l2c.escape(why)}</td></tr>`
	);
	const stay = plan.rows.filter((row) => !row.user);
	const reasons = [...new Set(stay.map((row) => row.reason))].map((why) => `<li>${l2c.escape(why)}</li>`);
	const nobody = `<tr><td colspan="3" class="text-muted">${__("Nobody gets a seat")}</td></tr>`;
	return `
		<p class="text-muted">${l2c.escape(__("Method"))}: ${l2c.escape(__(plan.method))}${
			plan.seed ? ` (${l2c.escape(__("Seed"))} ${l2c.escape(plan.seed)})` : ""
		}</p>
		<table class="table table-bordered table-sm">
			<thead><tr><th>${__("Member")}</th><th class="text-right">${__("Seats")}</th><th>${__("Remark")}</th></tr></thead>
			<tbody>${rows.join("") || nobody}${away.join("")}</tbody>
		</table>
		${
			stay.length
				? `<p>${l2c.escape(__("{0} seats stay in the pool", [stay.length]))}</p><ul>${reasons.join("")}</ul>`
				: ""
		}`;
};

const show_distribution_result = (plan) =>
	frappe.msgprint({
		title: __("Distributed"),
		indicator: "green",
		message: distribution_table(plan) + (plan.run ? `<p>${l2c.link("Pool Run", plan.run)}</p>` : ""),
		wide: true,
	});
