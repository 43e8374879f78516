"""Everything that is done at the desk in one run, in this order."""

from ui import (
	bank,
	billing,
	chasing,
	chinese,
	connections,
	contract_life,
	contracts,
	follow_ups,
	pools,
	receipts,
	runs,
	signing,
)

PARTS = (
	*pools.PARTS,
	*follow_ups.PARTS,
	*contracts.PARTS,
	*signing.PARTS,
	*contract_life.PARTS,
	*receipts.PARTS,
	*bank.PARTS,
	*chasing.PARTS,
	*runs.PARTS,
	*billing.PARTS,
	*connections.PARTS,
	*chinese.PARTS,
)
