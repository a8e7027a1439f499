"""The way of an order on the local cloud, beside two yardsticks in the same run.

    .venv/bin/python -m tests.benchmarks.path [--clients 1 4 8 16] [--rounds 6] [--orders 20]

starts a local cloud of its own, deploys the product and the yardsticks to it, and lets clients
place orders one after the other, each path in turn for seconds: a machine is not the same for long.

- **real**: the product.
- **bare**: functions without logic (``echo.py``) behind the same API, in the same workflow files,
  with the same queue, bus and tables. They make the calls that the product's functions were
  recorded to make for an order that rests and for one that takes (``plan.py``): as many of each
  kind, as large.
- **minimal**: an API, one function, one put.

What the real path takes beyond the bare one is the product's own code. Each client trades in a
market of its own, one order at a time, and every other order takes the one before: so the calls
are the recorded ones however many clients there are.
"""
