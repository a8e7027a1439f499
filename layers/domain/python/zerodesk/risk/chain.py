"""The pre-trade chain, in order of precedence: the first refusal is the answer."""

from collections.abc import Callable
from typing import Final

from zerodesk.accounts import AccountState
from zerodesk.money import format_minor
from zerodesk.pricing.spot import Quote
from zerodesk.rejections import Rejection, RejectionCode

MAX_OPEN_ORDERS: Final = 200
"""Open orders per account. It bounds the account's state, which travels in every record."""

Check = Callable[[AccountState, Quote], Rejection | None]


def account_is_open(state: AccountState, _: Quote) -> Rejection | None:
    """Refuse an account that was never opened."""
    if state.opened:
        return None
    return Rejection(RejectionCode.RISK_ACCOUNT_UNKNOWN, "the account has not been opened")


def open_orders_within_limit(state: AccountState, _: Quote) -> Rejection | None:
    """Refuse one order more than an account may have open."""
    if len(state.holds) < MAX_OPEN_ORDERS:
        return None
    return Rejection(
        RejectionCode.RISK_OPEN_ORDER_LIMIT,
        f"the account has {len(state.holds)} open orders and amends on their way, of "
        f"{MAX_OPEN_ORDERS} allowed",
        have=str(len(state.holds)),
        limit=str(MAX_OPEN_ORDERS),
    )


def balance_covers_need(state: AccountState, quote: Quote) -> Rejection | None:
    """Refuse what the free balance does not cover at worst, fees in."""
    have_minor = state.available_minor(quote.need_currency)
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


CHAIN: Final[tuple[Check, ...]] = (
    account_is_open,
    open_orders_within_limit,
    balance_covers_need,
)


def assess(state: AccountState, quote: Quote) -> Rejection | None:
    """Return why an order may not proceed, or None when the whole chain admits it.

    Examples
    --------
    >>> from zerodesk.pricing.spot import Collar
    >>> quote = Quote(100, Collar(90, 110), 100, "USD", 5_000_000, 0, 0, 0)
    >>> assess(AccountState(opened=True), quote).code.value
    'RISK_INSUFFICIENT_BALANCE'
    """
    for check in CHAIN:
        rejection = check(state, quote)
        if rejection is not None:
            return rejection
    return None
