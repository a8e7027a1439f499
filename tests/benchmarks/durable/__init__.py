"""The durable path: how many orders a second go through queue, matching and journal, and the cost.

    .venv/bin/python -m tests.benchmarks.durable [--orders 100] [--batch 1 10] [--symbols 1 5]

starts a local cloud of its own. One symbol is measured with each bound of a batch, and more symbols
with the largest one; ``--orders`` are of each symbol. Orders are taken in over the HTTPS API while
the queue of commands is held back; then it is opened with that bound (the ``BatchSize`` of its
event source mapping), and is drained as fast as the books go. Every symbol has accounts of its own;
sells and buys at one price come in turn, so that half of them rest and half take.

- **orders/s** is of the time from the first record of a book to the last, by the cloud's own log of
  writes, and of the orders behind that first record. The moment of opening is left out, because the
  cloud looks at a queue that was held back only once a second.
- **where the time goes**, in that time: of each core, and of the time between two records of a
  book. Settlement and whatever else an order sets off runs meanwhile, as it does in life.
- **writes and write units** are counted as in ``cloud_write_units``, until nothing is written any
  more; what taking an order in writes (its item, its hold) is beside it, not in it.

Schedules stand still: a sweep would take orders that are held back for lost, and send them again.
The log of writes is part of what the cloud takes. How far it is goes to standard error, the tables
to standard output.
"""
