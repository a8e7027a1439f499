"""What a book makes of quotes that come one after the other: the plain rule, price then time.

Written for reading, not for speed, and with nothing of the engine in it: the venue is held to it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from zerodesk.orders import Side
from zerodesk_client.formats import RecordedQuote


@dataclass(frozen=True, slots=True)
class QuoteTrade:
    """A quote that met another one: rows of the file, and whose they are."""

    taker_row: int
    maker_row: int
    taker: str
    maker: str
    taker_side: Side
    price: Decimal
    quantity: Decimal


@dataclass(slots=True)
class _Resting:
    quote: RecordedQuote
    left: Decimal


def expected_trades(quotes: Iterable[RecordedQuote]) -> Iterator[QuoteTrade]:
    """Yield the trades of quotes, each of which replaces its venue's last one on that side."""
    book: dict[Side, list[_Resting]] = {Side.BUY: [], Side.SELL: []}
    for quote in quotes:
        own = book[quote.side]
        own[:] = [one for one in own if one.quote.venue != quote.venue]
        coming = _Resting(quote, quote.quantity)
        for met in _crossed(book[_other(quote.side)], quote):
            traded = min(coming.left, met.left)
            if not traded:
                break
            coming.left -= traded
            met.left -= traded
            yield QuoteTrade(
                taker_row=quote.row,
                maker_row=met.quote.row,
                taker=quote.venue,
                maker=met.quote.venue,
                taker_side=quote.side,
                price=met.quote.price,
                quantity=traded,
            )
        for side in book.values():
            side[:] = [one for one in side if one.left]
        if coming.left:
            own.append(coming)


def _crossed(others: list[_Resting], quote: RecordedQuote) -> list[_Resting]:
    """Return what a quote may take: the best price first, then first come, first served."""
    if quote.side is Side.BUY:
        met = [one for one in others if one.quote.price <= quote.price]
        return sorted(met, key=lambda one: one.quote.price)
    met = [one for one in others if one.quote.price >= quote.price]
    return sorted(met, key=lambda one: -one.quote.price)


def _other(side: Side) -> Side:
    return Side.SELL if side is Side.BUY else Side.BUY
