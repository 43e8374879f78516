// What a member has used and has left of a pool's limits, before a claim is refused.
frappe.provide("l2c");

const LIMIT_LABELS = {
	quota: __("Claims Today"),
	holding: __("Seats Held"),
	holding_in_all: __("Seats Held over All Pools"),
	backlog: __("Waiting for First Work"),
};

l2c.standing_tags = async (pool) => {
	const { rows, may_be_given, cool_down_days, refusal } = await l2c.call("pool.my_standing", { pool });
	return l2c.tags([
		...rows.map(({ name, used, limit, left }) => [
			LIMIT_LABELS[name],
			__("{0} of {1}, {2} left", [used, limit, left]),
			left ? "blue" : "orange",
		]),
		[__("May Be Given Now"), may_be_given],
		[__("Days before Claiming a Seat Again"), cool_down_days || null],
		[__("A Claim Now"), refusal, "red"],
	]);
};

l2c.show_standing = async (pools) => {
	const lines = await Promise.all(
		pools.map(async (pool) => `<p><b>${l2c.escape(pool)}</b><br>${(await l2c.standing_tags(pool)) || l2c.escape(__("No limits"))}</p>`)
	);
	frappe.msgprint({ title: __("My Limits"), message: lines.join("") || l2c.escape(__("You are no member of a pool.")) });
};
