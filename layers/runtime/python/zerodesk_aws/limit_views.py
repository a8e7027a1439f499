"""Limits as the API shows them: in decimals, with who set each and how much of it is used."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from zerodesk.accounts import AccountState
from zerodesk.kills import Kill
from zerodesk.limits import MAX_OPEN_ORDERS, Limits
from zerodesk.losses import LossStop
from zerodesk.money import format_minor
from zerodesk.orders import Side
from zerodesk.risk import Marked, symbols_of
from zerodesk.risk.chain import MINUTE_MS
from zerodesk.risk.exposure import (
    day_result_minor,
    leverage,
    worst_lots,
    worst_underlying_minor,
)
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.kills import KillSwitch
from zerodesk_aws.contracts.limits import AccountLimits, EffectiveLimit, LimitSet, LossStopView
from zerodesk_aws.limits import LimitRegister, VenueLimits
from zerodesk_aws.marks import marked as marked_of
from zerodesk_aws.tables.market import Markets

PLATFORM: Final = "platform"
"""Who set what holds for every account of every venue."""

_MINOR: Final = "_minor"
_OF_THE_PLATFORM: Final = Limits(open_orders=MAX_OPEN_ORDERS)


def limit_set(limits: Limits) -> LimitSet:
    """Return limits as they were asked for."""
    values: dict[str, Any] = {}
    for name, key, limit in limits.entries():
        if key:
            values.setdefault(name.removesuffix(_MINOR), {})[key] = format_minor(limit, _unit(key))
        else:
            values[name] = limit
    return LimitSet.model_validate(values)


class LimitViews:
    """Answers what limits an account, and what is used of it."""

    def __init__(self, accounts: AccountJournal, limits: LimitRegister, markets: Markets) -> None:
        self._accounts, self._limits, self._markets = accounts, limits, markets

    def of(self, account_id: str) -> AccountLimits:
        """Return what an account may do at most, or refuse with NOT_FOUND."""
        account, at_ms = self._accounts.latest(account_id), now_ms()
        if not account.state.opened:
            raise ended(ProblemCode.NOT_FOUND, "No account has this id.")
        venue = self._limits.latest()
        limited = venue.effective(account.state.terms).position_minor
        marked = {
            symbol: one
            for symbol in sorted({*symbols_of(account.state, at_ms), *limited})
            if (one := marked_of(self._markets, symbol)) is not None
        }
        return account_limits(account, venue, marked, at_ms)


def account_limits(
    account: Account, venue: VenueLimits, marked: Mapping[str, Marked], at_ms: int
) -> AccountLimits:
    """Return all that limits an account, the tightest of each, and what is used of it."""
    terms, own = account.state.terms, f"account:{account.account_id}"
    scopes = [*venue.scopes(terms), (PLATFORM, _OF_THE_PLATFORM)]
    tightest: dict[tuple[str, str], tuple[int, str]] = {}
    for set_by, limits in scopes:
        for name, key, limit in limits.entries():
            known = tightest.get((name, key))
            if known is None or limit < known[0]:
                tightest[name, key] = limit, set_by
    return AccountLimits(
        account_id=account.account_id,
        account_sequence=account.sequence,
        limits_sequence=venue.sequence,
        status=terms.status,
        verification_level=terms.verification_level,
        group=terms.group,
        kill=None if terms.kill is None else switch_view(own, terms.kill, is_on=True),
        loss_stop=_loss_stop_view(terms.loss_stop, at_ms),
        limits=[
            _shown(name, key, limit, set_by, _used(account.state, marked, name, key, at_ms))
            for (name, key), (limit, set_by) in sorted(tightest.items())
        ],
    )


def _loss_stop_view(stop: LossStop | None, at_ms: int) -> LossStopView | None:
    if stop is None or not stop.holds_at(at_ms):
        return None
    return LossStopView(reason=stop.reason, since=iso_ms(stop.at_ms), until=iso_ms(stop.until_ms))


def switch_view(name: str, kill: Kill, *, is_on: bool) -> KillSwitch:
    """Return a kill switch as the API shows it."""
    return KillSwitch(
        stops=name,
        is_on=is_on,
        author=kill.author,
        reason=kill.reason,
        since=iso_ms(kill.at_ms),
    )


def _shown(
    name: str, key: str, limit: int, set_by: str, used: int | Decimal | None
) -> EffectiveLimit:
    unit = _unit(key) if key else None
    return EffectiveLimit(
        limit=name.removesuffix(_MINOR),
        key=key or None,
        value=_text(limit, unit),
        unit=unit,
        used=None if used is None else _text(used, unit),
        set_by=set_by,
    )


def _text(number: int | Decimal, unit: str | None) -> str:
    if unit is None:
        return str(number)
    assert isinstance(number, int), "an amount is in minor units"
    return format_minor(number, unit)


def _unit(key: str) -> str:
    """Return the currency in which a key is limited: a market's base, or the currency itself."""
    return key.partition("-")[0]


def _used(
    state: AccountState, marked: Mapping[str, Marked], name: str, key: str, at_ms: int
) -> int | Decimal | None:
    """Return how much of a limit is used; of what may be open either way, the larger side.

    None where it cannot be said: of what nobody has marked yet, nothing is guessed.
    """
    match name:
        case "open_orders":
            return len(state.holds)
        case "orders_per_minute":
            minute, count = state.rate
            return count if minute >= at_ms // MINUTE_MS else 0
        case "position_minor" if key in marked:
            lots = max(worst_lots(state, key, side) for side in Side)
            return lots * marked[key].lot_value_minor
    is_marked = symbols_of(state, at_ms) <= marked.keys()
    return _used_of_all(state, marked, name, key, at_ms) if is_marked else None


def _used_of_all(
    state: AccountState, marked: Mapping[str, Marked], name: str, key: str, at_ms: int
) -> int | Decimal | None:
    """Return the same of a limit that all of an account's instruments count to."""
    match name:
        case "underlying_minor":
            return max(worst_underlying_minor(state, marked, key, side) for side in Side)
        case "daily_loss_minor":
            return max(0, -day_result_minor(state, marked, key, at_ms))
        case "leverage":
            return leverage(state, marked)
        case _:
            return None
