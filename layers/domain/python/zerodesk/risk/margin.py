"""Margin at the chain: what an account has against what its derivatives need, every order filled.

All of it is of one currency. What an account has is what is free of it, with what closing every
perpetual at the mark would make; an option that it holds counts for nothing. What is held does not
count: it is there to be spent, on a fee, on a purchase, on a withdrawal.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from zerodesk.accounts import AccountState
from zerodesk.derivatives import Perpetual
from zerodesk.instruments import Product
from zerodesk.money import format_minor
from zerodesk.orders import Side
from zerodesk.positions import FLAT
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.risk.case import Case
from zerodesk.risk.exposure import open_by_side, worst_lots
from zerodesk.risk.leverage import Exposure
from zerodesk.risk.marked import Marked
from zerodesk.risk.option_margin import option_need


class Required(NamedTuple):
    """What an account has and what it needs of a currency, minor units."""

    equity_minor: int
    initial_minor: int


def margin_covers_positions(case: Case) -> Rejection | None:
    """Refuse what leaves less than the margin of all derivatives with every order filled.

    What only closes is taken, however little is left: it can only make the need smaller.
    """
    currency = case.quote.need_currency
    derivatives = {
        symbol: one
        for symbol, one in case.marked.items()
        if one.is_derivative and one.quote == currency
    }
    if not derivatives or _only_closes(case):
        return None
    adds = {(case.symbol, case.side): case.opening_lots}
    found = required(case.state, currency, derivatives, adds)
    have_minor = found.equity_minor - case.quote.need_minor
    if have_minor >= found.initial_minor:
        return None
    have, need = format_minor(have_minor, currency), format_minor(found.initial_minor, currency)
    return Rejection(
        RejectionCode.RISK_INSUFFICIENT_MARGIN,
        f"with all open orders filled the positions need {need} {currency} as margin, {have} is "
        "there at the marks",
        have=have,
        need=need,
    )


def required(
    state: AccountState,
    currency: str,
    derivatives: Mapping[str, Marked],
    adds: Mapping[tuple[str, Side], int],
) -> Required:
    """Return what an account has and needs, each instrument with its orders at their worst.

    Parameters
    ----------
    derivatives
        Those of the currency in which the account has a position or an order, by symbol.
    adds
        Lots that an order would add, by (symbol, side).
    """
    equity_minor, initial_minor = state.available_minor(currency), 0
    lots = defaultdict(int, open_by_side(state))
    for (symbol, side), more_lots in adds.items():
        lots[symbol, side.value] += more_lots
    for symbol, one in derivatives.items():
        position = state.positions.get(symbol, FLAT)
        if one.option is not None:
            sell_lots = lots[symbol, Side.SELL.value]
            need = option_need(symbol, one, position.quantity_lots, sell_lots)
            initial_minor += need.initial_minor
            continue
        exposure = Exposure(
            Perpetual(symbol, one.base, one.quote, one.tick_value_minor),
            position.quantity_lots,
            position.cost_tick_lots,
            one.mark_price_ticks,
            lots[symbol, Side.BUY.value],
            lots[symbol, Side.SELL.value],
        )
        equity_minor += exposure.unrealised_minor
        initial_minor += exposure.initial_minor(one.margin)
    return Required(equity_minor, initial_minor)


def _only_closes(case: Case) -> bool:
    """Whether an order of a derivative closes only, with all others of its side filled."""
    if case.product is Product.SPOT:
        return False
    others_lots = worst_lots(case.state, case.symbol, case.side)
    return case.reduce_only or others_lots + case.quantity_lots <= 0
