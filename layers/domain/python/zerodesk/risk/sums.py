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
piece and its own group, however many there are. What one *lot* comes to stands with its mark alone:
where only lots are others, the sums over the scenarios change by the lots that are more.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import add, sub
from typing import Final, NamedTuple

from zerodesk.derived import NONE_WORKING, Working
from zerodesk.money import BASIS_POINTS, share_bps
from zerodesk.positions import FLAT, Position
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

MOST_REPLACED: Final = 4
"""Pieces that are taken out of the sums one by one: of more, all sums are cheaper made anew."""

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


class Lot:
    """What one lot of an instrument comes to at its mark. Minor units.

    ``worth_minor`` is what its underlying is worth. ``worst_minor`` is the most that a short one
    loses in a scenario; of an option with what buying it back costs at the mark, and beyond that
    five per cent of the underlying at least.
    """

    __slots__ = (
        "delta_millionths",
        "expiry",
        "mark_minor",
        "minimum_minor",
        "one",
        "worst_minor",
        "worth_minor",
    )

    def __init__(self, symbol: str, one: Marked) -> None:
        self.one, risk = one, one.option
        mark_minor = one.mark_price_ticks * one.tick_value_minor
        self.mark_minor = mark_minor
        if risk is None:
            self.worth_minor = mark_minor
            self.worst_minor = (mark_minor * _LINEAR_MOST + _LINEAR_HALF) // LINEAR_UNIT
            self.minimum_minor, self.delta_millionths, self.expiry = 0, PER_UNIT, ""
        else:
            self.worth_minor = risk.underlying_minor
            self.minimum_minor = share_bps(risk.underlying_minor, SHORT_MINIMUM_BPS)
            self.worst_minor = mark_minor + max(self.minimum_minor, *risk.profit_minor)
            self.delta_millionths, self.expiry = risk.delta_millionths, symbol.split("-")[1]

    @property
    def profit_minor(self) -> Sequence[int]:
        """What it makes in each scenario, held long."""
        risk = self.one.option
        return linear_profit_minor(self.worth_minor) if risk is None else risk.profit_minor


class Share(NamedTuple):
    """What a piece takes from or gives to the others of its underlying. Minor units.

    ``up_lots`` is how many lots are short where the price rises, every order filled that makes it
    worse, and ``down_lots`` how many are long where it falls. ``high_minor`` and ``low_minor`` are
    what the most and the least of the underlying come to that it may stand for, ``value_minor``
    what an option is worth, with all that may be sold of it sold.
    """

    up_lots: int
    down_lots: int
    high_minor: int
    low_minor: int
    short_minimum_minor: int
    concentration_minor: int
    value_minor: int


class Piece:
    """One instrument: what it needs by itself, and what it means to the others. Minor units.

    ``parts_minor`` is what it needs by itself, with ``crowding_minor`` for being many.
    """

    __slots__ = (
        "_share",
        "crowding_minor",
        "lot",
        "parts_minor",
        "position",
        "unrealised_minor",
        "working",
    )

    def __init__(self, lot: Lot, position: Position, working: Working) -> None:
        self.lot, self.position, self.working = lot, position, working
        self._share: Share | None = None
        one, lots = lot.one, position.quantity_lots
        buys, sells, _, _ = working
        if one.option is None:
            worth_minor, cost_tick_lots = lot.worth_minor, position.cost_tick_lots
            self.unrealised_minor = lots * worth_minor - cost_tick_lots * one.tick_value_minor
            worst_lots = max(lots + buys, sells - lots)
            parts_minor = share_minor(worst_lots * worth_minor, one.margin, initial=True)
        else:
            # What selling would bring is not counted before it is there, and buying is paid out of
            # what is held: to have sold all and bought nothing is the worst.
            self.unrealised_minor = 0
            worst_lots = max(0, sells - lots)
            parts_minor = worst_lots * lot.worst_minor
        self.crowding_minor = 0
        if one.free_volume_bps is not None:
            self.crowding_minor = crowding_minor(one, worst_lots)
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
        most_lots, least_lots = lots + buys, lots - sells
        worth_minor, more_minor = lot.worth_minor, self.crowding_minor
        if lot.one.option is None:
            tiers_minor = self.parts_minor - more_minor
            worst_lots = max(lots + self.working.buy_lots, self.working.sell_lots - lots)
            more_minor += max(0, tiers_minor - worst_lots * lot.worst_minor)
            high_minor, low_minor = most_lots * worth_minor, least_lots * worth_minor
            return Share(-least_lots, most_lots, high_minor, low_minor, 0, more_minor, 0)
        delta = lot.delta_millionths * worth_minor
        high_minor, low_minor = most_lots * delta // PER_UNIT, least_lots * delta // PER_UNIT
        if delta < 0:
            high_minor, low_minor = low_minor, high_minor
        return Share(
            -least_lots,
            least_lots,
            high_minor,
            low_minor,
            max(0, -least_lots) * lot.minimum_minor,
            more_minor,
            least_lots * lot.mark_minor,
        )

    def maintenance_minor(self) -> int:
        """Return below what equity the position is liquidated, by itself; orders do not count."""
        lot, lots = self.lot, self.position.quantity_lots
        one = lot.one
        if one.option is None:
            many_minor = _share(crowding_minor(one, abs(lots)), MAINTENANCE_BPS)
            kept_minor = share_minor(abs(lots) * lot.worth_minor, one.margin, initial=False)
            return kept_minor + many_minor
        short_lots = max(0, -lots)
        beyond_minor = short_lots * (lot.worst_minor - lot.mark_minor)
        beyond_minor += crowding_minor(one, short_lots)
        return short_lots * lot.mark_minor + _share(beyond_minor, MAINTENANCE_BPS)

    def is_kept_by_parts(self, parts_minor: int) -> bool:
        """Whether a perpetual by itself needs no less by its scenarios than by its tiers.

        To be opened, what it loses in the worst scenario and the excess of its tiers are what the
        tiers ask at least, but for a unit a lot by which the two extremes are rounded apart.
        """
        least_minor = self.parts_minor - abs(self.position.quantity_lots)
        is_perpetual = self.lot.one.option is None
        return is_perpetual and parts_minor * BASIS_POINTS <= least_minor * MAINTENANCE_BPS


class Portfolio(NamedTuple):
    """What the shares of an underlying's pieces add up to. Minor units.

    ``losses_minor`` is by scenario, ``scan_minor`` the largest of them or nothing; ``deltas`` are
    what the most and the least come to that each expiry may stand for, ``long_minor`` and
    ``short_minor`` the sums over the expiries that may be long, and short.
    """

    losses_minor: Losses
    scan_minor: int
    deltas: Deltas
    long_minor: int
    short_minor: int
    short_minimum_minor: int
    concentration_minor: int
    value_minor: int

    @classmethod
    def of(cls, pieces: Iterable[Piece]) -> "Portfolio | None":
        """Return the sums of pieces; None where their risk arrays do not go together."""
        losses, deltas = list[Losses](), Deltas()
        minimum_minor = concentration_minor = value_minor = 0
        for one in pieces:
            profit_minor, expiry = one.lot.profit_minor, one.lot.expiry
            if len(profit_minor) != len(LINEAR):
                return None
            up, down, more_high, more_low, minimum, concentration, value = one.share
            losses.append(_losses(profit_minor, up, down))
            high, low = deltas.get(expiry, (0, 0))
            deltas[expiry] = high + more_high, low + more_low
            minimum_minor += minimum
            concentration_minor += concentration
            value_minor += value
        losses_minor = list(map(sum, zip(*losses, strict=True)))
        return cls(
            losses_minor,
            max(0, *losses_minor),
            deltas,
            sum([max(0, high) for high, _ in deltas.values()]),
            sum([max(0, -low) for _, low in deltas.values()]),
            minimum_minor,
            concentration_minor,
            value_minor,
        )

    def replacing(self, before: Piece, piece: Piece) -> "Portfolio | None":
        """Return the sums with another piece of an instrument."""
        losses, scan, deltas, long, short, minimum, concentration, value = self
        old_up, old_down, old_high, old_low, old_minimum, old_concentration, old_value = (
            before.share
        )
        up, down, new_high, new_low, new_minimum, new_concentration, new_value = piece.share
        lot, was = piece.lot, before.lot
        if lot is not was:
            if len(lot.profit_minor) != len(losses):
                return None
            others = map(sub, losses, _losses(was.profit_minor, old_up, old_down))
            losses = list(map(add, others, _losses(lot.profit_minor, up, down)))
            scan = max(0, *losses)
        elif up != old_up or down != old_down:
            more = _losses(lot.profit_minor, up - old_up, down - old_down)
            losses = list(map(add, losses, more))
            scan = max(0, *losses)
        high, low = deltas[lot.expiry]
        after_high, after_low = high - old_high + new_high, low - old_low + new_low
        return Portfolio(
            losses,
            scan,
            {**deltas, lot.expiry: (after_high, after_low)},
            long + max(0, after_high) - max(0, high),
            short + max(0, -after_low) - max(0, -low),
            minimum + new_minimum - old_minimum,
            concentration + new_concentration - old_concentration,
            value + new_value - old_value,
        )

    def beyond_minor(self, gains_minor: Losses | None) -> int:
        """Return what it could lose beyond what buying it back costs at the mark.

        Parameters
        ----------
        gains_minor
            What covers it gains, by scenario.
        """
        scan_minor = self.scan_minor
        if gains_minor is not None:
            pairs = zip(self.losses_minor, gains_minor, strict=True)
            scan_minor = max(0, *[loss - gain for loss, gain in pairs])
        offset_minor = min(self.long_minor, self.short_minor)
        if offset_minor and len(self.deltas) > 1:
            # What is long in one expiry against what is short in another.
            scan_minor += _share(offset_minor, INTERMONTH_BPS)
        return max(scan_minor, self.short_minimum_minor) + self.concentration_minor


class Group:
    """All pieces of one underlying. It is never changed, another takes its place.

    ``bare_minor`` is what it needs to be opened where nothing covers.
    """

    __slots__ = ("_portfolio", "bare_minor", "parts_minor", "pieces")

    def __init__(
        self, pieces: dict[str, Piece], parts_minor: int, portfolio: Portfolio | None = None
    ) -> None:
        self.pieces, self.parts_minor, self._portfolio = pieces, parts_minor, portfolio
        self.bare_minor = parts_minor if len(pieces) == 1 else self.initial_minor(0)

    @classmethod
    def of(cls, pieces: dict[str, Piece]) -> "Group":
        """Return the sums of pieces, made anew."""
        return cls(pieces, sum([one.parts_minor for one in pieces.values()]))

    def replacing(self, symbol: str, piece: Piece) -> "Group":
        """Return the group with another piece of an instrument that it has: the others stand."""
        before, portfolio = self.pieces[symbol], self._portfolio
        return Group(
            {**self.pieces, symbol: piece},
            self.parts_minor + piece.parts_minor - before.parts_minor,
            None if portfolio is None else portfolio.replacing(before, piece),
        )

    @property
    def portfolio(self) -> Portfolio | None:
        """What all pieces come to together.

        None where a risk array is of other scenarios: it cannot be set against the others.
        """
        if self._portfolio is None:
            self._portfolio = Portfolio.of(self.pieces.values())
        return self._portfolio

    def initial_minor(self, cover_minor: int) -> int:
        """Return what the group needs to be opened, with so much free of the underlying.

        Parameters
        ----------
        cover_minor
            In minor units of the underlying.
        """
        found = self.portfolio
        if found is None:
            return self.parts_minor
        needed_minor = found.beyond_minor(self._gains_minor(cover_minor)) - found.value_minor
        return min(self.parts_minor, max(0, needed_minor))

    def maintenance_minor(self, cover_minor: int) -> int:
        """Return below what equity the group is liquidated; made of pieces without orders."""
        if len(self.pieces) == 1 and cover_minor <= 0:
            [alone] = self.pieces.values()
            parts_minor = alone.maintenance_minor()
            if alone.is_kept_by_parts(parts_minor):
                return parts_minor
        else:
            parts_minor = sum([one.maintenance_minor() for one in self.pieces.values()])
        found = self.portfolio
        if found is None:
            return parts_minor
        beyond_minor = found.beyond_minor(self._gains_minor(cover_minor))
        needed_minor = _share(beyond_minor, MAINTENANCE_BPS) - found.value_minor
        return min(parts_minor, max(0, needed_minor))

    def _gains_minor(self, cover_minor: int) -> Losses | None:
        """Return what counts of the gains of what is free of the underlying, by scenario."""
        if cover_minor <= 0:
            return None
        lot = self.pieces[min(self.pieces)].lot
        worth_minor = cover_minor * lot.worth_minor // lot.one.lot_value_minor
        counted_minor = worth_minor * COVER_BPS // BASIS_POINTS
        return [max(0, profit) for profit in linear_profit_minor(counted_minor)]


def _losses(profit_minor: Sequence[int], up_lots: int, down_lots: int) -> list[int]:
    """Return what is lost in each scenario where a price rises for some lots and falls for others.

    Of an option, and of a position without orders, they are the same lots.
    """
    if up_lots == -down_lots:
        return [up_lots * one for one in profit_minor]
    return [up_lots * one if one > 0 else -down_lots * one for one in profit_minor]


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


def _share(amount_minor: int, bps: int) -> int:
    """Return basis points of an amount, rounded up."""
    return -(-amount_minor * bps // BASIS_POINTS)


class Sums(NamedTuple):
    """All groups of a currency, by underlying, and what they come to. Minor units.

    ``derivatives``, ``positions`` and ``orders`` are what they are made of, by symbol; nobody
    changes these from here on. ``unrealised_minor`` is what closing every perpetual would bring,
    ``bare_minor`` what all groups need to be opened where nothing covers.
    """

    derivatives: Mapping[str, Marked]
    positions: Mapping[str, Position]
    orders: Mapping[str, Working]
    groups: dict[str, Group]
    unrealised_minor: int
    bare_minor: int

    def initial_minor(self, free_minor: Mapping[str, int], taken: Mapping[str, int]) -> int:
        """Return what all need to be opened, with what is free of their underlyings.

        Parameters
        ----------
        free_minor
            By currency, minor units; of which ``taken`` is free no more.
        """
        groups, needed_minor = self.groups, self.bare_minor
        for currency, minor in free_minor.items():
            if currency in groups:
                group, cover_minor = groups[currency], minor - taken.get(currency, 0)
                if cover_minor > 0:
                    needed_minor += group.initial_minor(cover_minor) - group.bare_minor
        return needed_minor


NONE_ADDED: Final[Mapping[str, Working]] = {}
NO_SUMS: Final = Sums({}, {}, {}, {}, 0, 0)


def summed(
    kept: Sums,
    derivatives: Mapping[str, Marked],
    positions: Mapping[str, Position],
    orders: Mapping[str, Working],
    added: Mapping[str, Working] = NONE_ADDED,
) -> Sums:
    """Return the sums of derivatives, by symbol, with what stands of those that were kept.

    They are the same as if nothing had been kept: what was made of something else is made anew.

    Parameters
    ----------
    added
        What the orders of an instrument may fill, where an order adds to it.
    """
    before = kept.derivatives
    if before is not derivatives and before.keys() != derivatives.keys():
        return _anew(kept, derivatives, positions, {**orders, **added})
    changed = set(added)
    for were, are in (
        (before, derivatives),
        (kept.positions, positions),
        (kept.orders, orders),
    ):
        # Mappings of which little is another are compared as a whole first: that is far quicker.
        if were is not are and were != are:
            changed.update([one for one in derivatives if were.get(one) != are.get(one)])
    if added:
        orders = {**orders, **added}
    if len(changed) > MOST_REPLACED:
        return _anew(kept, derivatives, positions, orders)
    groups, unrealised_minor, bare_minor = kept.groups, kept.unrealised_minor, kept.bare_minor
    for symbol in changed:
        one = derivatives[symbol]
        group = groups[one.base]
        was = group.pieces[symbol]
        now = _piece(symbol, one, positions, orders, was)
        after = group.replacing(symbol, now)
        groups = {**groups, one.base: after}
        unrealised_minor += now.unrealised_minor - was.unrealised_minor
        bare_minor += after.bare_minor - group.bare_minor
    return Sums(derivatives, positions, orders, groups, unrealised_minor, bare_minor)


def _piece(
    symbol: str,
    one: Marked,
    positions: Mapping[str, Position],
    orders: Mapping[str, Working],
    before: Piece | None,
) -> Piece:
    """Return an instrument's piece, with what stands of the one before."""
    position, working = positions.get(symbol, FLAT), orders.get(symbol, NONE_WORKING)
    if before is None or before.lot.one != one:
        return Piece(Lot(symbol, one), position, working)
    if before.position == position and before.working == working:
        return before
    return Piece(before.lot, position, working)


def _anew(
    kept: Sums,
    derivatives: Mapping[str, Marked],
    positions: Mapping[str, Position],
    orders: Mapping[str, Working],
) -> Sums:
    """Sum up anew, of pieces that stand where they do."""
    by_underlying: dict[str, dict[str, Piece]] = {}
    unrealised_minor = 0
    known = {symbol: one for group in kept.groups.values() for symbol, one in group.pieces.items()}
    for symbol, one in derivatives.items():
        piece = _piece(symbol, one, positions, orders, known.get(symbol))
        unrealised_minor += piece.unrealised_minor
        pieces = by_underlying.get(one.base)
        if pieces is None:
            by_underlying[one.base] = {symbol: piece}
        else:
            pieces[symbol] = piece
    groups = {base: Group.of(pieces) for base, pieces in by_underlying.items()}
    bare_minor = sum([group.bare_minor for group in groups.values()])
    return Sums(derivatives, positions, orders, groups, unrealised_minor, bare_minor)
