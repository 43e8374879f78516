"""Everything that is done at the desk in one run, in this order."""

from ui import billing, connections, contracts, follow_ups, pools, receipts, signing

PARTS = (
	*pools.PARTS,
	*follow_ups.PARTS,
	*contracts.PARTS,
	*signing.PARTS,
	*receipts.PARTS,
	*billing.PARTS,
	*connections.PARTS,
)
