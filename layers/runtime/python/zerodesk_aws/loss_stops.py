"""Loss breakers: a record of the account's journal, an event, then a cancel of what it holds."""

from typing import Final

from zerodesk.accounts import AccountState, Change, set_terms
from zerodesk.losses import BY_LOSS, LossStop
from zerodesk.risk.loss import loss_stop, symbols_that_count
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.bus import Announcement, Bus
from zerodesk_aws.entry import logger
from zerodesk_aws.limits import VenueLimits
from zerodesk_aws.marks import marked as marked_of
from zerodesk_aws.mass_cancels import MassCancels
from zerodesk_aws.tables.market import Markets

RISK: Final = "zerodesk.risk"


class LossStops:
    """Stops accounts whose day's loss has come to its limit.

    The record is the fence, as with a kill switch: a hold of before is named by the cancel, and
    what is held behind it only closes. It is told before the cancel is opened, so whoever finds a
    stop without one tells it again: at least once, perhaps twice.
    """

    def __init__(
        self, accounts: AccountJournal, markets: Markets, mass_cancels: MassCancels, bus: Bus
    ) -> None:
        self._accounts, self._markets = accounts, markets
        self._mass_cancels, self._bus = mass_cancels, bus

    def look(self, account_id: str, state: AccountState, venue: VenueLimits, at_ms: int) -> bool:
        """Stop an account that has lost too much and cancel what it holds; whether there was cause.

        A stop that holds is told and its cancel opened, if whoever set it did not come to that.
        """
        stop = _holding(state, at_ms)
        if stop is None and self._found(state, venue, at_ms) is not None:
            stop = self._stop(account_id, venue, at_ms)
        if stop is None or self._mass_cancels.was_opened(account_id, _cancel_id(stop)):
            return False
        self._bus.publish([_stopped(account_id, stop)])
        self._mass_cancels.cancel_held(account_id, _cancel_id(stop), at_ms)
        return True

    def _stop(self, account_id: str, venue: VenueLimits, at_ms: int) -> LossStop | None:
        """Record a stop, unless one holds or the loss is below its limit again by now."""

        def decide(account: Account) -> Change | None:
            found = self._found(account.state, venue, at_ms)
            if found is None or _holding(account.state, at_ms) is not None:
                return None
            terms = account.state.terms._replace(loss_stop=found)
            return set_terms(account.state, terms, author=BY_LOSS, reason=found.reason)

        stop = _holding(self._accounts.commit(account_id, decide).state, at_ms)
        if stop is not None:
            logger.warning("account stopped", account_id=account_id, reason=stop.reason)
        return stop

    def _found(self, state: AccountState, venue: VenueLimits, at_ms: int) -> LossStop | None:
        limits = venue.effective(state.terms)
        if not limits.daily_loss_minor:
            return None
        marked = {
            symbol: one
            for symbol in sorted(symbols_that_count(state, at_ms))
            if (one := marked_of(self._markets, symbol)) is not None
        }
        return loss_stop(state, limits, marked, at_ms)


def _holding(state: AccountState, at_ms: int) -> LossStop | None:
    stop = state.terms.loss_stop
    return stop if stop is not None and stop.holds_at(at_ms) else None


def _stopped(account_id: str, stop: LossStop) -> Announcement:
    detail = {
        "account_id": account_id,
        "reason": stop.reason,
        "by": BY_LOSS,
        "at": iso_ms(stop.at_ms),
        "until": iso_ms(stop.until_ms),
    }
    return Announcement(RISK, "AccountStopped", detail)


def _cancel_id(stop: LossStop) -> str:
    """Return an id that no client can have given a cancel of its own."""
    return f"loss#{stop.at_ms}"
