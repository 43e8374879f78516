frappe.ui.form.on("Lead Pool Health", {
	refresh(frm) {
		frm.disable_save();
		frm.trigger("show");
		frm.add_custom_button(__("Refresh"), () => frm.trigger("show"));
	},

	async show(frm) {
		const report = await l2c.call("pool_health.report");
		frm.get_field("jobs").$wrapper.html(jobs_table(report));
		frm.get_field("runs").$wrapper.html(runs_table(report));
		frm.get_field("jobs").$wrapper.find("[data-method]").on("click", async (event) => {
			const method = event.currentTarget.dataset.method;
			const queued = await l2c.call_frozen("pool_health.run_now", { method });
			l2c.done(queued ? __("Queued") : __("It is waiting or working already."));
		});
		if (report.may_run && !frm.l2c_check) {
			frm.l2c_check = frm.add_custom_button(__("Check Now"), () => frm.trigger("check"));
		}
	},

	async check(frm) {
		const found = await l2c.call_frozen("pool_health.check");
		const rows = found.map((row) => [row.rule, row.document, row.found]);
		const heading = [__("Rule"), __("Document"), __("Found")];
		const good = `<p class="text-success">${__("Seats, owners, assignments, log and runs agree.")}</p>`;
		frm.get_field("violations").$wrapper.html(rows.length ? table(heading, rows) : good);
	},
});

// The host's own words for these are those of date formats in some languages.
const how_often = (frequency) =>
	({ "Daily Long": __("Every Day"), "Hourly Long": __("Every Hour"), Cron: __("Every Few Minutes") })[frequency] ||
	__(frequency);

function jobs_table({ jobs, may_run }) {
	const heading = [__("Job"), __("How Often"), __("Last Started"), __("Last Success"), __("Last Error"), ""];
	const rows = jobs.map((job) => [
		job.name + (job.stopped ? ` (${__("Stopped")})` : ""),
		how_often(job.frequency),
		l2c.moment_text(job.last_started) || "–",
		l2c.moment_text(job.last_success) || "–",
		[l2c.moment_text(job.last_error_on), job.last_error].filter(Boolean).join("\n") || "–",
		may_run ? { method: job.method } : "",
	]);
	return table(heading, rows);
}

function runs_table({ runs }) {
	const heading = [__("Run"), __("Kind"), __("Pool"), __("State"), __("Progress"), __("Error")];
	const rows = runs.map((run) => [
		{ run: run.name },
		`${__(run.kind)} · ${__(run.mode)}`,
		run.pool,
		run.stalled ? __("No Sign of Life") : __(run.state),
		`${Math.round(run.progress || 0)} %`,
		run.error || "",
	]);
	return table(heading, rows);
}

function table(heading, rows) {
	const head = heading.map((text) => `<th>${l2c.escape(text)}</th>`).join("");
	const body = rows.map((row) => `<tr>${row.map((value) => `<td>${cell(value)}</td>`).join("")}</tr>`);
	return `<div class="table-responsive"><table class="table table-bordered small">
		<thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

function cell(value) {
	if (value && value.method) {
		return `<button class="btn btn-xs btn-default" data-method="${l2c.escape(value.method)}">${__("Run Now")}</button>`;
	}
	if (value && value.run) return l2c.link("Pool Run", value.run);
	return `<span style="white-space: pre-wrap">${l2c.escape(value)}</span>`;
}
