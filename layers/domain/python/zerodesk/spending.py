"""What an account may spend other than by an order: by a withdrawal, by a transfer.

A request that is not covered is refused on record, as an order is: whoever was told no, stays
refused, also when a late repeat finds the account richer. Margin is loaded by the first account
that has a derivative.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from zerodesk.accounts import AccountState, Change, credited
from zerodesk.money import format_minor
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.times import iso_ms

if TYPE_CHECKING:
    from zerodesk.risk.marked import Marked

REJECTED: Final = "REJECTED"
"""The status of a request that was refused."""


NONE_MARKED: "Final[Mapping[str, Marked]]" = {}


class Seen(NamedTuple):
    """The marks of an account's derivatives, by symbol, as of a time."""

    at_ms: int = 0
    marked: "Mapping[str, Marked]" = NONE_MARKED

    def evidence(self, state: AccountState) -> dict[str, Any]:
        """Return what was looked at, for the record: nothing where no derivative is open."""
        if not state.derivatives():
            return {}
        from zerodesk.risk.monitoring import evidence, fresh_marks, margins

        fresh = fresh_marks(state, self.marked, self.at_ms)
        found = margins(state, fresh)
        return {"at_ms": self.at_ms} | evidence(state, found, fresh) if found else {}


NOTHING_SEEN: Final = Seen()
"""Enough for an account without derivatives; of any other it knows no mark."""


def refusal(
    state: AccountState, currency: str, amount_minor: int, seen: Seen = NOTHING_SEEN
) -> Rejection | None:
    """Return why an amount may not be spent, or None: it is free, and no margin needs it.

    Examples
    --------
    >>> refusal(AccountState(available={"USD": 2_000_000}), "USD", 3_000_000).detail
    'needs 3 USD, 2 is available'
    """
    beyond = beyond_margin(state, currency, amount_minor, seen)
    return beyond or not_covered(state, currency, amount_minor)


def beyond_margin(
    state: AccountState, currency: str, amount_minor: int, seen: Seen = NOTHING_SEEN
) -> Rejection | None:
    """Return why the margin of what an account has open, or what it owes, keeps an amount there.

    What is above the initial margin may go, every open order counted at its worst. Nothing goes
    while the account owes more of a currency than its positions would bring, and nothing at marks
    that are not known.
    """
    looked_at: set[str] = set()
    if state.derivatives():
        from zerodesk.risk.monitoring import cross_margins, derivatives_of, stale_among

        stale = stale_among(derivatives_of(state, None), seen.marked, seen.at_ms)
        if stale:
            return stale_mark(stale, seen.at_ms)
        after = state.replace(available=credited(state.available, currency, -amount_minor))
        before = {one.currency: one.free_minor for one in cross_margins(state, seen.marked)}
        for one in cross_margins(after, seen.marked):
            takes_margin = one.free_minor < before[one.currency]
            if one.free_minor < 0 and (takes_margin or one.equity_minor < 0):
                return below_margin(one.currency, one.equity_minor, one.initial_minor)
        looked_at = set(before)
    for owed, minor in sorted(state.available.items()):
        if minor < 0 and owed not in looked_at and owed != currency:
            return below_margin(owed, minor, 0)
    return None


def not_covered(state: AccountState, currency: str, amount_minor: int) -> Rejection | None:
    """Return why an amount may not be spent, or None when what is free covers it."""
    have_minor = state.available_minor(currency)
    if amount_minor <= have_minor:
        return None
    have = format_minor(have_minor, currency)
    need = format_minor(amount_minor, currency)
    return Rejection(
        RejectionCode.LEDGER_INSUFFICIENT_BALANCE,
        f"needs {need} {currency}, {have} is available",
        have=have,
        need=need,
    )


def stale_mark(stale: Mapping[str, int | None], at_ms: int) -> Rejection:
    """Return the refusal for the first of the marks that are missing or too old."""
    symbol, since_ms = next(iter(stale.items()))
    if since_ms is None:
        detail = f"{symbol} has no mark"
    else:
        detail = f"the mark of {symbol} is {at_ms - since_ms} ms old, since {iso_ms(since_ms)}"
    return Rejection(RejectionCode.RISK_STALE_MARK, detail, need=symbol)


def below_margin(currency: str, have_minor: int, need_minor: int) -> Rejection:
    """Return the refusal of what leaves less than what is open needs."""
    have, need = format_minor(have_minor, currency), format_minor(need_minor, currency)
    return Rejection(
        RejectionCode.RISK_INSUFFICIENT_MARGIN,
        f"what is open needs {need} {currency} as margin, with it gone {have} is there",
        have=have,
        need=need,
    )


def refuse(
    state: AccountState, request_id: str, rejection: Rejection, seen: Seen = NOTHING_SEEN
) -> Change:
    """Return the account with the refusal of a request on record; nothing moves."""
    refused = {"status": REJECTED, "rejection": rejection.to_dict()}
    cause = {"kind": "refuse", "request_id": request_id, "rejection": rejection.to_dict()}
    return Change(
        cause | seen.evidence(state),
        (),
        state.replace(answered=state.answered | {request_id: refused}),
    )
