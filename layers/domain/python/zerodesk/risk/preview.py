"""What an order would need as margin on top of what its account holds, and why.

The figures are the chain's: what is asked of the order is asked here by the same sums, and nothing
is held. An order that balance or margin refuses is refused by the same words.
"""

from collections.abc import Mapping
from typing import NamedTuple

from zerodesk.accounts import AccountState
from zerodesk.positions import FLAT
from zerodesk.rejections import Rejection
from zerodesk.risk.case import Case
from zerodesk.risk.chain import balance_covers_need
from zerodesk.risk.margin import (
    free_of,
    lacking_minor,
    margin_covers_positions,
    pot_required,
    required,
    with_own,
)
from zerodesk.risk.marked import Marked


class Need(NamedTuple):
    """What one instrument needs by itself with its orders filled, minor units; lots of each."""

    symbol: str
    quantity_lots: int
    buy_lots: int
    sell_lots: int
    alone_minor: int


class Preview(NamedTuple):
    """What an account has and needs of a currency, minor units, without an order and with it.

    ``held_minor`` is the order's hold, its fee; ``moved_minor`` what it would move into the pot of
    an ``isolated`` position out of what is free. ``needs`` are those with the order, by symbol:
    together they need ``after_minor`` at most.
    """

    currency: str
    is_isolated: bool
    held_minor: int
    moved_minor: int
    equity_minor: int
    before_minor: int
    after_minor: int
    needs: tuple[Need, ...]
    refusal: Rejection | None

    @property
    def needed_minor(self) -> int:
        """What the order adds to the initial margin; less than nothing where it takes away."""
        return self.after_minor - self.before_minor


def preview(case: Case) -> Preview:
    """Return what an order of a derivative would need.

    Parameters
    ----------
    case
        The order, with the marks of all derivatives of the account and its own.
    """
    state, symbol = case.state, case.symbol
    if symbol in state.isolated:
        return _of_pot(case)
    currency = case.own.quote
    together = case.mark_sheet.derivatives.get(currency, {})
    twice = free_of(state, case.mark_sheet.in_several_currencies)
    standing = {name: one for name, one in together.items() if name in state.derivatives()}
    before = required(state, currency, standing, taken=twice)
    taken = {case.quote.need_currency: case.quote.need_minor, **twice}
    after = required(state, currency, together, added={symbol: with_own(case)}, taken=taken)
    return Preview(
        currency=currency,
        is_isolated=False,
        held_minor=case.quote.need_minor,
        moved_minor=0,
        equity_minor=before.equity_minor,
        before_minor=before.initial_minor,
        after_minor=after.initial_minor,
        needs=tuple(_need(case, name, together) for name in sorted(together)),
        refusal=balance_covers_need(case) or margin_covers_positions(case),
    )


def _of_pot(case: Case) -> Preview:
    state, symbol, one = case.state, case.symbol, case.own
    lot = case.mark_sheet.lot(symbol)
    before = pot_required(state, symbol, lot, state.working(symbol))
    after = pot_required(state, symbol, lot, with_own(case))
    return Preview(
        currency=one.quote,
        is_isolated=True,
        held_minor=case.quote.need_minor,
        moved_minor=lacking_minor(case),
        equity_minor=before.equity_minor,
        before_minor=before.initial_minor,
        after_minor=after.initial_minor,
        needs=(_need(case, symbol, {symbol: one}),),
        refusal=balance_covers_need(case) or margin_covers_positions(case),
    )


def _need(case: Case, name: str, marked: Mapping[str, Marked]) -> Need:
    """Return what one instrument needs alone, with the order where it is its own."""
    state, working = case.state, case.state.working(name)
    if name == case.symbol:
        working = with_own(case)
    one, bare = {name: marked[name]}, _without_cover(state)
    alone = required(bare, marked[name].quote, one, added={name: working})
    return Need(
        name,
        state.positions.get(name, FLAT).quantity_lots,
        working.buy_lots + working.closing_buy_lots,
        working.sell_lots + working.closing_sell_lots,
        alone.initial_minor,
    )


def _without_cover(state: AccountState) -> AccountState:
    """Return an account that has only its positions and orders, and keeps no sums."""
    return AccountState(positions=state.positions, holds=state.holds)
