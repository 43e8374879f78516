"""Random stories on sales contracts: whatever accountants do natively, the plan equals the ledgers after every step.

`world` is the stage, `moves_*` are the steps, `checks` says what must hold, `machine` plays a story and tells whose
refusal it was. A story is a list of (name of a step, number); the number decides documents and amounts.
"""
