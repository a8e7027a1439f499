"""Which calls the functions make to AWS, recorded in an end-to-end run in memory.

``python -m tests.calls`` records them into ``tests/data/calls.json``. What runs are the real
handlers over the model of the simulation: order lives under faults, then a tour of every route,
schedule and event that those leave out.
"""
