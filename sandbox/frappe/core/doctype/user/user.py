"""Users and their roles."""

import frappe
from frappe import _
from frappe.model.document import Document


class User(Document):
	def autoname(self) -> None:
		self.email = self.email.strip().lower()
		self.name = self.email

	def validate(self) -> None:
		self.email = self.name if self.name not in frappe.STANDARD_USERS else self.email
		roles = [row.role for row in self.roles]
		self.user_type = "System User" if self._has_desk_access(roles) else "Website User"
		self.full_name = " ".join(part for part in (self.first_name, self.last_name) if part)
		for row in [row for row in self.roles if roles.count(row.role) > 1]:
			roles.remove(row.role)
			self.remove(row)
		if not self.enabled and self.name in frappe.STANDARD_USERS:
			frappe.throw(_("User {0} cannot be disabled").format(self.name))

	def _has_desk_access(self, roles: list[str]) -> bool:
		return bool(roles) and bool(frappe.db.count("Role", {"name": ("in", roles), "desk_access": 1}))

	def on_update(self) -> None:
		frappe.clear_cache(user=self.name)

	def add_roles(self, *roles: str) -> None:
		self.append_roles(*roles)
		self.save()

	def append_roles(self, *roles: str) -> None:
		for role in set(roles) - {row.role for row in self.roles}:
			self.append("roles", {"role": role})
