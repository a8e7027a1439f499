"""Liquidation as decisions: what is the next step for an account that is below maintenance.

Open orders go first, then the position is reduced in steps by reduce-only orders at a bounded
price; what the account cannot pay the insurance fund pays, and what that cannot is taken over by
those on the other side, in a stated order. Each function says what to do; nobody does it here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from zerodesk.accounts import AccountState, credited
from zerodesk.money import BASIS_POINTS
from zerodesk.orders import Side
from zerodesk.positions import FLAT, OpenLots
from zerodesk.risk.leverage import Exposure
from zerodesk.risk.marked import Marked
from zerodesk.risk.monitoring import Margin, cross_margins, exposure_of, margins_of

STEP_BPS: Final = 2_500
"""How much of a position one step closes while there is equity left; then it is looked at again."""

BOUND_BPS: Final = 200
"""How far from the mark a step may trade: a liquidation must not make the crash that it flees."""

IN_VAIN: Final = 3
"""Steps in a row that closed nothing, after which nobody in the book is waited for any more."""


NO_FUND: Final[Mapping[str, int]] = {}


class Step(StrEnum):
    """What is next for an account that is liquidated.

    NONE ends it. WAIT looks again later: the account still has orders, or money, on their way.
    """

    NONE = "NONE"
    WAIT = "WAIT"
    CANCEL_ORDERS = "CANCEL_ORDERS"
    REDUCE = "REDUCE"
    INSURE = "INSURE"
    DELEVERAGE = "DELEVERAGE"


@dataclass(frozen=True, slots=True)
class Reduction:
    """A reduce-only order: never more than what is open, never worse than the bound."""

    symbol: str
    side: Side
    quantity_lots: int
    price_ticks: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The next step, and the order where it is of one, or the currency and what the fund pays."""

    step: Step
    reduction: Reduction | None = None
    currency: str = ""
    pays_minor: int = 0


def next_step(
    state: AccountState,
    marked: Mapping[str, Marked],
    *,
    isolated: str | None = None,
    in_vain: int = 0,
    fund_minor: Mapping[str, int] = NO_FUND,
) -> Decision:
    """Return what is to be done about an account, or an isolated position, without open orders.

    Parameters
    ----------
    marked
        Every derivative in which it has a position, by symbol; of an isolated one no other.
    in_vain
        How many steps in a row closed nothing.
    fund_minor
        What the insurance fund has, by currency.
    """
    found = margins_of(state, isolated, marked)
    for margin in found:
        if not margin.is_above_initial:
            return _less(state, marked, margin, in_vain, fund_minor.get(margin.currency, 0))
    open_in = {one.currency for one in found}
    for currency, owed_minor in sorted(owed_by(state, isolated).items()):
        pays_minor, _ = insured(owed_minor, fund_minor.get(currency, 0))
        if currency not in open_in and pays_minor:
            return Decision(Step.INSURE, currency=currency, pays_minor=pays_minor)
    return Decision(Step.NONE)


def owed_by(state: AccountState, isolated: str | None) -> dict[str, int]:
    """Return what is owed by currency: by an isolated position, or by the rest of the account."""
    if isolated is None:
        return {currency: -minor for currency, minor in state.available.items() if minor < 0}
    pot = state.isolated[isolated]
    return {pot.currency: -pot.minor} if pot.minor < 0 else {}


def _less(
    state: AccountState,
    marked: Mapping[str, Marked],
    margin: Margin,
    in_vain: int,
    fund_minor: int,
) -> Decision:
    """Return the step by which an account has less open: an order, or others take over."""
    first = most_relieving(state, marked, margin, fund_minor)
    step = Step.REDUCE if in_vain < IN_VAIN else Step.DELEVERAGE
    return Decision(step, first, margin.currency)


def _held(
    state: AccountState, marked: Mapping[str, Marked], currency: str
) -> list[tuple[Marked, Exposure]]:
    """Return the positions of a currency with their instruments, by symbol."""
    return [
        (one, exposure_of(state, symbol, one))
        for symbol, one in sorted(marked.items())
        if one.quote == currency and state.positions.get(symbol, FLAT).quantity_lots
    ]


def most_relieving(
    state: AccountState,
    marked: Mapping[str, Marked],
    margin: Margin,
    fund_minor: int,
) -> Reduction:
    """Return the step that leaves the account the least short of its initial margin.

    Each position's step is looked at as filled at the mark, by the margin that is asked of all of
    them together: to close what hedges the others asks for more than before, so it is not closed
    before them, however large it is. Only where every step would ask for more, as of legs that
    hedge each other to the lot, the one that asks for the least more is taken. Of equal ones it is
    the one of the largest position, then by name.

    Examples
    --------
    Eight lots at 1,000 need more than forty at 10:

    >>> from zerodesk.positions import Position
    >>> from zerodesk.tiers import Tier
    >>> perpetual = Marked("BTC", "USD", 1, 1, 1_000, 0, margin=(Tier(0, 1_000, 500),))
    >>> other = perpetual._replace(base="ETH", mark_price_ticks=10)
    >>> held = {"BTC-PERP": Position(-8, -8_000), "ETH-PERP": Position(40, 400)}
    >>> state = AccountState(available={"USD": 500}, positions=held)
    >>> marked = {"BTC-PERP": perpetual, "ETH-PERP": other}
    >>> [margin] = margins_of(state, None, marked)
    >>> most_relieving(state, marked, margin, 0)
    Reduction(symbol='BTC-PERP', side=<Side.BUY: 'BUY'>, quantity_lots=2, price_ticks=1020)
    """
    steps = [
        (exposure, _reduction(state, exposure, marked, margin, fund_minor))
        for _, exposure in _held(state, marked, margin.currency)
    ]
    if len(steps) == 1:
        return steps[0][1]
    _, reduction = min(
        steps,
        key=lambda each: (
            shortfall_minor(reduced(state, each[1], marked), margin.currency, marked),
            -each[0].notional_minor(each[0].quantity_lots),
            each[1].symbol,
        ),
    )
    return reduction


def _reduction(
    state: AccountState,
    position: Exposure,
    marked: Mapping[str, Marked],
    margin: Margin,
    fund_minor: int,
) -> Reduction:
    """Return the step of one position of an account."""
    symbol = position.instrument.symbol
    return reduction_of(
        position,
        margin.equity_minor,
        own_minor(state, symbol, marked, margin),
        fund_minor,
        is_option=marked[symbol].option is not None,
    )


def reduced(
    state: AccountState, reduction: Reduction, marked: Mapping[str, Marked]
) -> AccountState:
    """Return an account with a reduction filled at the mark, fees left out."""
    one, position = marked[reduction.symbol], state.positions[reduction.symbol]
    lots = reduction.quantity_lots if reduction.side is Side.BUY else -reduction.quantity_lots
    opened = OpenLots(position.quantity_lots, position.cost_tick_lots)
    left, made_tick_lots = opened.traded(lots, one.mark_price_ticks)
    # A perpetual pays what was made of it, an option its price.
    paid_tick_lots = made_tick_lots if one.option is None else -lots * one.mark_price_ticks
    return state.replace(
        available=credited(state.available, one.quote, paid_tick_lots * one.tick_value_minor),
        positions=state.positions | {reduction.symbol: position._replace(**left._asdict())},
    )


def shortfall_minor(state: AccountState, currency: str, marked: Mapping[str, Marked]) -> int:
    """Return what an account has less of a currency than its initial margin; negative if more."""
    for one in cross_margins(state, marked):
        if one.currency == currency:
            return -one.free_minor
    return -state.available.get(currency, 0)


def worth_minor(state: AccountState, marked: Mapping[str, Marked], margin: Margin) -> int:
    """Return what would be left of a currency with all that is open in it closed at the mark.

    That is the equity, in which a perpetual is with what it made, and what its options would bring,
    or cost: they are no equity. An isolated position has none beside it.
    """
    if margin.isolated is not None:
        return margin.equity_minor
    return margin.equity_minor + sum(
        position.quantity_lots * position.mark_price_ticks * one.tick_value_minor
        for one, position in _held(state, marked, margin.currency)
        if one.option is not None
    )


def own_minor(
    state: AccountState, symbol: str, marked: Mapping[str, Marked], margin: Margin
) -> int:
    """Return what an account has of its own for closing a position, negative if it is short of it.

    For an option it is all that would be left: to buy it back takes from what the others cost. For
    a perpetual it is the equity, as far as the options neither need it nor bring what it lacks.

    Examples
    --------
    Ten written calls that cost 9,000 leave 1,000 of the cash; of a future that makes nothing it is
    no more than that which those who take it over may have.

    >>> from zerodesk.positions import Position
    >>> from zerodesk.pricing.option_risk import OptionRisk
    >>> from zerodesk.tiers import Tier
    >>> future = Marked("BTC", "USD", 1, 1, 1_000, 0, margin=(Tier(0, 1_000, 500),))
    >>> risk = OptionRisk(0, 0, 900, (0,) * 20, 0, 1_000)
    >>> call = Marked("BTC", "USD", 1, 1, 900, 0, option=risk)
    >>> marked = {"BTC-25DEC26-100-C": call, "BTC-PERP": future}
    >>> held = {"BTC-25DEC26-100-C": Position(-10, -5_000), "BTC-PERP": Position(1, 1_000)}
    >>> state = AccountState(available={"USD": 10_000}, positions=held)
    >>> [margin] = margins_of(state, None, marked)
    >>> [own_minor(state, symbol, marked, margin) for symbol in marked]
    [1000, 1000]
    """
    worth = worth_minor(state, marked, margin)
    if marked[symbol].option is not None:
        return worth
    return sorted((0, worth, margin.equity_minor))[1]


def reduction_of(
    position: Exposure, equity_minor: int, has_minor: int, fund_minor: int, *, is_option: bool
) -> Reduction:
    """Return a step: a quarter of a position while there is equity left, and else all of it.

    Its price is no further from the mark than the bound, and no worse than the account and the
    insurance fund together can pay for. Who sells an option that is long is paid, whatever the
    price.

    Parameters
    ----------
    equity_minor
        What is there against all that is open.
    has_minor
        What the account has of its own for closing this one, see ``own_minor``.
    """
    lots, is_sale = abs(position.quantity_lots), position.quantity_lots > 0
    in_full = min(equity_minor, has_minor) <= 0
    step_lots = lots if in_full else max(1, -(-lots * STEP_BPS // BASIS_POINTS))
    bound = bound_ticks(position.mark_price_ticks, is_sale=is_sale)
    paid = paid_ticks(position, step_lots, has_minor + fund_minor)
    if is_option and is_sale:
        paid = bound
    return Reduction(
        symbol=position.instrument.symbol,
        side=Side.SELL if is_sale else Side.BUY,
        quantity_lots=step_lots,
        price_ticks=max(bound, paid) if is_sale else max(1, min(bound, paid)),
    )


def bound_ticks(mark_price_ticks: int, *, is_sale: bool) -> int:
    """Return the worst price of a step: so far from the mark, rounded towards it."""
    if is_sale:
        return max(1, -(-mark_price_ticks * (BASIS_POINTS - BOUND_BPS) // BASIS_POINTS))
    return mark_price_ticks * (BASIS_POINTS + BOUND_BPS) // BASIS_POINTS


def paid_ticks(position: Exposure, lots: int, equity_minor: int) -> int:
    """Return the price at which closing so many lots of a position takes all of an equity.

    Rounded so that it takes no more; with all lots it is the price of bankruptcy.

    Examples
    --------
    Long ten lots at a mark of 900, and 50 short of nothing: sold at 905 the account owes nothing.

    >>> from zerodesk.derivatives import Perpetual
    >>> long = Exposure(Perpetual("BTC-PERP", "BTC", "USD", 1), 10, 10_000, 900)
    >>> paid_ticks(long, 10, -50), paid_ticks(long, 10, 55), paid_ticks(long, 5, 55)
    (905, 895, 889)
    """
    move = equity_minor // (lots * position.instrument.tick_value_minor)
    if position.quantity_lots > 0:
        return max(1, position.mark_price_ticks - move)
    return position.mark_price_ticks + move


def insured(shortfall_minor: int, fund_minor: int) -> tuple[int, int]:
    """Return (what the insurance fund pays, what is still missing)."""
    pays_minor = min(shortfall_minor, fund_minor)
    return pays_minor, shortfall_minor - pays_minor


def takeover_ticks(
    position: Exposure, has_minor: int, fund_minor: int, *, is_option: bool = False
) -> int:
    """Return the price at which others take a position over, a tick at least.

    Of a perpetual, with equity or without a fund, that of bankruptcy. What the account is short of
    at the mark the fund pays as far as it goes: so much nearer to the mark is the price, and that
    much is not taken from those who won.

    An option that is written goes at the mark, or at so much less as neither account nor fund can
    pay: its margin may be many times what it is worth, and is not what its holder has won. One that
    is long goes at the mark, whatever its account owes: who wrote it has nothing to do with that.

    Parameters
    ----------
    has_minor
        What the account has of its own for it, see ``own_minor``.

    Examples
    --------
    Long ten lots at a mark of 900, and 50 short of nothing: the fund has nothing, some, or enough.

    >>> from zerodesk.derivatives import Perpetual
    >>> long = Exposure(Perpetual("BTC-PERP", "BTC", "USD", 1), 10, 10_000, 900)
    >>> [takeover_ticks(long, -50, fund_minor) for fund_minor in (0, 20, 1_000)]
    [905, 903, 900]

    Ten calls are written: the account has 50 beyond what they cost, or is 50 short of it.

    >>> short = long._replace(quantity_lots=-10)
    >>> takeover_ticks(short, 50, 0, is_option=True), takeover_ticks(short, -50, 20, is_option=True)
    (900, 897)
    """
    paid_minor, _ = insured(max(0, -has_minor), fund_minor)
    left_minor = has_minor + paid_minor
    if is_option:
        left_minor = 0 if position.quantity_lots > 0 else min(0, left_minor)
    return max(1, paid_ticks(position, abs(position.quantity_lots), left_minor))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A position on the other side, with what it has to show: it is taken over in this order."""

    account_id: str
    quantity_lots: int
    unrealised_minor: int
    notional_minor: int
    equity_minor: int
    is_liquidated: bool = False


def deleveraging_order(others: Iterable[Ranked]) -> list[Ranked]:
    """Return who is taken over first: the most profit by equity, which is profit times leverage.

    Who loses comes after all who gain, the more leverage the later; equal ones by name. Who is
    liquidated itself comes last of all: it did not win by this, and must close as much anyway.
    """
    return sorted(others, key=_rank)


def _rank(one: Ranked) -> tuple[bool, int, int, str]:
    # Ratios in millionths of a millionth: integers, the same wherever they are computed.
    equity_minor = max(1, one.equity_minor)
    if one.unrealised_minor > 0:
        ratio = one.unrealised_minor * 10**12 // equity_minor
        return one.is_liquidated, 0, -ratio, one.account_id
    return one.is_liquidated, 1, one.notional_minor * 10**12 // equity_minor, one.account_id


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
