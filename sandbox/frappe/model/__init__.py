"""Names of field types and standard fields."""

from frappe._emulation import module_getattr

table_fields = ("Table", "Table MultiSelect")
display_fieldtypes = tuple(
	"Section Break|Column Break|Tab Break|HTML|Button|Image|Fold|Heading".split("|")  # they hold no value
)
float_like_fields = {"Float", "Currency", "Percent"}
default_fields = ("doctype", "name", "owner", "creation", "modified", "modified_by", "docstatus", "idx")
child_table_fields = ("parent", "parentfield", "parenttype")
optional_fields = ("_user_tags", "_comments", "_assign", "_liked_by", "_seen")

_KINDS = {
	"int": "Check|Int|Long Int",
	"real": "Rating|Duration|Currency|Float|Percent",
	"date": "Date",
	"datetime": "Datetime",
	"time": "Time",
	"varchar": "Data|Link|Dynamic Link|Select|Color|Read Only|Autocomplete|Phone|Icon",
	"text": "Small Text|Text|Long Text|Text Editor|Code|HTML Editor|Markdown Editor|JSON|Signature|Attach|Attach Image"
	"|Geolocation|Password|Barcode",
}
# fieldtype → column type, which names the converter on reading
column_types = {fieldtype: kind for kind, types in _KINDS.items() for fieldtype in types.split("|")}
standard_columns = {
	**dict.fromkeys(("name", "owner", "modified_by", *child_table_fields), "varchar"),
	**dict.fromkeys(("creation", "modified"), "datetime"),
	**dict.fromkeys(("docstatus", "idx"), "int"),
	**dict.fromkeys(optional_fields, "text"),
}

__getattr__ = module_getattr(__name__)
