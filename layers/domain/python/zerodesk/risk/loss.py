"""The loss breaker: whether an account has lost so much that it may only close."""

from collections.abc import Mapping

from zerodesk.accounts import AccountState
from zerodesk.limits import Limits
from zerodesk.losses import LossStop
from zerodesk.risk.exposure import day_result_minor
from zerodesk.risk.marked import Marked


def symbols_that_count(state: AccountState, at_ms: int) -> set[str]:
    """Return the instruments whose marks the day's result needs."""
    return {name for name, one in state.positions.items() if one.counts_on(at_ms)}


def loss_stop(
    state: AccountState, limits: Limits, marked: Mapping[str, Marked], at_ms: int
) -> LossStop | None:
    """Return the stop of an account whose day's loss has come to a limit, None below.

    What is not known is not guessed: with a mark missing, or older than the limits allow, nobody is
    stopped; the chain refuses such an account's orders anyway.
    """
    needed = symbols_that_count(state, at_ms)
    if needed - marked.keys():
        return None
    oldest_ms = limits.mark_age_ms
    if oldest_ms is not None and any(
        at_ms - marked[symbol].marked_at_ms > oldest_ms for symbol in needed
    ):
        return None
    for currency, limit_minor in sorted(limits.daily_loss_minor.items()):
        loss_minor = -day_result_minor(state, marked, currency, at_ms)
        if loss_minor >= limit_minor:
            return LossStop(currency, loss_minor, limit_minor, at_ms)
    return None
