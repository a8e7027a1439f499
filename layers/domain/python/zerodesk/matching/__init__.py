"""A matching engine with a ledger: a book per symbol, in price-time priority, in integers.

A book decides commands into records and folds records into itself. A record holds the commands,
the events that they caused, the balanced postings of both sides with their fees, and the
projections of the orders: all that a journal needs. No clock, no network: use it in a notebook,
in a backtest or behind a queue.

>>> from decimal import Decimal
>>> from zerodesk.listings import list_market
>>> from zerodesk.matching import Book, listing, order
>>> market = list_market(
...     symbol="BTC-USD", tick_size=Decimal("0.01"), lot_size=Decimal("0.0001"),
...     min_notional=Decimal("1"), max_quantity=Decimal("100"), maker_bps=2, taker_bps=5,
...     collar_bps=500, reference_price=Decimal("60000"))

In five lines:

>>> book = Book("BTC-USD")
>>> listed = book.decide([listing(market)])
>>> ask = order(market, "o1", "alice", "SELL", quantity_lots=3, price_ticks=6_000_000)
>>> bid = order(market, "o2", "bob", "BUY", quantity_lots=2, price_ticks=6_000_100)
>>> decision = book.decide([ask, bid])

What came of it:

>>> [event["type"] for event in decision.record["events"]]
['OrderOpened', 'TradeExecuted']
>>> book.depth(5)
([], [[6000000, 1, 1]])
>>> for posting in decision.record["postings"]:
...     print(*posting)
bob o2 USD -12006200 200
bob o2 BTC 0 20000
alice o1 BTC -20000 0
alice o1 USD 0 11997600
fees#BTC-USD  USD 0 8400
"""

from zerodesk.matching.book import ANCHOR_EVERY, MAX_FILLS_PER_RECORD, Book, Decision
from zerodesk.matching.commands import (
    amend,
    cancel,
    cancel_all,
    end_auction,
    listing,
    one_triggers_other,
    order,
    set_state,
)
from zerodesk.matching.decide import MAX_COMMANDS_PER_RECORD
from zerodesk.matching.errors import CommandError, JournalCorruptError, NotUndoableError

__all__ = [
    "ANCHOR_EVERY",
    "MAX_COMMANDS_PER_RECORD",
    "MAX_FILLS_PER_RECORD",
    "Book",
    "CommandError",
    "Decision",
    "JournalCorruptError",
    "NotUndoableError",
    "amend",
    "cancel",
    "cancel_all",
    "end_auction",
    "listing",
    "one_triggers_other",
    "order",
    "set_state",
]
