"""Quotes on the naive book: each replaces its venue's last one on that side."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tests.client.naive_book import BookOrder, NaiveBook
from zerodesk_client.formats import RecordedQuote

Row = tuple[int, int, str, str, str, Decimal, Decimal]
"""Rows of taker and maker, whose they are, the taker's side, price, quantity."""


def trades_of_quotes(quotes: Iterable[RecordedQuote]) -> list[Row]:
    """Return the trades that quotes make, in order."""
    book = NaiveBook()
    trades: list[Row] = []
    for quote in quotes:
        book.resting = [
            one for one in book.resting if (one.owner.venue, one.side) != (quote.venue, quote.side)
        ]
        if not quote.quantity:
            continue
        order = BookOrder(quote, quote.side, quote.price, quote.quantity)
        for match in book.take(order):
            taker, maker = match.taker.owner, match.maker.owner
            who = (taker.row, maker.row, taker.venue, maker.venue, taker.side.value)
            trades.append((*who, match.price, match.quantity))
        if order.remaining:
            book.resting.append(order)
    return trades


def as_rows(document: Iterable[dict[str, Any]]) -> list[Row]:
    """Return trades as ``zerodesk replay --json`` tells them in the same form."""
    return [
        (
            one["taker_row"],
            one["maker_row"],
            one["taker"],
            one["maker"],
            one["taker_side"],
            Decimal(one["price"]),
            Decimal(one["quantity"]),
        )
        for one in document
    ]
