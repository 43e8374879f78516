// The signing page: a name, a drawing, a tick. Everything is judged again by the server.
(() => {
	const page = document.getElementById("l2c-sign");
	const form = document.getElementById("l2c-sign-form");
	if (!form) return;
	const { token, hash, sent, declined, failed } = page.dataset;
	const find = (id) => document.getElementById(id);
	const { post, show } = {
		post: window.l2c_portal.post.bind(window.l2c_portal),
		show: window.l2c_portal.show,
	};

	const pad = find("l2c-pad");
	const pen = pad.getContext("2d");
	let drawn = false;
	let drawing = false;

	const fit = () => {
		if (drawn) return; // a turned phone must not wipe what was drawn
		pad.width = pad.clientWidth;
		pad.height = pad.clientHeight;
		pen.lineWidth = 2.2;
		pen.lineCap = pen.lineJoin = "round";
		pen.strokeStyle = "#0f172a";
	};
	const at = (event) => {
		const box = pad.getBoundingClientRect();
		return [
			((event.clientX - box.left) * pad.width) / box.width,
			((event.clientY - box.top) * pad.height) / box.height,
		];
	};
	pad.addEventListener("pointerdown", (event) => {
		drawing = true;
		pad.setPointerCapture(event.pointerId);
		pen.beginPath();
		pen.moveTo(...at(event));
		event.preventDefault();
	});
	pad.addEventListener("pointermove", (event) => {
		if (!drawing) return;
		pen.lineTo(...at(event));
		pen.stroke();
		drawn = true;
	});
	["pointerup", "pointercancel"].forEach((name) =>
		pad.addEventListener(name, () => {
			drawing = false;
		})
	);
	find("l2c-clear").addEventListener("click", () => {
		drawn = false;
		fit();
	});
	window.addEventListener("resize", fit);
	fit();

	find("l2c-name").addEventListener("input", (event) => {
		find("l2c-typed").textContent = event.target.value;
	});

	const answer = async (button, box, method, args, done) => {
		button.disabled = true;
		box.hidden = true;
		let result;
		try {
			result = await post(`signing.${method}`, { token, ...args });
		} catch {
			result = { ok: false, text: "" };
		}
		button.disabled = false;
		if (!result.ok) {
			show(box, result.text || failed);
			return;
		}
		form.querySelectorAll("input, button").forEach((field) => {
			field.disabled = true;
		});
		show(box, done, true);
		window.setTimeout(() => window.location.reload(), 1500);
	};

	form.addEventListener("submit", (event) => {
		event.preventDefault();
		answer(
			find("l2c-submit"),
			find("l2c-answer"),
			"sign",
			{
				typed_name: find("l2c-name").value,
				drawn: drawn ? pad.toDataURL("image/png") : "",
				agreed: find("l2c-agreed").checked ? 1 : 0,
				document_hash: hash,
			},
			sent
		);
	});
	find("l2c-decline-form").addEventListener("submit", (event) => {
		event.preventDefault();
		answer(
			event.target.querySelector("button"),
			find("l2c-decline-answer"),
			"decline",
			{ reason: find("l2c-reason").value },
			declined
		);
	});
	// Recorded by a script, so that a mail program that looks at links is not taken for the signatory.
	post("signing.viewed", { token }).catch(() => {});
})();
