// Ending a contract: what was performed, what is still to bill or to credit, the drafts it needs, and the end itself.
frappe.provide("l2c");

const ENDED_WITH_REFUND = () => __("Terminated. What is to be refunded is reported to accounts as a refund.");

class EndDialog {
	constructor(frm) {
		this.frm = frm;
	}

	async open() {
		const first = this.frm.doc.activated_on ? await this.look({}) : null;
		this.dialog = l2c.form_dialog(
			__("Terminate the Contract"),
			__("Terminate"),
			this.fields(first),
			(values) => this.end(values),
			"large"
		);
		if (first) this.draw(first);
	}

	fields(first) {
		const reason = {
			fieldtype: "Small Text",
			max_height: "6rem",
			fieldname: "reason",
			label: __("Reason"),
			reqd: 1,
			description: __("What is not billed is waived and the order is closed. What is billed stays due."),
		};
		if (!first) return [reason];
		const money = (fieldname, label, value) => ({
			fieldtype: "Float",
			precision: 2,
			fieldname,
			label: `${label} (${first.currency})`,
			default: value,
			change: () => this.update(),
		});
		return [
			reason,
			money("performed", __("Value Performed"), first.performed),
			{ fieldtype: "Column Break" },
			money("fee", __("Termination Fee"), 0),
			{
				fieldtype: "Link",
				fieldname: "fee_item",
				label: __("Item of the Fee"),
				options: "Item",
				depends_on: "eval:doc.fee",
			},
			{ fieldtype: "Section Break" },
			{ fieldtype: "HTML", fieldname: "figures" },
			{ fieldtype: "Button", fieldname: "drafts", label: __("Make the Drafts"), click: () => this.draft() },
		];
	}

	args() {
		const { performed, fee } = this.dialog.get_values(true);
		return { performed: flt(performed), fee: flt(fee) };
	}

	look(args) {
		return l2c.call("contract_end.propose", { contract: this.frm.doc.name, ...args });
	}

	async update() {
		this.draw(await this.look(this.args()));
	}

	draw(found) {
		this.refund = flt(found.to_refund);
		const money = (name) => l2c.money(found[name], found.currency);
		const credits = found.credits.map((row) => `${row.invoice}: ${l2c.money(row.amount, found.currency)}`);
		this.dialog.get_field("figures").$wrapper.html(
			l2c.tags([
				[__("Delivered"), money("delivered"), "blue"],
				[__("Billed"), money("billed"), "blue"],
				[__("Collected"), money("collected"), "green"],
				[__("To Bill"), flt(found.to_bill) ? money("to_bill") : null, "orange"],
				[__("To Credit"), flt(found.to_credit) ? `${money("to_credit")} (${credits.join(", ")})` : null, "orange"],
				[__("To Be Paid"), money("to_pay"), "orange"],
				[__("To Refund"), flt(found.to_refund) ? money("to_refund") : null, "red"],
			])
		);
		this.dialog.get_field("drafts").toggle(Boolean(found.to_bill || found.to_credit || found.fee));
	}

	async draft() {
		const { fee_item } = this.dialog.get_values(true);
		const args = { contract: this.frm.doc.name, ...this.args(), fee_item: fee_item || "" };
		const made = await l2c.call_frozen("contract_end.draft", args);
		const links = made.map((document) => l2c.link(document.doctype, document.name)).join(", ");
		l2c.done(__("Drafts made: {0}. Submit them, then terminate.", [links]));
		this.dialog.hide();
		this.frm.reload_doc();
	}

	end({ reason, performed, fee }) {
		const args = this.frm.doc.activated_on ? { reason, performed: flt(performed), fee: flt(fee) } : { reason };
		return l2c.contract_step(this.frm, "terminate", args, this.refund ? ENDED_WITH_REFUND() : __("Terminated"));
	}
}

l2c.terminate_contract = (frm) => new EndDialog(frm).open();

l2c.waive_closed = (frm) =>
	frappe.confirm(
		__("The order is closed. Waive what it leaves unbilled? It comes back if the order is opened again."),
		async () => {
			await l2c.call_frozen("contract_end.waive_closed", { contract: frm.doc.name });
			frm.reload_doc();
		}
	);
