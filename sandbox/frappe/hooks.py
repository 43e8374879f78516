"""The framework's own hooks on documents that the app touches."""

has_permission = {"ToDo": "frappe.desk.doctype.todo.todo.has_permission"}
permission_query_conditions = {"ToDo": "frappe.desk.doctype.todo.todo.get_permission_query_conditions"}
