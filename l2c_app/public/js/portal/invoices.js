// Open invoices at the portal: promise, dispute, pay.
(() => {
	const page = document.getElementById("l2c-invoices");
	const run = async (card, step, values) => {
		const box = card.querySelector(".l2c-answer");
		const result = await window.l2c_portal
			.post(`portal.${step}`, { invoice: card.dataset.invoice, ...values })
			.catch(() => ({ ok: false, text: "" }));
		if (!result.ok) {
			window.l2c_portal.show(box, result.text || page.dataset.failed);
			return;
		}
		if (step === "pay") {
			window.location.href = result.message;
			return;
		}
		window.l2c_portal.show(box, page.dataset.thanks, true);
		window.setTimeout(() => window.location.reload(), 1500);
	};
	page.querySelectorAll("[data-invoice]").forEach((card) => {
		card.querySelectorAll("form").forEach((form) =>
			form.addEventListener("submit", (event) => {
				event.preventDefault();
				run(card, form.dataset.step, Object.fromEntries(new FormData(form)));
			})
		);
		card.querySelectorAll("button[data-step]").forEach((button) =>
			button.addEventListener("click", () => run(card, button.dataset.step, {}))
		);
	});
})();
