"""Margin of all derivatives of one currency, from sums that are kept and changed by what changed.

What an instrument needs, and what it means to the others of its underlying, is its piece
(``zerodesk.risk.pieces``). Whoever asks again for the same account makes only those pieces anew of
which mark, position or orders are others, so that an order costs its own piece and the sums of its
underlying, however many there are. Where only lots are others, the sums over the scenarios change
by the lots that are more; an option that is bought, which frees nothing before it is filled,
touches none of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from operator import ne, neg, sub
from typing import Final

from zerodesk.derived import NONE_WORKING, Working
from zerodesk.money import BASIS_POINTS
from zerodesk.positions import FLAT, Position
from zerodesk.risk.marked import Marked
from zerodesk.risk.pieces import (
    MAINTENANCE_BPS,
    Lot,
    Piece,
    linear_profit_minor,
    share_up,
)

INTERMONTH_BPS: Final = 100
"""Of what deltas are worth that offset each other across expiries: months do not move as one."""

COVER_BPS: Final = 5_000
"""How much of what spot gains in a scenario counts against a loss: it is not sold by the venue."""

MOST_REPLACED: Final = 4
"""Pieces that are taken out of the sums one by one: of more, all sums are cheaper made anew."""

Losses = Sequence[int]


class Portfolio:
    """What the pieces of one underlying add up to, and follow. Minor units.

    ``losses_minor`` is by scenario, empty where a risk array is of other scenarios: the pieces
    cannot be set against each other then, and need what each needs. ``bare_minor`` is what all need
    to be opened where nothing covers, ``size_minor`` what they need beyond all scenarios.
    """

    __slots__ = (
        "_ends",
        "_long_minor",
        "_minimum_minor",
        "_scan_minor",
        "_short_minor",
        "_value_minor",
        "bare_minor",
        "losses_minor",
        "parts_minor",
        "size_minor",
    )

    def __init__(self, pieces: Mapping[str, Piece]) -> None:
        self.parts_minor = self.bare_minor = sum([one.parts_minor for one in pieces.values()])
        self.losses_minor: Losses = ()
        # What the most and the least come to that each expiry may stand for.
        self._ends: dict[str, tuple[int, int]] = {}
        self.size_minor = self._minimum_minor = self._value_minor = 0
        losses = list[Losses]()
        for one in pieces.values():
            if not one.lot.is_of_scenarios:
                return
            expiry = one.lot.expiry
            (up, down), (more_high, more_low), (minimum, size, value) = one.share
            losses.append(_losses(one.lot.profit_minor, up, down))
            high, low = self._ends.get(expiry, (0, 0))
            self._ends[expiry] = high + more_high, low + more_low
            self._minimum_minor += minimum
            self.size_minor += size
            self._value_minor += value
        self.losses_minor = list(map(sum, zip(*losses, strict=True)))
        self._scan_minor = max(0, *self.losses_minor)
        self._long_minor = sum([max(0, high) for high, _ in self._ends.values()])
        self._short_minor = sum([max(0, -low) for _, low in self._ends.values()])
        if len(pieces) > 1:
            self.bare_minor = self.initial_minor(None)

    def replace(self, before: Piece, piece: Piece) -> None:
        """Follow another piece of an instrument, whose risk arrays are of the same scenarios.

        What is the same of both is not gone into: of most orders that are two of three.
        """
        lot = piece.lot
        old_lots, old_ends, old_apart = before.share
        new_lots, new_ends, new_apart = piece.share
        if lot is not before.lot:
            others = _with_losses(self.losses_minor, before.lot.profit_minor, *map(neg, old_lots))
            self.losses_minor = _with_losses(others, lot.profit_minor, *new_lots)
            self._scan_minor = max(0, *self.losses_minor)
        elif new_lots != old_lots:
            more = map(sub, new_lots, old_lots)
            self.losses_minor = _with_losses(self.losses_minor, lot.profit_minor, *more)
            self._scan_minor = max(0, *self.losses_minor)
        if new_ends != old_ends:
            high, low = self._ends[lot.expiry]
            after_high = high - old_ends[0] + new_ends[0]
            after_low = low - old_ends[1] + new_ends[1]
            self._ends[lot.expiry] = after_high, after_low
            self._long_minor += (after_high if after_high > 0 else 0) - (high if high > 0 else 0)
            self._short_minor += (low if low < 0 else 0) - (after_low if after_low < 0 else 0)
        if new_apart != old_apart:
            self._minimum_minor += new_apart[0] - old_apart[0]
            self.size_minor += new_apart[1] - old_apart[1]
            self._value_minor += new_apart[2] - old_apart[2]
        self.parts_minor += piece.parts_minor - before.parts_minor
        self.bare_minor = self.initial_minor(None)

    def initial_minor(self, gains_minor: Losses | None) -> int:
        """Return what all need to be opened, with what something that covers gains by scenario."""
        parts_minor = self.parts_minor
        if not self.losses_minor:
            return parts_minor
        needed_minor = self._beyond_minor(gains_minor) - self._value_minor
        if needed_minor > parts_minor:
            return parts_minor
        return needed_minor if needed_minor > 0 else 0

    def maintenance_minor(self, parts_minor: int, gains_minor: Losses | None) -> int:
        """Return below what equity all are liquidated; ``parts_minor`` is it one by one."""
        if not self.losses_minor:
            return parts_minor
        kept_minor = share_up(self._beyond_minor(gains_minor), MAINTENANCE_BPS)
        return min(parts_minor, max(0, kept_minor - self._value_minor))

    def _beyond_minor(self, gains_minor: Losses | None) -> int:
        """Return what they could lose beyond what buying them back costs at the mark."""
        scan_minor, minimum_minor = self._scan_minor, self._minimum_minor
        if gains_minor is not None:
            scan_minor = max(0, *map(sub, self.losses_minor, gains_minor))
        if len(self._ends) > 1:
            # What is long in one expiry against what is short in another.
            long_minor, short_minor = self._long_minor, self._short_minor
            offset_minor = long_minor if long_minor < short_minor else short_minor
            scan_minor -= -offset_minor * INTERMONTH_BPS // BASIS_POINTS
        return self.size_minor + (scan_minor if scan_minor > minimum_minor else minimum_minor)


def _losses(profit_minor: Sequence[int], up_lots: int, down_lots: int) -> list[int]:
    """Return what is lost in each scenario where a price rises for some lots and falls for others.

    Of an option, and of a position without orders, they are the same lots.
    """
    if up_lots == -down_lots:
        return [up_lots * one for one in profit_minor]
    return [up_lots * one if one > 0 else -down_lots * one for one in profit_minor]


def _with_losses(
    losses: Losses, profit_minor: Sequence[int], up_lots: int, down_lots: int
) -> list[int]:
    """Return losses with what more lots lose."""
    pairs = zip(losses, profit_minor, strict=True)
    if up_lots == -down_lots:
        return [loss + up_lots * one for loss, one in pairs]
    return [loss + up_lots * one if one > 0 else loss - down_lots * one for loss, one in pairs]


def _others(
    were: Mapping[str, object], are: Mapping[str, object], symbols: Iterable[str]
) -> Iterable[str]:
    """Return of which symbols something else is said."""
    if were is are:
        return ()
    return compress(symbols, map(ne, map(were.get, symbols), map(are.get, symbols)))


NONE_ADDED: Final[Mapping[str, Working]] = {}
NO_DERIVATIVES: Final[Mapping[str, Marked]] = {}


class Sums:
    """All pieces of a currency and what they come to, which follows what they are made of.

    ``pieces`` are by underlying, then by symbol. ``bare_minor`` is what all need to be opened where
    nothing covers, ``unrealised_minor`` what closing every perpetual would bring. Minor units.
    """

    __slots__ = (
        "_derivatives",
        "_orders",
        "_portfolios",
        "_positions",
        "bare_minor",
        "pieces",
        "unrealised_minor",
    )

    def __init__(self) -> None:
        self._derivatives: Mapping[str, Marked] = {}
        self._positions: Mapping[str, Position] = {}
        self._orders: dict[str, Working] = {}
        self._portfolios: dict[str, Portfolio] = {}
        self.pieces: dict[str, dict[str, Piece]] = {}
        self.bare_minor = self.unrealised_minor = 0

    def follow(
        self,
        derivatives: Mapping[str, Marked],
        positions: Mapping[str, Position],
        orders: Mapping[str, Working],
        added: Mapping[str, Working] = NONE_ADDED,
    ) -> None:
        """Come to what these are; nobody changes the first two from here on.

        All is as if it were made anew: what was made of something else is.

        Parameters
        ----------
        added
            What the orders of an instrument may fill, where an order adds to it.
        """
        stands = self._derivatives is derivatives and self._positions is positions
        if not stands or self._orders != orders:
            self._catch_up(derivatives, positions, orders)
        for symbol, working in added.items():
            base = derivatives[symbol].base
            before = self.pieces[base][symbol]
            self._replace(base, symbol, before, Piece(before.lot, before.position, working))
            self._orders[symbol] = working

    def _catch_up(
        self,
        derivatives: Mapping[str, Marked],
        positions: Mapping[str, Position],
        orders: Mapping[str, Working],
    ) -> None:
        """Make anew what was made of something else."""
        changed = {
            *_others(self._derivatives, derivatives, derivatives),
            *_others(self._positions, positions, derivatives),
            *_others(self._orders, orders, derivatives),
        }
        are_others = not self._derivatives or self._derivatives.keys() != derivatives.keys()
        # What breaks off from here on is made anew by whoever comes next.
        self._derivatives, self._positions, self._orders = NO_DERIVATIVES, positions, dict(orders)
        if are_others or len(changed) > MOST_REPLACED:
            self._make(derivatives)
        else:
            for symbol in changed:
                one = derivatives[symbol]
                before = self.pieces[one.base][symbol]
                piece = self._piece(symbol, one, before)
                self._replace(one.base, symbol, before, piece)
                self.unrealised_minor += piece.unrealised_minor - before.unrealised_minor
        self._derivatives = derivatives

    def _replace(self, base: str, symbol: str, before: Piece, piece: Piece) -> None:
        """Put another piece of an instrument in the place of the one of before."""
        pieces = self.pieces[base]
        pieces[symbol] = piece
        if len(pieces) == 1:
            self._portfolios.pop(base, None)
            before_minor, after_minor = before.parts_minor, piece.parts_minor
        else:
            found = self._portfolios[base]
            before_minor = found.bare_minor
            if found.losses_minor and (piece.lot is before.lot or piece.lot.is_of_scenarios):
                found.replace(before, piece)
            else:
                found = self._portfolios[base] = Portfolio(pieces)
            after_minor = found.bare_minor
        self.bare_minor += after_minor - before_minor

    def _make(self, derivatives: Mapping[str, Marked]) -> None:
        """Sum up anew, of pieces that stand where they do."""
        known = {symbol: one for found in self.pieces.values() for symbol, one in found.items()}
        self.pieces, self._portfolios = {}, {}
        self.bare_minor = self.unrealised_minor = 0
        for symbol, one in derivatives.items():
            piece = self._piece(symbol, one, known.get(symbol))
            self.unrealised_minor += piece.unrealised_minor
            pieces = self.pieces.get(one.base)
            if pieces is None:
                self.pieces[one.base] = {symbol: piece}
            else:
                pieces[symbol] = piece
        for base, pieces in self.pieces.items():
            if len(pieces) == 1:
                [alone] = pieces.values()
                self.bare_minor += alone.parts_minor
            else:
                self.bare_minor += self._portfolio(base).bare_minor

    def _piece(self, symbol: str, one: Marked, before: Piece | None) -> Piece:
        """Return an instrument's piece, with what stands of the one before."""
        position = self._positions.get(symbol, FLAT)
        working = self._orders.get(symbol, NONE_WORKING)
        if before is None or before.lot.one != one:
            return Piece(Lot(symbol, one), position, working)
        if before.position == position and before.working == working:
            return before
        return Piece(before.lot, position, working)

    def _portfolio(self, base: str) -> Portfolio:
        """Return what the pieces of an underlying come to together."""
        found = self._portfolios.get(base)
        if found is None:
            found = self._portfolios[base] = Portfolio(self.pieces[base])
        return found

    def initial_minor(self, free_minor: Mapping[str, int], taken: Mapping[str, int]) -> int:
        """Return what all need to be opened, with what is free of their underlyings.

        Parameters
        ----------
        free_minor
            By currency, minor units; of which ``taken`` is free no more.
        """
        needed_minor = self.bare_minor
        for currency, minor in free_minor.items():
            if currency in self.pieces:
                cover_minor = minor - taken.get(currency, 0)
                if cover_minor > 0:
                    found = self._portfolio(currency)
                    gains_minor = self._gains_minor(currency, cover_minor)
                    needed_minor += found.initial_minor(gains_minor) - found.bare_minor
        return needed_minor

    def maintenance_minor(self, free_minor: Mapping[str, int], taken: Mapping[str, int]) -> int:
        """Return below what equity all are liquidated, if orders are left out of them.

        Parameters
        ----------
        free_minor
            By currency, minor units; of which ``taken`` is free no more.
        """
        return sum(
            [
                self._kept_minor(base, free_minor.get(base, 0) - taken.get(base, 0))
                for base in self.pieces
            ]
        )

    def _kept_minor(self, base: str, cover_minor: int) -> int:
        pieces = self.pieces[base]
        if len(pieces) == 1 and cover_minor <= 0:
            [alone] = pieces.values()
            parts_minor = alone.maintenance_minor()
            if alone.is_kept_by_parts(parts_minor):
                return parts_minor
        else:
            parts_minor = sum([one.maintenance_minor() for one in pieces.values()])
        gains_minor = self._gains_minor(base, cover_minor) if cover_minor > 0 else None
        return self._portfolio(base).maintenance_minor(parts_minor, gains_minor)

    def _gains_minor(self, base: str, cover_minor: int) -> Losses:
        """Return what counts of the gains of what is free of an underlying, by scenario."""
        pieces = self.pieces[base]
        lot = pieces[min(pieces)].lot
        worth_minor = cover_minor * lot.worth_minor // lot.one.lot_value_minor
        counted_minor = worth_minor * COVER_BPS // BASIS_POINTS
        return [max(0, profit) for profit in linear_profit_minor(counted_minor)]

    def without_orders(self) -> "Sums":
        """Return the sums of the positions alone, of pieces that stand where they do."""
        found = Sums()
        found.pieces = self.pieces
        found.follow(self._derivatives, self._positions, NONE_ADDED)
        return found
