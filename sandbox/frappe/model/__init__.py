"""Names of field types and standard fields."""

from frappe._emulation import module_getattr

table_fields = ("Table", "Table MultiSelect")
no_value_fields = (
	"Section Break", "Column Break", "Tab Break", "HTML", "Table", "Table MultiSelect", "Button", "Image", "Fold",
	"Heading",
)  # fmt: skip
display_fieldtypes = (
	"Section Break",
	"Column Break",
	"Tab Break",
	"HTML",
	"Button",
	"Image",
	"Fold",
	"Heading",
)
float_like_fields = {"Float", "Currency", "Percent"}
datetime_fields = {"Datetime", "Date", "Time"}
default_fields = ("doctype", "name", "owner", "creation", "modified", "modified_by", "docstatus", "idx")
child_table_fields = ("parent", "parentfield", "parenttype")
optional_fields = ("_user_tags", "_comments", "_assign", "_liked_by", "_seen")
std_fields = ("name", "owner", "creation", "modified", "modified_by", "docstatus", "idx")
log_types = ("Version", "Error Log", "Scheduled Job Log", "Event Sync Log", "Event Update Log", "Access Log")

# fieldtype → (column type, max length of a varchar); the column type names the converter on reading
column_types = {
	"Check": ("int", 0), "Int": ("int", 0), "Long Int": ("int", 0), "Rating": ("real", 0), "Duration": ("real", 0),
	"Currency": ("real", 0), "Float": ("real", 0), "Percent": ("real", 0), "Date": ("date", 0),
	"Datetime": ("datetime", 0), "Time": ("time", 0), "Small Text": ("text", 0), "Text": ("text", 0),
	"Long Text": ("text", 0), "Text Editor": ("text", 0), "Code": ("text", 0), "HTML Editor": ("text", 0),
	"Markdown Editor": ("text", 0), "JSON": ("text", 0), "Signature": ("text", 0), "Attach": ("text", 0),
	"Attach Image": ("text", 0), "Geolocation": ("text", 0), "Password": ("text", 0), "Data": ("varchar", 140),
	"Link": ("varchar", 140), "Dynamic Link": ("varchar", 140), "Select": ("varchar", 140), "Color": ("varchar", 140),
	"Read Only": ("varchar", 140), "Barcode": ("text", 0), "Autocomplete": ("varchar", 140), "Phone": ("varchar", 140),
	"Icon": ("varchar", 140),
}  # fmt: skip
data_fieldtypes = tuple(column_types)
standard_columns = {
	"name": "varchar", "owner": "varchar", "creation": "datetime", "modified": "datetime", "modified_by": "varchar",
	"docstatus": "int", "idx": "int", "parent": "varchar", "parentfield": "varchar", "parenttype": "varchar",
	"_user_tags": "text", "_comments": "text", "_assign": "text", "_liked_by": "text", "_seen": "text",
}  # fmt: skip

__getattr__ = module_getattr(__name__)
