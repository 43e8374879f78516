// A contract at the portal: leads to the page where it is signed.
(() => {
	const page = document.getElementById("l2c-contract");
	const button = document.getElementById("l2c-open-signing");
	if (!button) return;
	button.addEventListener("click", async () => {
		button.disabled = true;
		const result = await window.l2c_portal.post("portal.signing_link", {
			contract: page.dataset.contract,
		});
		button.disabled = false;
		if (result.ok) {
			const link = new URL(result.message, window.location.href);
			window.location.href = link.pathname + link.search; // the site's own page, whatever host it is reached by
			return;
		}
		window.l2c_portal.show(document.getElementById("l2c-answer"), result.text || page.dataset.failed);
	});
})();
