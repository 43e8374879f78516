// What the pages for customers share: a POST, and its answer in plain words.
window.l2c_portal = {
	// Resolves to {ok, message, text}: `text` is what the server says in a refusal, without markup.
	async post(method, args) {
		const answer = await fetch(`/api/method/l2c_app.api.${method}`, {
			method: "POST",
			credentials: "same-origin",
			headers: {
				Accept: "application/json",
				"Content-Type": "application/json",
				"X-Frappe-CSRF-Token": window.frappe?.csrf_token || "None",
			},
			body: JSON.stringify(args),
		});
		const body = await answer.json().catch(() => ({}));
		return { ok: answer.ok, message: body.message, text: this.said(body) };
	},

	said(body) {
		try {
			return JSON.parse(body._server_messages || "[]")
				.map((entry) => this.plain(JSON.parse(entry).message || ""))
				.join("\n");
		} catch {
			return "";
		}
	},

	// The host's messages are markup: read as a document of its own, nothing in it runs or loads.
	plain(markup) {
		const lines = String(markup).split(/<br\s*\/?>/i);
		return lines
			.map((line) => new DOMParser().parseFromString(line, "text/html").body.textContent)
			.join("\n");
	},

	show(element, text, good) {
		element.textContent = text;
		element.classList.toggle("l2c-good", Boolean(good));
		element.hidden = !text;
		element.scrollIntoView({ block: "nearest" });
	},
};
