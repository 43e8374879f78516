// A file of leads, however long: uploaded, previewed, then imported in the background.
frappe.provide("l2c");

l2c.add_import_button = (listview) => {
	if (!frappe.model.can_import("Lead") || !frappe.model.can_create("Lead")) return;
	listview.page.add_inner_button(__("Import a File"), () => l2c.import_leads());
};

l2c.import_leads = () =>
	new frappe.ui.FileUploader({
		allow_multiple: false,
		make_attachments_public: false,
		dialog_title: __("Import Leads from a File"),
		restrictions: { allowed_file_types: [".csv", ".xlsx", ".json"] },
		async on_success(file) {
			const run = await l2c.call_frozen("lead_import.start", { file: file.name });
			frappe.set_route("Form", "Lead Import Run", run);
		},
	});
