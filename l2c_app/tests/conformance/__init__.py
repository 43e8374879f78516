"""One set of scenarios that runs unchanged on the v15 bench, the v16 bench and the sandbox.

A bench records what it did (`L2C_RECORD=1`) into `tests/cassettes/<version>/<scenario>.json`; every host replays the
cassettes of its version and compares row for row.
"""
