"""The layers and habits of this code base, held by reading its syntax trees."""

import ast
import importlib
import re
import unittest
from collections import Counter

import frappe

from l2c_app import hooks
from l2c_app.tests import source

ALLOWED = {
	"core": {"core"},
	"services": {"services", "core", "compat"},
	"overrides": {"overrides", "services", "core", "compat"},
	"permissions": {"permissions", "services", "core", "compat"},
	"api": {"api", "services", "core", "compat"},
	"doctype": {"doctype", "services", "core", "compat"},
	"www": {"www", "services", "core", "compat"},
	"jobs": {"jobs", "services", "core", "compat"},
	"setup": {"setup", "services", "core", "compat"},
	"install": {"setup", "services", "core", "compat"},
	"uninstall": {"setup", "services", "core", "compat"},
	"patches": {"patches", "setup", "services", "core", "compat"},
	"compat": set(),
	"hooks": {"permissions"},  # the table of guards
	source.APP: set(),
}
HOOK_TARGETS = {"overrides", "permissions", "jobs", "api", "install", "uninstall", "setup"}
LONGEST_FUNCTION = 45
LONGEST_FILE = 300
LONGEST_CONTROLLER = 150
# Whitelisted functions that only read, each looked at by a person; everything else must be POST.
READERS = {
	"api.adoption": {"template"},
	"api.billing": {"at_hand"},
	"api.back_doors": {
		"get_lead_details",
		"search_link",
		"search_widget",
		"global_search",
		"run_report",
		"export_report",
		"prepare_report",
		"get_contact_number",
		"get_contact_display",
		"get_last_interaction",
		"get_open_activities",
		"get_events",
	},
	"api.chasing": {"case_items", "habits_of_payer"},
	"api.contract_end": {"propose"},
	"api.contract": {
		"clause_variables",
		"compare_revisions",
		"plan_status",
		"readiness",
		"rows_due_this_week",
		"template_clauses",
	},
	"api.follow_up": {"context", "events"},
	"api.hand_over": {"count"},
	"api.lead": {"compare", "merges", "pool_state", "score", "starting_score_rules", "survivor"},
	"api.pool_health": {"report"},
	"api.pool_recycle": {"about_to_go_back", "starting_rules"},
	"api.pool": {
		"distribute_preview",
		"names_of_seats",
		"party_state",
		"my_standing",
		"propose_sales_team",
		"seats",
		"shown_of_seats",
	},
	"api.print": {"contract_pdf", "statement_pdf"},
	"api.portal": {"statement_pdf"},
	"api.signing": {"document", "sent_pdf"},
}
# What nobody needs an account for: the token of a signing link is the authority, and the host counts the calls.
GUESTS = {"api.signing": {"document", "viewed", "sign", "decline"}}


class TestLayers(unittest.TestCase):
	def test_every_import_stays_within_its_layer_or_below(self):
		offences = []
		for module, tree in source.modules().items():
			allowed = ALLOWED[source.layer_of(module)]
			for name in source.imported(tree, module):
				if name.startswith(source.APP + ".") and source.layer_of(name) not in allowed:
					offences.append(f"{module} imports {name}")
		self.assertEqual(offences, [])

	def test_every_service_lies_in_the_folder_of_its_subject(self):
		flat = [path.name for path in (source.PACKAGE / "services").glob("*.py")]
		self.assertEqual(flat, ["__init__.py"])

	def test_core_knows_neither_host_nor_third_parties(self):
		import sys

		offences = []
		for module, tree in source.modules().items():
			if source.layer_of(module) == "core":
				roots = {name.split(".")[0] for name in source.imported(tree, module)}
				offences += [
					f"{module} imports {root}" for root in roots - set(sys.stdlib_module_names) - {source.APP}
				]
		self.assertEqual(offences, [])

	def test_no_module_imports_itself_by_way_of_others(self):
		"""Also not inside a function: what two modules need of each other belongs into a third."""
		left = {module: source.imported_modules(module) for module in source.modules()}
		while free := [module for module, wanted in left.items() if not wanted & left.keys()]:
			for module in free:
				del left[module]
		self.assertEqual(sorted(left), [], "these import each other, or what does")

	def test_nothing_below_the_tests_knows_the_sandbox_or_the_tests(self):
		offences = []
		for module, tree in source.modules().items():
			names = [
				name
				for name in source.imported(tree, module)
				if name.startswith(("sandbox", f"{source.APP}.tests"))
			]
			offences += [f"{module} imports {name}" for name in names]
		self.assertEqual(offences, [])


class TestHabits(unittest.TestCase):
	def test_nobody_commits_below_the_jobs(self):
		offences = []
		for module, tree in source.modules().items():
			if source.layer_of(module) in ("core", "services", "overrides", "permissions", "api", "doctype"):
				offences += [
					f"{module}:{node.lineno}" for node in ast.walk(tree) if _calls(node, "frappe.db.commit")
				]
		self.assertEqual(offences, [])

	def test_no_raw_sql_outside_the_column_removal(self):
		offences = []
		for module, tree in source.modules().items():
			for node in ast.walk(tree):
				if _calls(node, "frappe.db.sql") or _calls(node, "frappe.db.sql_ddl"):
					offences.append(module)
		self.assertEqual(set(offences) - {f"{source.APP}.setup.custom_fields"}, set())

	def test_only_compat_knows_versions(self):
		offences = []
		for module, tree in source.modules().items():
			# the version gate only shows the number to the user and asks compat about it
			if source.layer_of(module) in ("compat", "install"):
				continue
			for node in ast.walk(tree):
				if isinstance(node, ast.Attribute) and node.attr == "__version__":
					offences.append(f"{module}:{node.lineno}")
		self.assertEqual(offences, [])

	def test_functions_are_short(self):
		offences = []
		for module, tree in source.modules().items():
			for function in source.functions(tree):
				length = function.end_lineno - function.lineno + 1
				if length > LONGEST_FUNCTION:
					offences.append(f"{module}.{function.name}: {length} lines")
		self.assertEqual(offences, [])

	def test_an_order_says_its_direction_where_the_hosts_differ(self):
		"""`db.get_value` sorts downwards on 15 and upwards on 16 where nothing is said; lists sort upwards on both."""
		offences = []
		for module, tree in source.modules().items():
			for call in ast.walk(tree):
				if not isinstance(call, ast.Call) or not _is_value_read(call):
					continue
				orders = [word.value for word in call.keywords if word.arg == "order_by"]
				texts = [order.value for order in orders if isinstance(order, ast.Constant) and order.value]
				for part in ",".join(texts).split(","):
					if part and part.split()[-1] not in ("asc", "desc"):
						offences.append(f"{module}:{call.lineno}: {part.strip()}")
		self.assertEqual(offences, [])

	def test_files_are_short(self):
		offences = []
		for path in source.PACKAGE.rglob("*.py"):
			limit = LONGEST_CONTROLLER if "doctype" in path.parts else LONGEST_FILE
			length = len(path.read_text(encoding="utf-8").splitlines())
			if length > limit and "tests" not in path.parts:
				offences.append(f"{path.relative_to(source.PACKAGE)}: {length} lines")
		self.assertEqual(offences, [])

	def test_every_signature_is_annotated(self):
		offences = []
		for module, tree in source.modules().items():
			for function in source.functions(tree):
				if not _annotated(function):
					offences.append(f"{module}.{function.name}")
		self.assertEqual(offences, [])

	def test_annotations_are_real_where_the_host_checks_arguments(self):
		offences = []
		for module, tree in source.modules().items():
			if "__future__.annotations" in set(source.imported(tree, module)):
				offences.append(module)
		self.assertEqual(offences, [])


class TestScripts(unittest.TestCase):
	WITH_VALUES = re.compile(r'__\(\s*"[^"]*",\s*\[([^\]]*)\]')
	TYPED_BY_PEOPLE = re.compile(r"\b(lead_name|company_name|customer_name|party_name|title|label|merged)\b")

	def test_names_typed_by_people_are_escaped_in_titles_and_messages(self):
		offences = []
		for path in sorted(source.PACKAGE.rglob("*.js")):
			for values in self.WITH_VALUES.findall(path.read_text(encoding="utf-8")):
				if self.TYPED_BY_PEOPLE.search(values) and not re.search(r"l2c\.(escape|link)\(", values):
					offences.append(f"{path.name}: {values}")
		self.assertEqual(offences, [])


class TestWhitelisted(unittest.TestCase):
	def test_only_the_api_and_documents_whitelist(self):
		offences = []
		for module, tree in source.modules().items():
			if source.layer_of(module) not in ("api", "doctype") and list(source.whitelisted(tree)):
				offences.append(module)
		self.assertEqual(offences, [])

	def test_writers_take_post_only(self):
		offences = []
		for module, tree in source.modules().items():
			for function, methods in source.whitelisted(tree):
				if methods != ["POST"] and function.name not in READERS.get(
					module.removeprefix("l2c_app."), ()
				):
					offences.append(f"{module}.{function.name}: {methods or 'any method'}")
		self.assertEqual(offences, [])

	def test_guests_enter_by_signing_links_only_and_are_counted(self):
		entered = {}
		for module, tree in source.modules().items():
			for function in source.functions(tree):
				decorators = [ast.unparse(decorator) for decorator in function.decorator_list]
				if any("allow_guest" in decorator for decorator in decorators):
					entered.setdefault(module.removeprefix("l2c_app."), set()).add(function.name)
					self.assertTrue(any(each.startswith("rate_limit(") for each in decorators), function.name)
		self.assertEqual(entered, GUESTS)


class TestHooks(unittest.TestCase):
	def test_every_dotted_string_resolves_to_an_allowed_layer(self):
		targets = list(_targets(vars(hooks)))
		self.assertGreater(len(targets), 50)
		for target in targets:
			with self.subTest(target=target):
				module, _, name = target.rpartition(".")
				self.assertIn(source.layer_of(module), HOOK_TARGETS)
				self.assertTrue(callable(getattr(importlib.import_module(module), name)))

	def test_no_key_is_given_twice_in_a_dictionary(self):
		offences = []
		for module, tree in source.modules().items():
			for node in ast.walk(tree):
				if isinstance(node, ast.Dict):
					keys = Counter(key.value for key in node.keys if isinstance(key, ast.Constant))
					offences += [f"{module}:{node.lineno} {key}" for key, times in keys.items() if times > 1]
		self.assertEqual(offences, [])

	def test_scheduled_functions_are_scheduled_once_and_told_apart(self):
		methods = _targets(hooks.scheduler_events)
		self.assertEqual(len(methods), len(set(methods)))
		# 15 names the Scheduled Job Type after the last two parts of the path
		short_names = [".".join(method.split(".")[-2:]) for method in methods]
		self.assertEqual(len(short_names), len(set(short_names)))

	def test_permission_hooks_come_in_pairs(self):
		self.assertEqual(set(hooks.permission_query_conditions), set(hooks.has_permission))

	def test_files_named_in_hooks_exist(self):
		forms = [*hooks.doctype_js.values(), *hooks.doctype_list_js.values()]
		scripts = [
			*(script for form in forms for script in ([form] if isinstance(form, str) else form)),
			f"public/js/{hooks.app_include_js}",
		]
		for script in scripts:
			with self.subTest(script=script):
				self.assertTrue((source.PACKAGE / script).exists())

	def test_the_host_sees_our_hooks(self):
		events = frappe.get_hooks("doc_events")
		self.assertIn("l2c_app.overrides.lead.validate", str(events.get("Lead")))


def _calls(node: ast.AST, name: str) -> bool:
	return isinstance(node, ast.Call) and source.dotted(node.func) == name


def _is_value_read(call: ast.Call) -> bool:
	return isinstance(call.func, ast.Attribute) and call.func.attr in ("get_value", "get_values")


def _annotated(function: ast.FunctionDef) -> bool:
	arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
	named = [argument for argument in arguments if argument.arg not in ("self", "cls")]
	return function.returns is not None and all(argument.annotation for argument in named)


def _targets(value: object) -> list[str]:
	if isinstance(value, dict):
		return [
			target
			for key, item in value.items()
			if not str(key).startswith("__")
			for target in _targets(item)
		]
	if isinstance(value, list | tuple):
		return [target for item in value for target in _targets(item)]
	is_path = isinstance(value, str) and re.fullmatch(rf"{source.APP}(\.\w+){{2,}}", value)
	return [value] if is_path and not value.endswith(".js") else []
