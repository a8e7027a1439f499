"""Margin of all derivatives of one currency, from sums that are kept and changed by what changed.

Each instrument is a *piece*: what it makes at the mark, what it needs by itself, and what it takes
from or gives to the others of its underlying in each scenario. Pieces of one underlying are a
*group*, which needs the lesser of two sums, for each of them is enough:

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

A piece is made of a mark, a position and open orders, and stands with them. Whoever asks again for
the same account makes only those anew of which one is another, so that an order costs its own
piece and its own group, however many there are.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import add, sub
from typing import Final, NamedTuple

from zerodesk.derived import Working
from zerodesk.money import BASIS_POINTS, share_bps
from zerodesk.positions import Position
from zerodesk.risk.marked import Marked
from zerodesk.risk.scenarios import RANGES, SCENARIOS
from zerodesk.tiers import share_minor

SHORT_MINIMUM_BPS: Final = 500
"""Beyond the mark, of what the underlying of a short lot is worth: the scenarios know no jump that
makes an option far out of the money worth something."""

INTERMONTH_BPS: Final = 100
"""Of what deltas are worth that offset each other across expiries: months do not move as one."""

COVER_BPS: Final = 5_000
"""How much of what spot gains in a scenario counts against a loss: it is not sold by the venue."""

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

Losses = Sequence[int]
Deltas = dict[str, tuple[int, int]]


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


Made = tuple[Marked, Position, Working]
"""What a piece is made of."""


class Totals(NamedTuple):
    """What a piece brings to the sums of its underlying, and what they add up to. Minor units.

    ``value_minor`` is what the options are worth, with all that may be sold of them sold.
    """

    parts_minor: int
    short_minimum_minor: int
    concentration_minor: int
    value_minor: int


class Piece:
    """One instrument: what it needs by itself, and what it means to the others. Minor units.

    ``up_lots`` is how many lots are short where the price rises, every order filled that makes it
    worse, and ``down_lots`` how many are long where it falls.
    """

    __slots__ = (
        "_losses",
        "delta_minor",
        "down_lots",
        "expiry",
        "made",
        "totals",
        "unrealised_minor",
        "up_lots",
        "worth_minor",
    )

    def __init__(self, symbol: str, made: Made) -> None:
        self.made = made
        self._losses: Losses | None = None
        if made[0].option is None:
            self._perpetual()
        else:
            self._option(symbol)

    def _perpetual(self) -> None:
        one, position, (buys, sells, closing_buys, closing_sells) = self.made
        lots = position.quantity_lots
        worth_minor = one.mark_price_ticks * one.tick_value_minor
        self.worth_minor = worth_minor
        self.unrealised_minor = lots * worth_minor - position.cost_tick_lots * one.tick_value_minor
        worst_lots = max(lots + buys, sells - lots)
        parts_minor = share_minor(worst_lots * worth_minor, one.margin, initial=True)
        alone_minor = worst_lots * ((worth_minor * _LINEAR_MOST + _LINEAR_HALF) // LINEAR_UNIT)
        concentration_minor = max(0, parts_minor - alone_minor)
        self.totals = Totals(parts_minor, 0, concentration_minor, 0)
        if one.free_volume_bps is not None:
            self._crowd(worst_lots)
        # What only reduces takes a hedge away, and never opens.
        if closing_buys and lots < 0:
            buys += min(closing_buys, -lots)
        if closing_sells and lots > 0:
            sells += min(closing_sells, lots)
        self.up_lots, self.down_lots = sells - lots, lots + buys
        self.expiry = ""
        self.delta_minor = (lots + buys) * worth_minor, (lots - sells) * worth_minor

    def _option(self, symbol: str) -> None:
        one, position, (buys, sells, closing_buys, closing_sells) = self.made
        risk = one.option
        assert risk is not None, "asked for options alone"
        lots = position.quantity_lots
        self.unrealised_minor, self.worth_minor = 0, risk.underlying_minor
        mark_minor = one.mark_price_ticks * one.tick_value_minor
        minimum_minor = share_bps(risk.underlying_minor, SHORT_MINIMUM_BPS)
        short_lots = max(0, sells - lots)
        # What selling would bring is not counted before it is there, and buying is paid out of what
        # is held: to have sold all and bought nothing is the worst.
        worst_minor = max(minimum_minor, *risk.profit_minor)
        parts_minor = short_lots * (mark_minor + worst_minor)
        if closing_buys and lots < 0:
            buys += min(closing_buys, -lots)
        if closing_sells and lots > 0:
            sells += min(closing_sells, lots)
        short_minimum_minor = max(0, sells - lots) * minimum_minor
        self.totals = Totals(parts_minor, short_minimum_minor, 0, (lots - sells) * mark_minor)
        if one.free_volume_bps is not None:
            self._crowd(short_lots)
        self.up_lots, self.down_lots = sells - lots, lots - sells
        self.expiry = symbol.split("-")[1]
        delta = risk.delta_millionths * risk.underlying_minor
        ends = (lots + buys) * delta, (lots - sells) * delta
        self.delta_minor = max(ends) // PER_UNIT, min(ends) // PER_UNIT

    def _crowd(self, lots: int) -> None:
        """Add what lots need for being many, to what is needed alone and together."""
        more_minor, totals = crowding_minor(self.made[0], lots), self.totals
        self.totals = totals._replace(
            parts_minor=totals.parts_minor + more_minor,
            concentration_minor=totals.concentration_minor + more_minor,
        )

    def losses_minor(self) -> Losses:
        """Return what is lost in each scenario, each order filled where that makes it worse."""
        if self._losses is None:
            risk, up, down = self.made[0].option, self.up_lots, self.down_lots
            profits = linear_profit_minor(self.worth_minor) if risk is None else risk.profit_minor
            self._losses = [up * one if one > 0 else -down * one for one in profits]
        return self._losses

    def maintenance_minor(self) -> int:
        """Return below what equity the position is liquidated, by itself; orders do not count."""
        one, lots = self.made[0], self.made[1].quantity_lots
        if one.option is None:
            many_minor = _share(crowding_minor(one, abs(lots)), MAINTENANCE_BPS)
            kept_minor = share_minor(abs(lots) * self.worth_minor, one.margin, initial=False)
            return kept_minor + many_minor
        short_lots = max(0, -lots)
        mark_minor = one.mark_price_ticks * one.tick_value_minor
        minimum_minor = share_bps(one.option.underlying_minor, SHORT_MINIMUM_BPS)
        beyond_minor = short_lots * max(minimum_minor, *one.option.profit_minor)
        beyond_minor += crowding_minor(one, short_lots)
        return short_lots * mark_minor + _share(beyond_minor, MAINTENANCE_BPS)


class Group:
    """The sums of all pieces of one underlying. It is never changed, another takes its place."""

    __slots__ = ("_deltas", "_losses", "pieces", "totals")

    def __init__(
        self,
        pieces: dict[str, Piece],
        totals: Totals,
        losses: Losses | None = None,
        deltas: Deltas | None = None,
    ) -> None:
        self.pieces, self.totals = pieces, totals
        self._losses, self._deltas = losses, deltas

    @classmethod
    def of(cls, pieces: dict[str, Piece]) -> "Group":
        """Return the sums of pieces, made anew."""
        totals = map(sum, zip(*[one.totals for one in pieces.values()], strict=True))
        return cls(pieces, Totals(*totals))

    def replacing(self, symbol: str, piece: Piece) -> "Group":
        """Return the group with another piece of an instrument that it has: the others stand."""
        before, pieces = self.pieces[symbol], {**self.pieces, symbol: piece}
        (parts, minimum, concentration, value), was, now = self.totals, before.totals, piece.totals
        totals = Totals(
            parts + now.parts_minor - was.parts_minor,
            minimum + now.short_minimum_minor - was.short_minimum_minor,
            concentration + now.concentration_minor - was.concentration_minor,
            value + now.value_minor - was.value_minor,
        )
        losses, deltas = self._losses, self._deltas
        if losses is None or deltas is None or len(piece.losses_minor()) != len(losses):
            return Group(pieces, totals)
        others = map(sub, losses, before.losses_minor())
        high, low = deltas[piece.expiry]
        (old_high, old_low), (new_high, new_low) = before.delta_minor, piece.delta_minor
        moved = high - old_high + new_high, low - old_low + new_low
        return Group(
            pieces,
            totals,
            list(map(add, others, piece.losses_minor())),
            {**deltas, piece.expiry: moved},
        )

    def initial_minor(self, cover_minor: int) -> int:
        """Return what the group needs to be opened, with so much free of the underlying.

        Parameters
        ----------
        cover_minor
            In minor units of the underlying.
        """
        if len(self.pieces) == 1 and cover_minor <= 0:
            return self.totals.parts_minor
        beyond_minor = self._beyond_minor(cover_minor)
        if beyond_minor is None:
            return self.totals.parts_minor
        return min(self.totals.parts_minor, max(0, beyond_minor - self.totals.value_minor))

    def maintenance_minor(self, cover_minor: int) -> int:
        """Return below what equity the group is liquidated; made of pieces without orders."""
        parts_minor = sum([one.maintenance_minor() for one in self.pieces.values()])
        beyond_minor = self._beyond_minor(cover_minor)
        if beyond_minor is None:
            return parts_minor
        needed_minor = _share(beyond_minor, MAINTENANCE_BPS) - self.totals.value_minor
        return min(parts_minor, max(0, needed_minor))

    def _beyond_minor(self, cover_minor: int) -> int | None:
        """Return what the portfolio could lose beyond what buying it back costs at the mark.

        None where a risk array is of other scenarios: it cannot be set against the others.
        """
        if self._losses is None or self._deltas is None:
            self._sum_up()
        losses, deltas = self._losses, self._deltas
        if losses is None or deltas is None:
            return None
        if cover_minor > 0:
            gains = self._covering(cover_minor)
            losses = [loss - gain for loss, gain in zip(losses, gains, strict=True)]
        scan_minor = max(0, *losses)
        if len(deltas) > 1:
            scan_minor += _intermonth_minor(deltas)
        return max(scan_minor, self.totals.short_minimum_minor) + self.totals.concentration_minor

    def _sum_up(self) -> None:
        found = self.pieces.values()
        losses = [one.losses_minor() for one in found]
        if any(len(one) != len(LINEAR) for one in losses):
            return
        self._losses = [sum(column) for column in zip(*losses, strict=True)]
        deltas: Deltas = {}
        for one in found:
            high, low = deltas.get(one.expiry, (0, 0))
            more_high, more_low = one.delta_minor
            deltas[one.expiry] = high + more_high, low + more_low
        self._deltas = deltas

    def _covering(self, cover_minor: int) -> Losses:
        """Return what counts of the gains of what is free of the underlying, by scenario."""
        piece = self.pieces[min(self.pieces)]
        one = piece.made[0]
        worth_minor = cover_minor * piece.worth_minor // one.lot_value_minor
        counted_minor = worth_minor * COVER_BPS // BASIS_POINTS
        return [max(0, profit) for profit in linear_profit_minor(counted_minor)]


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
    return _share((lots - free_lots) * worst_minor, CROWDING_BPS)


def _intermonth_minor(deltas: Deltas) -> int:
    """Charge what is long in one expiry against what is short in another."""
    long_minor = short_minor = 0
    for high, low in deltas.values():
        if high > 0:
            long_minor += high
        if low < 0:
            short_minor -= low
    return _share(min(long_minor, short_minor), INTERMONTH_BPS)


def _share(amount_minor: int, bps: int) -> int:
    """Return basis points of an amount, rounded up."""
    return -(-amount_minor * bps // BASIS_POINTS)


class Sums(NamedTuple):
    """All groups of a currency, by underlying, and what closing every perpetual would bring.

    ``made`` says of what, by symbol.
    """

    made: Mapping[str, Made]
    groups: dict[str, Group]
    unrealised_minor: int


NO_SUMS: Final = Sums({}, {}, 0)


def summed(kept: Sums, made: Mapping[str, Made]) -> Sums:
    """Return the sums of instruments, by symbol, with what stands of those that were kept.

    They are the same as if nothing had been kept: what was made of something else is made anew.
    """
    before = kept.made
    changed = [symbol for symbol, of in made.items() if before.get(symbol) != of]
    if before.keys() != made.keys():
        return _anew(kept, made)
    groups, unrealised_minor = kept.groups, kept.unrealised_minor
    for symbol in changed:
        of = made[symbol]
        group, piece = groups[of[0].base], Piece(symbol, of)
        unrealised_minor += piece.unrealised_minor - group.pieces[symbol].unrealised_minor
        groups = {**groups, of[0].base: group.replacing(symbol, piece)}
    return Sums(made, groups, unrealised_minor)


def _anew(kept: Sums, made: Mapping[str, Made]) -> Sums:
    """Sum up anew, of pieces that stand where they do."""
    by_underlying: dict[str, dict[str, Piece]] = {}
    for symbol, of in made.items():
        if kept.made.get(symbol) == of:
            piece = kept.groups[of[0].base].pieces[symbol]
        else:
            piece = Piece(symbol, of)
        by_underlying.setdefault(of[0].base, {})[symbol] = piece
    groups = {base: Group.of(pieces) for base, pieces in by_underlying.items()}
    unrealised_minor = sum(
        [one.unrealised_minor for group in groups.values() for one in group.pieces.values()]
    )
    return Sums(made, groups, unrealised_minor)
