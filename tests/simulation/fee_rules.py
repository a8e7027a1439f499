"""Rules of fees: turnover is what the fills add up to, and an order's rates follow from it.

By the journals alone: an account's fills, the schedules that stood by the record of the control
stream that its hold names, and the listing. Parts of invariant 4.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.simulation.invariants import Evidence
    from tests.simulation.reading import Record
    from zerodesk.instruments import Market

DAY_MS: Final = 86_400_000
DAYS: Final = 30
NO_TRADE: Final = ("DELEVERAGED", "EXPIRY")
"""Fills that count for no turnover."""

Traded = Counter[tuple[str, int]]
"""Notional by (currency, day), in minor units."""


def fees_follow_turnover(evidence: "Evidence") -> Iterator[str]:
    """Yield turnovers that are not what was traded, and rates that do not follow from them."""
    control = evidence.streams.by_name.get("control#limits", [])
    for account, records in evidence.streams.accounts:
        traded: Traded = Counter()
        for before, record in pairwise(records):
            place, cause = f"{account} {record.sequence}", record.body["cause"]
            if cause["kind"] == "hold" and "amends" not in cause:
                yield from _rates(evidence.markets, place, record, control, traded)
            if cause["kind"] != "settle":
                if before.body["state"].get("turnover") != record.body["state"].get("turnover"):
                    yield f"{place}: {cause['kind']} changes the turnover"
                continue
            traded += _notional(evidence.markets[cause["book"]], cause["fills"])
            told = {
                (currency, int(day)): minor
                for currency, days in record.body["state"].get("turnover", {}).items()
                for day, minor in days.items()
            }
            latest = max((day for _, day in traded), default=0)
            due = {key: minor for key, minor in traded.items() if key[1] > latest - DAYS}
            if told != due:
                yield f"{place}: the turnover is {told}, the fills say {due}"


def _notional(market: "Market", fills: list[dict[str, Any]]) -> Traded:
    """Return what fills count for: nothing where both sides of a trade are of the account."""
    sides = Counter(fill["trade_id"] for fill in fills)
    found: Traded = Counter()
    for fill in fills:
        if sides[fill["trade_id"]] == 1 and fill["liquidity"] not in NO_TRADE:
            tick_lots = fill["price_ticks"] * fill["quantity_lots"]
            day = fill["executed_at_ms"] // DAY_MS
            found[market.quote, day] += tick_lots * market.tick_value_minor
    return found


def _rates(
    markets: dict[str, "Market"],
    place: str,
    record: "Record",
    control: list["Record"],
    traded: Traded,
) -> Iterator[str]:
    cause = record.body["cause"]
    command = record.body["state"]["holds"][cause["order_id"]]["command"]
    market = markets[command["symbol"]]
    sequence = cause.get("decided_on", {}).get("limits_sequence", 0)
    entries = control[sequence - 1].body["state"] if sequence else {}
    due = market.maker_bps, market.taker_bps
    for scope in (market.quote, command["symbol"]):
        if tiers := entries.get(f"fees:{scope}", {}).get("tiers"):
            first = cause["at_ms"] // DAY_MS - DAYS + 1
            own = (
                (day, minor)
                for (currency, day), minor in traded.items()
                if currency == market.quote
            )
            turnover = sum(minor for day, minor in own if day >= first)
            due = [(maker, taker) for least, maker, taker in tiers if least <= turnover][-1]
    if (command["maker_bps"], command["taker_bps"]) != due:
        yield f"{place}: {command} at other rates than {due}"
