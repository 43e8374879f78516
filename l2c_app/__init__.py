"""Lead to Cash: lead pools, follow ups, sales contracts and collections on ERPNext's own ledgers."""

__version__ = "0.1.0"
