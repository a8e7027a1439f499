"""A market as its table shows it, for whoever is handed the item and needs no client."""

import json
from typing import Any, NamedTuple

from zerodesk.instruments import Market, TradingState


class Listed(NamedTuple):
    """A listed market as of a record of its book, of ``time_ms``. Prices in ticks."""

    market: Market
    state: TradingState
    mark_price_ticks: int
    marked_at_ms: int
    last_price_ticks: int | None
    book_sequence: int
    auction: dict[str, Any] | None = None
    next_expiry_ms: int | None = None
    state_reason: str = ""
    state_by: str = ""
    state_since_ms: int = 0
    stale_at_ms: int | None = None
    time_ms: int = 0
    fundings: tuple[tuple[int, int | None, int | None, int | None], ...] = ()
    """The latest (funding time, rate in millionths, mark, index in ticks) of a perpetual."""

    @property
    def funded_at_ms(self) -> int:
        """The latest time for which the market was funded, or passed over."""
        return self.fundings[-1][0] if self.fundings else 0


def listed_of(view: dict[str, Any], book_sequence: int) -> Listed | None:
    """Return the market of a view as of a record of its book; None where it lists none."""
    if not view["market"]:
        return None
    return Listed(
        market=Market.from_dict(view["market"]),
        state=TradingState(view["state"]),
        mark_price_ticks=view["mark"]["price_ticks"],
        marked_at_ms=view["mark"]["at_ms"],
        last_price_ticks=view["last"] and view["last"]["price_ticks"],
        book_sequence=book_sequence,
        auction=view.get("auction"),
        next_expiry_ms=view.get("next_expiry_ms"),
        state_reason=view.get("state_reason", ""),
        state_by=view.get("state_by", ""),
        state_since_ms=view.get("state_since_ms", 0),
        stale_at_ms=view.get("stale_at_ms"),
        time_ms=view.get("time_ms", 0),
        fundings=tuple(_funding(row) for row in view.get("fundings", ())),
    )


def listed_in(item: dict[str, Any] | None) -> Listed | None:
    """Return the market of an item as DynamoDB has it: each attribute with its type.

    None without an item, and where it lists none.

    Raises
    ------
    KeyError
        The item is not one of the market table: an attribute is missing, or of another type.

    Examples
    --------
    >>> listed_in(None)
    >>> listed_in({"book_sequence": {"N": "1"}, "view": {"S": '{"market": null}'}})
    >>> listed_in({"book_sequence": {"S": "1"}, "view": {"S": "{}"}})
    Traceback (most recent call last):
    KeyError: 'N'
    """
    if item is None:
        return None
    book_sequence = int(item["book_sequence"]["N"])
    return listed_of(json.loads(item["view"]["S"]), book_sequence)


def _funding(row: list[Any]) -> tuple[int, int | None, int | None, int | None]:
    at_ms, *priced = (None if number is None else int(number) for number in row)
    assert at_ms is not None, "a funding is of a time"
    rate_millionths, mark_ticks, index_ticks = priced
    return at_ms, rate_millionths, mark_ticks, index_ticks
