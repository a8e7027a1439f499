"""One instrument of an account, as margin sees it.

Each is a *piece*: what it makes at the mark, what it needs by itself, and what it takes from or
gives to the others of its underlying in each scenario. All pieces of one underlying need the lesser
of two sums (``zerodesk.risk.sums``), for each of them is enough:

- the *parts*: what every piece needs by itself, perpetuals by their tiers, options by what buying
  them back could cost;
- the *portfolio*: the largest loss of all of them together in a scenario of price and volatility,
  every open order filled where it loses, and the charge for offsets across expiries; at least the
  minimum for each short option; beyond it what a perpetual's tiers ask more than its scenarios, as
  large positions take longer to close; less what the options are worth at the mark.

Where a market says which share of a day's volume is free, what an instrument has beyond it adds to
both sums, with every order filled: half of the most that these lots lose in a scenario, rounded up.
Of an option that is what is short.

What an account has free of the underlying covers: half of what it would gain counts against the
loss of the same scenario. Its worth is no equity, for nobody sells it for the account.

A piece is made of a mark, a position and open orders, and stands with them; what one *lot* comes to
stands with its mark alone.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from zerodesk.derived import Working
from zerodesk.money import BASIS_POINTS, share_bps
from zerodesk.positions import Position
from zerodesk.risk.marked import Marked
from zerodesk.risk.scenarios import RANGES, SCENARIOS
from zerodesk.tiers import share_minor

SHORT_MINIMUM_BPS: Final = 500
"""Beyond the mark, of what the underlying of a short lot is worth: the scenarios know no jump that
makes an option far out of the money worth something."""

CROWDING_BPS: Final = 5_000
"""Of the worst loss of what is beyond the free share of a day's volume: to get rid of it takes
longer than the scenarios look ahead."""

MAINTENANCE_BPS: Final = 8_000
"""Of what a portfolio needs to be opened, beyond what its options are worth."""

PER_UNIT: Final = 1_000_000
"""A delta of one underlying, in millionths."""

_QUARTER_PERCENTS: Final = 400
LINEAR: Final = tuple(
    round(one.price * one.weight * _QUARTER_PERCENTS) * RANGES.price_bps for one in SCENARIOS
)
"""What moves with the price makes so much of its worth in each scenario, over ``LINEAR_UNIT``."""
LINEAR_UNIT: Final = _QUARTER_PERCENTS * BASIS_POINTS
_LINEAR_HALF: Final = LINEAR_UNIT // 2
_LINEAR_MOST: Final = max(LINEAR)


@lru_cache(maxsize=1_024)
def linear_profit_minor(worth_minor: int) -> tuple[int, ...]:
    """Return what something that moves with the price makes in each scenario, to the nearest unit.

    Examples
    --------
    A move of a quarter of 15 % is 3.75 %; of three times as much as 15 % a bit over a third counts.

    >>> profits = linear_profit_minor(10_000)
    >>> profits[2], profits[4], profits[-2:]
    (375, -375, (1575, -1575))
    """
    return tuple([(worth_minor * move + _LINEAR_HALF) // LINEAR_UNIT for move in LINEAR])


class Lot:
    """What one lot of an instrument comes to at its mark. Minor units.

    ``worth_minor`` is what its underlying is worth. ``worst_minor`` is the most that a short one
    loses in a scenario; of an option with what buying it back costs at the mark, and beyond that
    five per cent of the underlying at least. ``delta`` is what of the underlying it stands for, in
    millionths of a minor unit; ``is_counted`` is a lot of a market that counts what is many.
    """

    __slots__ = (
        "delta",
        "expiry",
        "is_counted",
        "is_option",
        "mark_minor",
        "minimum_minor",
        "one",
        "worst_minor",
        "worth_minor",
    )

    def __init__(self, symbol: str, one: Marked) -> None:
        self.one, risk = one, one.option
        self.is_option, self.is_counted = risk is not None, one.free_volume_bps is not None
        mark_minor = one.mark_price_ticks * one.tick_value_minor
        self.mark_minor = mark_minor
        if risk is None:
            self.worth_minor = mark_minor
            self.worst_minor = (mark_minor * _LINEAR_MOST + _LINEAR_HALF) // LINEAR_UNIT
            self.minimum_minor, self.delta, self.expiry = 0, PER_UNIT * mark_minor, ""
        else:
            self.worth_minor = risk.underlying_minor
            self.minimum_minor = share_bps(risk.underlying_minor, SHORT_MINIMUM_BPS)
            self.worst_minor = mark_minor + max(self.minimum_minor, *risk.profit_minor)
            self.delta = risk.delta_millionths * risk.underlying_minor
            self.expiry = symbol.split("-")[1]

    @property
    def is_of_scenarios(self) -> bool:
        """Whether its risk array is of these scenarios: with others it cannot be set against."""
        risk = self.one.option
        return risk is None or len(risk.profit_minor) == len(LINEAR)

    @property
    def profit_minor(self) -> Sequence[int]:
        """What it makes in each scenario, held long."""
        risk = self.one.option
        return linear_profit_minor(self.worth_minor) if risk is None else risk.profit_minor


Share = tuple[tuple[int, int], tuple[int, int], tuple[int, int, int]]
"""What a piece takes from or gives to the others of its underlying. Minor units.

- How many lots are short where the price rises, every order filled that makes it worse, and how
  many are long where it falls.
- What the most and the least of the underlying come to that it may stand for.
- The minimum of what is short; what its size needs beyond all scenarios; what an option is worth,
  with all that may be sold of it sold.

Plain tuples, as one is made for every order, and compared by threes: mostly one of them is another.
"""


class Piece:
    """One instrument: what it needs by itself, and what it means to the others. Minor units.

    ``worst_lots`` are the most that the open orders could lead to, on the side that needs more; of
    an option what is short. ``parts_minor`` is what it needs by itself for these, with
    ``crowding_minor`` for being many.
    """

    __slots__ = (
        "_share",
        "crowding_minor",
        "lot",
        "parts_minor",
        "position",
        "unrealised_minor",
        "working",
        "worst_lots",
    )

    def __init__(self, lot: Lot, position: Position, working: Working) -> None:
        self.lot, self.position, self.working = lot, position, working
        self._share: Share | None = None
        lots = position.quantity_lots
        buys, sells, _, _ = working
        if lot.is_option:
            # What selling would bring is not counted before it is there, and buying is paid out of
            # what is held: to have sold all and bought nothing is the worst.
            self.unrealised_minor = 0
            worst_lots = sells - lots if sells > lots else 0
            parts_minor = worst_lots * lot.worst_minor
        else:
            one, worth_minor = lot.one, lot.worth_minor
            paid_minor = position.cost_tick_lots * one.tick_value_minor
            self.unrealised_minor = lots * worth_minor - paid_minor
            bought_lots, sold_lots = lots + buys, sells - lots
            worst_lots = bought_lots if bought_lots > sold_lots else sold_lots
            parts_minor = share_minor(worst_lots * worth_minor, one.margin, initial=True)
        self.worst_lots, self.crowding_minor = worst_lots, 0
        if lot.is_counted:
            self.crowding_minor = crowding_minor(lot.one, worst_lots)
            parts_minor += self.crowding_minor
        self.parts_minor = parts_minor

    @property
    def share(self) -> Share:
        """What it means to the others of its underlying."""
        if self._share is None:
            self._share = self._shared()
        return self._share

    def _shared(self) -> Share:
        lot, lots = self.lot, self.position.quantity_lots
        buys, sells, closing_buys, closing_sells = self.working
        # What only reduces takes a hedge away, and never opens.
        if closing_buys and lots < 0:
            buys += min(closing_buys, -lots)
        if closing_sells and lots > 0:
            sells += min(closing_sells, lots)
        least_lots, delta = lots - sells, lot.delta
        high_minor, low_minor = (lots + buys) * delta // PER_UNIT, least_lots * delta // PER_UNIT
        if lot.is_option:
            if delta < 0:
                high_minor, low_minor = low_minor, high_minor
            minimum_minor = -least_lots * lot.minimum_minor if least_lots < 0 else 0
            value_minor, more_minor = least_lots * lot.mark_minor, self.crowding_minor
            down_lots = least_lots
        else:
            minimum_minor = value_minor = 0
            tiers_minor, more_minor = self.parts_minor - self.crowding_minor, self.crowding_minor
            more_minor += max(0, tiers_minor - self.worst_lots * lot.worst_minor)
            down_lots = lots + buys
        return (
            (-least_lots, down_lots),
            (high_minor, low_minor),
            (minimum_minor, more_minor, value_minor),
        )

    def maintenance_minor(self) -> int:
        """Return below what equity the position is liquidated, by itself; orders do not count."""
        lot, lots = self.lot, self.position.quantity_lots
        one = lot.one
        if one.option is None:
            many_minor = share_up(crowding_minor(one, abs(lots)), MAINTENANCE_BPS)
            kept_minor = share_minor(abs(lots) * lot.worth_minor, one.margin, initial=False)
            return kept_minor + many_minor
        short_lots = max(0, -lots)
        beyond_minor = short_lots * (lot.worst_minor - lot.mark_minor)
        beyond_minor += crowding_minor(one, short_lots)
        return short_lots * lot.mark_minor + share_up(beyond_minor, MAINTENANCE_BPS)

    def is_kept_by_parts(self, parts_minor: int) -> bool:
        """Whether a perpetual by itself needs no less by its scenarios than by its tiers.

        To be opened, what it loses in the worst scenario and the excess of its tiers are what the
        tiers ask at least, but for a unit a lot by which the two extremes are rounded apart.
        """
        least_minor = self.parts_minor - abs(self.position.quantity_lots)
        is_perpetual = self.lot.one.option is None
        return is_perpetual and parts_minor * BASIS_POINTS <= least_minor * MAINTENANCE_BPS


def crowding_minor(one: Marked, lots: int) -> int:
    """Return what lots need for being many against what their market trades, rounded up.

    It rises with the lots and falls with the volume, and two positions of a kind need no less
    together than each alone: by splitting nothing becomes easier to sell.

    Examples
    --------
    Of 200,000 lots a day 20,000 are free; 30,000 more lose 0.945 each at worst, and half counts.

    >>> perpetual = Marked("BTC", "USD", 1, 10_000, 6_000_000, 0, free_volume_bps=1_000)
    >>> crowding_minor(perpetual._replace(day_volume_lots=200_000), 50_000) / 10**6
    14175.0
    """
    free_lots = one.free_lots
    if free_lots is None or lots <= free_lots:
        return 0
    if one.option is None:
        worth_minor = one.mark_price_ticks * one.tick_value_minor
        worst_minor = (worth_minor * _LINEAR_MOST + _LINEAR_HALF) // LINEAR_UNIT
    else:
        worst_minor = max(map(abs, one.option.profit_minor))
    return share_up((lots - free_lots) * worst_minor, CROWDING_BPS)


def share_up(amount_minor: int, bps: int) -> int:
    """Return basis points of an amount, rounded up."""
    return -(-amount_minor * bps // BASIS_POINTS)
