"""A book's state as text, laid out for who reads a million resting orders back.

Its first line is all that there is one of, with the prices and the seconds that the other lines are
of: a line for the orders at each price, a line for the command ids of each second. Each line is
canonical JSON, and where all of it are orders without special terms, or ids, it is the very text
whose hash is in the book's digest, see ``BookState.digest``. So whoever reads it has that hash
without writing anything again, and a state that the journal vouches for is one whose text it does.
"""

import hashlib
import json
from typing import Any, Final

from zerodesk.codec import canonical_json
from zerodesk.matching.ladder import Ladder
from zerodesk.matching.order import KEPT_TERMS, BookOrder
from zerodesk.matching.state import BookState

LAID_OUT: Final = ("bids", "asks", "known_commands")
"""What has lines of its own: the first line has the price, or second, of each of them."""


def text_of(state: BookState) -> bytes:
    """Return a book's state as it stands between two records."""
    known = state.memory.texts_at(state.time_ms)
    levels = {"bids": _levels(state.bids), "asks": _levels(state.asks)}
    places = {name: [place for place, _ in lines] for name, lines in levels.items()}
    head = state.apart() | places | {"known_commands": [span for span, _ in known]}
    texts = [text for lines in (*levels.values(), known) for _, text in lines]
    return b"\n".join((canonical_json(head), *texts))


def _levels(ladder: Ladder) -> list[tuple[int, bytes]]:
    """Return (price_ticks, text of the orders there), best price first."""
    return [
        (level.price_ticks, _orders_text(list(level.in_priority())))
        for _, level in sorted(ladder.levels.items())
        if level.head is not None
    ]


def _orders_text(orders: list[BookOrder]) -> bytes:
    """Return the orders at a price by their rows, or by their names where one has special terms."""
    is_plain = all(_is_plain(order) for order in orders)
    return canonical_json([order.row() if is_plain else order.to_dict() for order in orders])


def _is_plain(order: BookOrder) -> bool:
    """Whether a row says all of an order: it came without special terms, or has none left."""
    return type(order) is BookOrder or not KEPT_TERMS & order.to_dict().keys()


def state_of(text: bytes) -> BookState:
    """Return the state that ``text_of`` wrote.

    Believe it only for its digest: that says every order and id, and each of them is here once.

    Raises
    ------
    AttributeError, KeyError, TypeError, ValueError
        The text is of no state.
    """
    first, *lines = text.split(b"\n")
    head = json.loads(first)
    state = BookState.of_apart(head)
    prices = [(ladder, head[name]) for name, ladder in (("bids", state.bids), ("asks", state.asks))]
    spans = head["known_commands"]
    if len(lines) != sum(len(at) for _, at in prices) + len(spans):
        raise ValueError(f"{len(lines)} lines, its first one says otherwise")
    following = iter(lines)
    for ladder, prices_ticks in prices:
        for price_ticks in prices_ticks:
            _lay_level(state, ladder, price_ticks, next(following))
    for span in spans:
        line = next(following)
        ids, since_ms = json.loads(line)
        state.memory.lay(span, dict(zip(ids, since_ms, strict=True)), _hash(line))
    state.keep_waiting(head)
    return state


def _lay_level(state: BookState, ladder: Ladder, price_ticks: int, line: bytes) -> None:
    values: list[Any] = json.loads(line)
    if values and isinstance(values[0], list):
        orders, digest = [BookOrder.of_row(row) for row in values], _hash(line)
    else:
        orders, digest = [BookOrder.from_dict(one) for one in values], None
    if any(order.price_ticks != price_ticks for order in orders):
        raise ValueError(f"orders at {price_ticks} ticks have another price")
    rested = len(state.orders)
    state.orders.update((order.order_id, order) for order in orders)
    if len(state.orders) != rested + len(orders):
        raise ValueError(f"an order at {price_ticks} ticks rests twice")
    ladder.lay(orders, digest)


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
