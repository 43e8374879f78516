// A contract at the portal: leads to the page where it is signed, and takes promises of plan rows.
(() => {
	const page = document.getElementById("l2c-contract");
	const { contract, thanks, failed } = page.dataset;
	const ask = (method, args) =>
		window.l2c_portal.post(`portal.${method}`, { contract, ...args }).catch(() => ({ ok: false, text: "" }));

	const button = document.getElementById("l2c-open-signing");
	button?.addEventListener("click", async () => {
		button.disabled = true;
		const result = await ask("signing_link");
		button.disabled = false;
		if (result.ok) {
			const link = new URL(result.message, window.location.href);
			window.location.href = link.pathname + link.search; // the site's own page, whatever host it is reached by
			return;
		}
		window.l2c_portal.show(document.getElementById("l2c-answer"), result.text || failed);
	});

	const card = document.getElementById("l2c-promise");
	card?.querySelector("form").addEventListener("submit", async (event) => {
		event.preventDefault();
		const form = event.target;
		const send = form.querySelector("button");
		const rows = [...form.querySelectorAll("[data-row]")]
			.map((field) => ({ row_id: field.dataset.row, amount: field.value.trim() }))
			.filter(({ amount }) => amount && Number(amount) !== 0);
		const { promised_for, note } = Object.fromEntries(new FormData(form));
		send.disabled = true;
		const result = await ask("promise_rows", { rows, promised_for, note });
		send.disabled = false;
		const box = card.querySelector(".l2c-answer");
		window.l2c_portal.show(box, result.ok ? thanks : result.text || failed, result.ok);
		if (result.ok) window.setTimeout(() => window.location.reload(), 1500);
	});
})();
