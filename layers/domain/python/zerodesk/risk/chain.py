"""The pre-trade chain, in order of precedence: the first refusal is the answer.

What comes before it is refused before there is anything to decide on the account: intake's filters
(tick, lot, largest quantity, smallest notional) and pricing's (mark, collar). Whether the market
takes orders is its book's to say, which alone knows it without delay (decision 0145).
"""

from collections.abc import Callable, Iterable
from typing import Final

from zerodesk.instruments import Product
from zerodesk.limits import MAX_OPEN_ORDERS
from zerodesk.money import BASIS_POINTS, format_minor
from zerodesk.orders import Side
from zerodesk.positions import FLAT
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.risk.case import Case
from zerodesk.risk.exposure import (
    own_minor,
    worst_lots,
    worst_underlying_minor,
)
from zerodesk.risk.margin import margin_covers_positions, with_own
from zerodesk.risk.sums import NONE_ADDED
from zerodesk.terms import LEVEL_OF, AccountStatus
from zerodesk.times import iso_ms

MINUTE_MS: Final = 60_000
MARGIN_MARK_AGE_MS: Final = 10 * MINUTE_MS
"""How old the mark of a derivative may be where no limit says less: margin at a price of before is
no margin."""

Check = Callable[[Case], Rejection | None]


def marks_are_fresh(case: Case) -> Rejection | None:
    """Refuse where a mark is missing or older than allowed: what is not known is not guessed."""
    if case.unmarked:
        symbol = case.unmarked[0]
        return Rejection(RejectionCode.RISK_STALE_MARK, f"{symbol} has no mark", need=symbol)
    any_ms = case.limits.mark_age_ms
    derivative_ms = MARGIN_MARK_AGE_MS if any_ms is None else any_ms
    at_ms, sheet = case.at_ms, case.mark_sheet
    if at_ms - sheet.oldest_derivative_ms <= derivative_ms and (
        any_ms is None or at_ms - sheet.oldest_other_ms <= any_ms
    ):
        return None
    for symbol, instrument in case.marked.items():
        oldest_ms = derivative_ms if instrument.is_derivative else any_ms
        if oldest_ms is not None and at_ms - instrument.marked_at_ms > oldest_ms:
            age_ms = at_ms - instrument.marked_at_ms
            return Rejection(
                RejectionCode.RISK_STALE_MARK,
                f"the mark of {symbol} is {age_ms} ms old, since {iso_ms(instrument.marked_at_ms)}",
                have=str(age_ms),
                limit=str(oldest_ms),
            )
    return None


def order_is_worth_no_more(case: Case) -> Rejection | None:
    """Refuse an order worth more than one may be."""
    limits = case.limits.order_notional_minor
    if not limits:
        return None
    currency = case.own.quote
    limit_minor = limits.get(currency)
    if limit_minor is None:
        return None
    worth_minor = case.worth_minor
    if worth_minor <= limit_minor:
        return None
    return _above(
        RejectionCode.RISK_ORDER_NOTIONAL_LIMIT,
        "the order is worth",
        worth_minor,
        limit_minor,
        currency,
    )


def order_fits_its_market(case: Case) -> Rejection | None:
    """Refuse an order of some worth that is large against what its market traded in a day."""
    share_bps = case.limits.order_volume_bps
    if share_bps is None:
        return None
    own = case.own
    if case.worth_minor <= case.limits.free_notional_minor.get(own.quote, 0):
        return None
    volume_lots = case.day_volume_lots or 0
    limit_lots = volume_lots * share_bps // BASIS_POINTS
    if case.quantity_lots <= limit_lots:
        return None
    return _above(
        RejectionCode.RISK_ORDER_ABOVE_VOLUME,
        f"{share_bps} basis points of the day's volume are less than",
        case.quantity_lots * own.lot_value_minor,
        limit_lots * own.lot_value_minor,
        own.base,
    )


def account_is_open(case: Case) -> Rejection | None:
    """Refuse an account that was never opened."""
    if case.state.opened:
        return None
    return Rejection(RejectionCode.RISK_ACCOUNT_UNKNOWN, "the account has not been opened")


def account_is_active(case: Case) -> Rejection | None:
    """Refuse an account that the operator has suspended."""
    status = case.state.terms.status
    if status is AccountStatus.ACTIVE:
        return None
    return Rejection(
        RejectionCode.RISK_ACCOUNT_NOT_ACTIVE, f"the account is {status}", have=status.value
    )


def account_is_not_liquidated(case: Case) -> Rejection | None:
    """Refuse every order of an account that the venue liquidates, those that close too.

    Of an isolated position that is liquidated by itself it refuses those of its market.

    Two who close the same position would each have to know what the other has under way.
    """
    state, what = case.state, "account"
    found = state.liquidation
    if found is None and case.symbol in state.isolated:
        found, what = state.isolated[case.symbol].liquidation, "isolated position"
    if found is None:
        return None
    return Rejection(
        RejectionCode.RISK_LIQUIDATION,
        f"the {what} is liquidated since {iso_ms(found.began_at_ms)}; its orders are taken again "
        "when that has ended",
    )


def verification_allows_product(case: Case) -> Rejection | None:
    """Refuse a product that the account is not verified for."""
    have, need = case.state.terms.verification_level, LEVEL_OF[case.product]
    if have >= need:
        return None
    return Rejection(
        RejectionCode.RISK_VERIFICATION_LEVEL,
        f"{case.product} needs verification level {need}, the account has {have}",
        have=str(have),
        need=str(need),
    )


def order_rate_within_limit(case: Case) -> Rejection | None:
    """Refuse more orders in a minute of the clock than the account may place."""
    limit = case.limits.orders_per_minute
    if limit is None:
        return None
    _, count = counted(case)
    if count <= limit:
        return None
    return Rejection(
        RejectionCode.RISK_ORDER_RATE_LIMIT,
        f"{count - 1} orders were placed in this minute, of {limit} allowed",
        have=str(count - 1),
        limit=str(limit),
    )


def open_orders_within_limit(case: Case) -> Rejection | None:
    """Refuse one order more than an account may have open."""
    limit, have = case.limits.open_orders, len(case.state.holds)
    limit = MAX_OPEN_ORDERS if limit is None else min(limit, MAX_OPEN_ORDERS)
    if have < limit:
        return None
    return Rejection(
        RejectionCode.RISK_OPEN_ORDER_LIMIT,
        f"the account has {have} open orders and amends on their way, of {limit} allowed",
        have=str(have),
        limit=str(limit),
    )


def balance_covers_need(case: Case) -> Rejection | None:
    """Refuse what the free balance does not cover at worst, fees in.

    Who owes may still close: of an order that only reduces, and asks for no more than is open, the
    fee is owed as well.
    """
    quote, state = case.quote, case.state
    if case.reduce_only and _asks_for_no_more_than_is_open(case):
        return None
    have_minor = state.available.get(quote.need_currency, 0)
    if case.symbol in state.isolated:
        have_minor = max(0, have_minor) + state.isolated[case.symbol].minor
    if have_minor >= quote.need_minor:
        return None
    have = format_minor(have_minor, quote.need_currency)
    need = format_minor(quote.need_minor, quote.need_currency)
    return Rejection(
        RejectionCode.RISK_INSUFFICIENT_BALANCE,
        f"needs {need} {quote.need_currency} at worst, {have} is available",
        have=have,
        need=need,
    )


def _asks_for_no_more_than_is_open(case: Case) -> bool:
    """Whether an order closes a perpetual; who closes an option may have its price to pay."""
    if case.product is not Product.PERPETUAL:
        return False
    held_lots = case.state.positions.get(case.symbol, FLAT).quantity_lots
    closable_lots = -held_lots if case.side is Side.BUY else held_lots
    return 0 < case.quantity_lots <= closable_lots


def position_within_limit(case: Case) -> Rejection | None:
    """Refuse what could take the position in the instrument beyond its limit."""
    limit_minor = case.limits.position_minor.get(case.symbol)
    if limit_minor is None:
        return None
    worst_minor = _worst_lots(case) * case.own.lot_value_minor
    if worst_minor <= limit_minor:
        return None
    return _above(
        RejectionCode.RISK_POSITION_LIMIT,
        f"with all open orders filled the position in {case.symbol} would be",
        worst_minor,
        limit_minor,
        case.own.base,
    )


def underlying_within_limit(case: Case) -> Rejection | None:
    """Refuse what could take all positions of one underlying beyond their limit."""
    limits = case.limits.underlying_minor
    if not limits:
        return None
    base = case.own.base
    limit_minor = limits.get(base)
    if limit_minor is None:
        return None
    of_base = case.mark_sheet.of_underlying(base)
    worst_minor = worst_underlying_minor(case.state, of_base, base, case.side)
    worst_minor += case.opening_lots * case.own.lot_value_minor
    if worst_minor <= limit_minor:
        return None
    return _above(
        RejectionCode.RISK_UNDERLYING_LIMIT,
        f"with all open orders filled the positions in {base} would be",
        worst_minor,
        limit_minor,
        base,
    )


def leverage_within_limit(case: Case) -> Rejection | None:
    """Refuse what could take an account's perpetuals beyond so many times what it has.

    Spot has no leverage: it is held in full. An option's is for its margin.
    """
    limit = case.limits.leverage
    if limit is None:
        return None
    currency = case.quote.need_currency
    found = case.mark_sheet.leveraged(currency)
    if not found.perpetuals:
        return None
    added = {case.symbol: with_own(case)} if case.symbol in found.perpetuals else NONE_ADDED
    worth_minor = found.worst_worth_minor(case.state, added)
    left_minor = own_minor(case.state, currency, found) - case.quote.need_minor
    limit_minor = limit * max(0, left_minor)
    if worth_minor <= limit_minor or _only_closes(case):
        return None
    have, most = (format_minor(minor, currency) for minor in (worth_minor, limit_minor))
    return Rejection(
        RejectionCode.RISK_LEVERAGE_LIMIT,
        f"with all open orders filled the perpetuals would be worth {have} {currency}; {most} is "
        f"allowed, {limit} times what is there at the marks",
        have=have,
        limit=most,
    )


def _only_closes(case: Case) -> bool:
    is_derivative = case.product is not Product.SPOT
    return is_derivative and (case.reduce_only or _worst_lots(case) <= 0)


def day_is_within_loss(case: Case) -> Rejection | None:
    """Refuse what does not only close, once the day's loss has come to its limit, or had."""
    stop = case.state.terms.loss_stop
    if stop is not None and stop.holds_at(case.at_ms) and _worst_lots(case) > 0:
        have, limit = (
            format_minor(minor, stop.currency) for minor in (stop.loss_minor, stop.limit_minor)
        )
        return Rejection(
            RejectionCode.RISK_DAILY_LOSS_LIMIT,
            f"the account is stopped until {iso_ms(stop.until_ms)}, since {iso_ms(stop.at_ms)}: "
            f"{stop.reason}; orders that only close are taken",
            have=have,
            limit=limit,
        )
    limits = case.limits.daily_loss_minor
    if not limits:
        return None
    currency = case.own.quote
    limit_minor = limits.get(currency)
    if limit_minor is None:
        return None
    loss_minor = -case.mark_sheet.day_result_minor(case.state, currency, case.at_ms)
    if loss_minor < limit_minor or _worst_lots(case) <= 0:
        return None
    have, limit = (format_minor(minor, currency) for minor in (loss_minor, limit_minor))
    return Rejection(
        RejectionCode.RISK_DAILY_LOSS_LIMIT,
        f"the account has lost {have} {currency} since 00:00 UTC, of {limit} allowed; orders that "
        "only close are taken",
        have=have,
        limit=limit,
    )


def no_kill_switch_is_on(case: Case) -> Rejection | None:
    """Refuse every order of whom a kill switch stops: the venue, a market, an account."""
    for name, kill in case.kills.items():
        return Rejection(
            RejectionCode.RISK_KILL_SWITCH,
            f"the kill switch of {name} is on, since {iso_ms(kill.at_ms)}: {kill.reason}",
        )
    return None


def _worst_lots(case: Case) -> int:
    return worst_lots(case.state, case.symbol, case.side) + case.opening_lots


def _above(
    code: RejectionCode, what: str, have_minor: int, limit_minor: int, currency: str
) -> Rejection:
    have, limit = (format_minor(minor, currency) for minor in (have_minor, limit_minor))
    return Rejection(code, f"{what} {have} {currency}, {limit} is allowed", have=have, limit=limit)


def counted(case: Case) -> tuple[int, int]:
    """Return (minute, orders admitted in it) with this order in.

    The minute of an account never goes back, whatever clock a writer has.
    """
    minute, count = case.state.rate
    now = case.at_ms // MINUTE_MS
    return (now, 1) if now > minute else (minute, count + 1)


CHAIN: Final[tuple[Check, ...]] = (
    marks_are_fresh,
    order_is_worth_no_more,
    order_fits_its_market,
    account_is_open,
    account_is_active,
    account_is_not_liquidated,
    verification_allows_product,
    order_rate_within_limit,
    open_orders_within_limit,
    balance_covers_need,
    position_within_limit,
    underlying_within_limit,
    leverage_within_limit,
    day_is_within_loss,
    margin_covers_positions,
    no_kill_switch_is_on,
)


def assess(case: Case, checks: Iterable[Check] = CHAIN) -> Rejection | None:
    """Return why an order may not proceed, or None when all checks of the chain admit it.

    Examples
    --------
    >>> from zerodesk.accounts import AccountState
    >>> from zerodesk.pricing.order_quote import Collar, Quote
    >>> quote = Quote(100, Collar(90, 110), 100, "USD", 5_000_000, 0, 0, 0)
    >>> case = Case(AccountState(opened=True), "BTC-USD", Side.BUY, 1, quote, at_ms=0)
    >>> assess(case).code.value
    'RISK_INSUFFICIENT_BALANCE'
    """
    for check in checks:
        rejection = check(case)
        if rejection is not None:
            return rejection
    return None
