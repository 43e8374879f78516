"""What stands in a filter for no names at all."""

NO_NAMES = ("<none>",)
"""No document is called so: the host allows no angle brackets in names. An empty text would also find columns without a
value: the host's filters read those as empty."""
