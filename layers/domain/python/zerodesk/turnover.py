"""What an account traded lately, by the day: so little that it travels in each of its records.

The turnover of a currency is the notional, price times quantity in its minor units, of all fills in
markets that are quoted in it, be the account maker or taker, of what is delivered or of a
derivative. A trade with oneself counts for nothing. Days are of record time, in UTC; 30 of them
count, the present one included.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from zerodesk.instruments import Market
from zerodesk.positions import day_of

WINDOW_DAYS: Final = 30

Days = dict[str, int]
"""Minor units by the number of the day since 1970, written as text, as JSON keeps keys."""


class TickValue(NamedTuple):
    """What one tick on one lot of a market is worth, minor units of its quote currency.

    It stays for good, as tick and lot do.
    """

    currency: str
    minor: int

    @classmethod
    def of(cls, market: Market) -> "TickValue":
        """Return a market's."""
        return cls(market.quote, market.tick_value_minor)


def tick_value_in(bodies: Iterable[dict[str, Any]]) -> TickValue | None:
    """Return the tick value of the market that records of a book list, None if they list none."""
    for body in bodies:
        for event in body["events"]:
            if event["type"] == "MarketListed":
                return TickValue.of(Market.from_dict(event["market"]))
    return None


def turnover_of_trade(trade: Mapping[str, Any], tick: TickValue) -> tuple[int, int]:
    """Return (day, notional) that a trade counts for, for either of its accounts.

    Examples
    --------
    >>> trade = {"price_ticks": 100, "quantity_lots": 3, "executed_at_ms": 2 * 86_400_000,
    ...          "maker_account_id": "alice", "taker_account_id": "bob"}
    >>> turnover_of_trade(trade, TickValue("USD", 5))
    (2, 1500)
    >>> turnover_of_trade(trade | {"taker_account_id": "alice"}, TickValue("USD", 5))
    (2, 0)
    """
    tick_lots = trade["price_ticks"] * trade["quantity_lots"]
    with_itself = trade["maker_account_id"] == trade["taker_account_id"]
    return day_of(trade["executed_at_ms"]), 0 if with_itself else tick_lots * tick.minor


def with_turnover(days: Mapping[str, int], traded: Iterable[tuple[int, int]]) -> Days:
    """Return the days after further trades, each (day, notional), without days that have passed.

    Examples
    --------
    >>> with_turnover({"1": 7, "29": 1}, [(31, 5), (29, 1), (0, 9)])
    {'29': 2, '31': 5}
    """
    after = dict(days)
    for day, notional_minor in traded:
        if notional_minor:
            after[str(day)] = after.get(str(day), 0) + notional_minor
    latest = max(map(int, after), default=0)
    return {day: minor for day, minor in after.items() if int(day) > latest - WINDOW_DAYS}


def turnover_minor(days: Mapping[str, int], at_ms: int) -> int:
    """Return the turnover of the present day and of the 29 before it.

    Examples
    --------
    >>> turnover_minor({"1": 7, "2": 1, "31": 5}, at_ms=31 * 86_400_000)
    6
    """
    first = day_of(at_ms) - WINDOW_DAYS + 1
    return sum(minor for day, minor in days.items() if int(day) >= first)
