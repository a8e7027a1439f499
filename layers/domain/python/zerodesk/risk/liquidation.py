"""Liquidation as decisions: what is the next step for an account that is below maintenance.

Open orders go first, then the position is reduced in steps by reduce-only orders at a bounded
price; what the account cannot pay the insurance fund pays, and what that cannot is taken over by
those on the other side, in a stated order. Each function says what to do; nobody does it here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from zerodesk.money import BASIS_POINTS
from zerodesk.orders import Side
from zerodesk.risk.leverage import Exposure, MarginFigures, cross_margin
from zerodesk.tiers import Tier

STEP_BPS: Final = 2_500
"""How much of a position one step closes; the rest is looked at again at the next mark."""

BOUND_BPS: Final = 200
"""How far from the mark a step may trade: a liquidation must not make the crash that it flees."""

WARN_BPS: Final = (15_000, 12_000)
"""At which shares of maintenance an account is warned, falling."""


class Step(StrEnum):
    """What is next for an account."""

    NONE = "NONE"
    WARN = "WARN"
    CANCEL_ORDERS = "CANCEL_ORDERS"
    REDUCE = "REDUCE"
    INSURE = "INSURE"


@dataclass(frozen=True, slots=True)
class Reduction:
    """A reduce-only order: never more than what is open, never worse than the bound."""

    symbol: str
    side: Side
    quantity_lots: int
    price_ticks: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The next step, why, and the order where it is one."""

    step: Step
    figures: MarginFigures
    warn_bps: int | None = None
    reduction: Reduction | None = None


def next_step(cash_minor: int, exposures: Sequence[Exposure], tiers: Sequence[Tier]) -> Decision:
    """Return what is to be done about an account, by its margin at the marks."""
    figures = cross_margin(cash_minor, exposures, tiers)
    if not figures.is_below_maintenance:
        passed = [
            level
            for level in WARN_BPS
            if figures.equity_minor * BASIS_POINTS < figures.maintenance_minor * level
        ]
        step = Step.WARN if passed else Step.NONE
        return Decision(step, figures, warn_bps=min(passed, default=None))
    if any(one.buy_lots or one.sell_lots for one in exposures):
        return Decision(Step.CANCEL_ORDERS, figures)
    reduction = _reduction(exposures)
    if reduction is None:
        return Decision(Step.INSURE, figures)
    return Decision(Step.REDUCE, figures, reduction=reduction)


def _reduction(exposures: Iterable[Exposure]) -> Reduction | None:
    """Return a step of the position that is worth most, or None if everything is flat."""
    held = [one for one in exposures if one.quantity_lots]
    if not held:
        return None
    largest = min(
        held, key=lambda one: (-one.notional_minor(one.quantity_lots), one.instrument.symbol)
    )
    lots = abs(largest.quantity_lots)
    return Reduction(
        symbol=largest.instrument.symbol,
        side=Side.SELL if largest.quantity_lots > 0 else Side.BUY,
        quantity_lots=max(1, -(-lots * STEP_BPS // BASIS_POINTS)),
        price_ticks=bound_ticks(largest.mark_price_ticks, is_sale=largest.quantity_lots > 0),
    )


def bound_ticks(mark_price_ticks: int, *, is_sale: bool) -> int:
    """Return the worst price of a step: so far from the mark, rounded towards it."""
    if is_sale:
        return max(1, -(-mark_price_ticks * (BASIS_POINTS - BOUND_BPS) // BASIS_POINTS))
    return mark_price_ticks * (BASIS_POINTS + BOUND_BPS) // BASIS_POINTS


def insured(shortfall_minor: int, fund_minor: int) -> tuple[int, int]:
    """Return (what the insurance fund pays, what is still missing)."""
    pays_minor = min(shortfall_minor, fund_minor)
    return pays_minor, shortfall_minor - pays_minor


@dataclass(frozen=True, slots=True)
class Ranked:
    """A position on the other side, with what it has to show: it is taken over in this order."""

    account_id: str
    quantity_lots: int
    unrealised_minor: int
    notional_minor: int
    equity_minor: int


def deleveraging_order(others: Iterable[Ranked]) -> list[Ranked]:
    """Return who is taken over first: the most profit by equity, which is profit times leverage.

    Who loses comes after all who gain, the more leverage the later; equal ones by name.
    """
    return sorted(others, key=_rank)


def _rank(one: Ranked) -> tuple[int, int, str]:
    # Ratios in millionths of a millionth: integers, the same wherever they are computed.
    equity_minor = max(1, one.equity_minor)
    if one.unrealised_minor > 0:
        return 0, -(one.unrealised_minor * 10**12 // equity_minor), one.account_id
    return 1, one.notional_minor * 10**12 // equity_minor, one.account_id


def deleveraged(lots: int, others: Iterable[Ranked]) -> Mapping[str, int]:
    """Return how many lots each account on the other side gives up, in the order of the ranking.

    Raises
    ------
    ValueError
        They have fewer lots than there are to take over: the positions of the instrument do not
        sum to zero.
    """
    taken: dict[str, int] = {}
    left = lots
    for one in deleveraging_order(others):
        if not left:
            break
        taken[one.account_id] = min(left, abs(one.quantity_lots))
        left -= taken[one.account_id]
    if left:
        raise ValueError(f"{left} of {lots} lots are on nobody's other side")
    return taken
