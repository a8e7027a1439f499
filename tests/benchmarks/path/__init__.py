"""The way of an order on the local cloud, beside two yardsticks in the same run.

    .venv/bin/python -m tests.benchmarks.path [--clients 1 4 8 16] [--rounds 4] [--orders 20]

starts a local cloud of its own, deploys the product and the yardsticks to it, and lets clients
place orders one after the other, each path in turn for seconds: a machine is not the same for long.

- **real**: the product.
- **bare**: functions without logic (``echo.py``) behind the same API, in the same workflow files,
  with the same queue, bus and tables. They make the calls that the product's functions were
  recorded to make for an order that rests and for one that takes (``plan.py``): as many of each
  kind, as large.
- **minimal**: an API, one function, one put.

What the real path takes beyond the bare one is the product's own code. Each client trades in a
market of its own, one order at a time, and every other order takes the one before.

Before anything is measured ever more clients ask, so that functions start a few at a time. The
paths take turns in rounds, another one first in each, and a turn begins when the one before has
left nothing to be done: the local cloud's own log of calls says so (``calls.py``). The same log
says how many calls of each kind an order made on both paths. What the real one asked beyond the
plan with so many clients, as a book that another process wrote last is read again first, the bare
one asks as well (``beyond.py``); but for the looks of intake, of which each makes as many as it
waits for.
Schedules stand still meanwhile. With more clients each places fewer orders, so that a turn takes as
long. How far it is goes to standard error, the tables to standard
output.
"""
