frappe.ui.form.on("Sales Contract Template", {
	async refresh(frm) {
		const variables = await frappe.xcall("l2c_app.api.contract.clause_variables");
		const names = variables.map((name) => `<code>{{ ${l2c.escape(name)} }}</code>`).join(" ");
		const text = __("These names are replaced when a contract is submitted; nothing else between braces is.");
		frm.get_field("variables_help").$wrapper.html(`<p class="text-muted">${text}</p><p>${names}</p>`);
	},
});
