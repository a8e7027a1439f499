"""The market that a replay lists for itself: its steps, its filters, its collar.

No check is switched off. Each bound is the tightest that admits every trade to be replayed, and
the replay reports them.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from zerodesk.instruments import SYMBOL, SYMBOL_RULE
from zerodesk.money import BASIS_POINTS
from zerodesk_client.api import NewMarket
from zerodesk_client.formats import RecordedTrade
from zerodesk_client.replay.scoreboard import Pair

QUOTE: Final = "USD"
MAKER_BPS: Final = 2
TAKER_BPS: Final = 5
RUN_ID: Final = re.compile(r"[A-Z0-9]{4,8}")
RUN_ID_RULE: Final = "4 to 8 capitals or digits"
_RUN_ID_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_BASE_CHARACTERS: Final = 12


class ReplayOptionError(ValueError):
    """An option of a replay that cannot be; the text says the rule."""


@dataclass(frozen=True, slots=True)
class ReplayMarket:
    """The listing, and the trades in its ticks and lots."""

    listing: NewMarket
    pairs: tuple[Pair, ...]
    lowest: Decimal
    highest: Decimal


def new_run_id() -> str:
    """Return an id for a run; its market and its accounts carry it."""
    return "".join(secrets.choice(_RUN_ID_LETTERS) for _ in range(6))


def symbol_for(path: Path, run_id: str) -> str:
    """Return a symbol of a run's own: the file's first letters, the run, the quote currency.

    Examples
    --------
    >>> symbol_for(Path("spy_20131008_trades.csv.gz"), "K7Q2MX")
    'SPYK7Q2MX-USD'
    """
    found = re.match(r"[A-Za-z]+", path.name)
    stem = found.group().upper() if found else "FILE"
    return f"{stem[: _BASE_CHARACTERS - len(run_id)]}{run_id}-{QUOTE}"


def market_for(trades: Sequence[RecordedTrade], symbol: str) -> ReplayMarket:
    """Return the market that admits ``trades`` and as little else as its checks can.

    The tick and the lot are the finest decimal that the trades use. The mark of a market may be
    any price that has traded, however late it follows, so the collar is the whole range seen from
    its low end: highest / lowest - 1, rounded up to a basis point.

    Raises
    ------
    ReplayOptionError
        The symbol is none.
    """
    if not re.fullmatch(SYMBOL, symbol):
        raise ReplayOptionError(f"{symbol!r} is no symbol: {SYMBOL_RULE}")
    base, quote = symbol.split("-")
    tick_digits = max(_decimals(trade.price) for trade in trades)
    lot_digits = max(_decimals(trade.quantity) for trade in trades)
    lowest = min(trade.price for trade in trades)
    highest = max(trade.price for trade in trades)
    listing = NewMarket(
        symbol=symbol,
        base=base,
        quote=quote,
        tick_size=Decimal(1).scaleb(-tick_digits),
        lot_size=Decimal(1).scaleb(-lot_digits),
        min_notional=min(trade.price * trade.quantity for trade in trades),
        max_quantity=max(trade.quantity for trade in trades),
        maker_bps=MAKER_BPS,
        taker_bps=TAKER_BPS,
        collar_bps=collar_bps(lowest, highest),
        reference_price=trades[0].price,
    )
    pairs = tuple(
        Pair(int(trade.price.scaleb(tick_digits)), int(trade.quantity.scaleb(lot_digits)))
        for trade in trades
    )
    return ReplayMarket(listing, pairs, lowest, highest)


def collar_bps(lowest: Decimal, highest: Decimal) -> int:
    """Return the narrowest collar that admits any price of a range around any mark in it.

    Examples
    --------
    >>> collar_bps(Decimal("165.16"), Decimal("167.72"))
    156
    """
    whole, rest = divmod((highest - lowest) * BASIS_POINTS, lowest)
    return max(1, int(whole) + (1 if rest else 0))


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int), "a recorded number is finite"
    return max(0, -exponent)
