"""All that is stopped now: markets by their books, by kill switches, feeds, and accounts."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from zerodesk.instruments import TradingState
from zerodesk.kills import Kill
from zerodesk.liquidations import BY_MARGIN, Liquidation
from zerodesk.losses import BY_LOSS
from zerodesk.terms import AccountStatus
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.cursors import Pages
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.halts import Halt, Halts, ListStopped, Stop, StoppedPage
from zerodesk_aws.feeds import FeedRegister
from zerodesk_aws.limits import MARKET, LimitRegister
from zerodesk_aws.registers import Register
from zerodesk_aws.tables.listed import Listed
from zerodesk_aws.tables.market import Markets

GOES_ON = (TradingState.OPEN, TradingState.DELISTED)
"""One trades, the other is gone for good."""

BY_BREAKER: Final = "breaker"

MAX_EXAMINED: Final = 200
"""Accounts looked at for one page, a read each."""

MAX_LOOKED_BACK: Final = 200
"""Records of an account looked at for who suspended it. Further back it is not known."""


class HaltList:
    """Lists halts: a market that two have stopped is there twice, once for each."""

    def __init__(
        self, listings: Register, markets: Markets, limits: LimitRegister, feeds: FeedRegister
    ) -> None:
        self._listings, self._markets = listings, markets
        self._limits, self._feeds = limits, feeds

    def all(self) -> Halts:
        """Return every halt, with who, why, since when and until when; read strongly."""
        return Halts(halts=[*self._kills(), *self._stopped_markets(), *self._left_alone()])

    def _kills(self) -> Iterator[Halt]:
        for name, (kill, is_on) in sorted(self._limits.latest().switches.items()):
            if is_on:
                yield Halt(
                    stops=name,
                    how=Stop.KILL_SWITCH,
                    by=kill.author,
                    reason=kill.reason,
                    since=iso_ms(kill.at_ms),
                    until=None,
                )

    def _stopped_markets(self) -> Iterator[Halt]:
        for symbol in sorted(self._listings.entries()):
            listed = self._markets.get(symbol, consistent=True)
            if listed is not None and listed.state not in GOES_ON:
                yield _halt_of(listed)

    def _left_alone(self) -> Iterator[Halt]:
        """Yield the feeds that nobody reads for now: a market may lack a fresh price for it."""
        for feed in self._feeds.all():
            found = feed.breaker
            if found.opened_at_ms is not None:
                told = Kill(BY_BREAKER, f"{feed.source}: {found.reason}", found.opened_at_ms)
                stops = f"feed:{feed.symbol}"
                yield _by_word(stops, Stop.BREAKER, told, until_ms=found.until_ms)


def _halt_of(listed: Listed) -> Halt:
    ends_at_ms = None if listed.auction is None else listed.auction["ends_at_ms"]
    return Halt(
        stops=MARKET + listed.market.symbol,
        how=Stop(listed.state.value),
        by=listed.state_by,
        reason=listed.state_reason,
        since=iso_ms(listed.state_since_ms) if listed.state_since_ms else None,
        until=None if ends_at_ms is None else iso_ms(ends_at_ms),
    )


class StoppedAccounts:
    """Lists the accounts that are stopped, each by its own journal."""

    def __init__(self, register: Register, accounts: AccountJournal) -> None:
        self._register, self._accounts = register, accounts

    def page(self, asked: ListStopped) -> StoppedPage:
        """Return a page: of so many accounts, those that are stopped; read strongly.

        Raises
        ------
        ProblemError
            INTAKE_BAD_VALUE: no cursor of this list.
        """
        pages = Pages(str, "stopped accounts")
        behind = pages.position(asked.cursor)
        account_ids = sorted(self._register.entries())
        start = 0 if behind is None else bisect_right(account_ids, behind[1])
        examined = account_ids[start : start + MAX_EXAMINED]
        is_all = start + MAX_EXAMINED >= len(account_ids)
        return StoppedPage(
            halts=[halt for account_id in examined for halt in self._stops(account_id)],
            next_cursor=None if is_all else pages.cursor(0, examined[-1]),
        )

    def _stops(self, account_id: str) -> Iterator[Halt]:
        state, stops = self._accounts.latest(account_id).state, f"account:{account_id}"
        terms = state.terms
        if terms.kill is not None:
            yield _by_word(stops, Stop.KILL_SWITCH, terms.kill)
        if terms.status is AccountStatus.SUSPENDED:
            yield _by_word(stops, Stop.SUSPENDED, self._suspended(account_id))
        if terms.loss_stop is not None and terms.loss_stop.holds_at(now_ms()):
            stop = terms.loss_stop
            told = Kill(BY_LOSS, stop.reason, stop.at_ms)
            yield _by_word(stops, Stop.LOSS, told, until_ms=stop.until_ms)
        for isolated, found in state.liquidations().items():
            yield _by_word(stops, Stop.LIQUIDATION, _liquidating(isolated, found))

    def _suspended(self, account_id: str) -> Kill | None:
        """Return by whose word an account is suspended, None where that is too long ago."""
        since: Kill | None = None
        for record in self._accounts.backwards(account_id, None, limit=MAX_LOOKED_BACK):
            cause = record.body["cause"]
            if cause["kind"] != "terms":
                continue
            if cause["terms"]["status"] != AccountStatus.SUSPENDED:
                return since
            since = Kill(cause["author"], cause["reason"], record.recorded_at_ms)
        return None


def _liquidating(isolated: str | None, found: Liquidation) -> Kill:
    what = "" if isolated is None else f"the isolated position in {isolated} alone, "
    reason = f"{what}below its maintenance margin, {found.steps} steps so far"
    return Kill(BY_MARGIN, reason, found.began_at_ms)


def _by_word(stops: str, how: Stop, word: Kill | None, *, until_ms: int | None = None) -> Halt:
    return Halt(
        stops=stops,
        how=how,
        by="" if word is None else word.author,
        reason="" if word is None else word.reason,
        since=None if word is None else iso_ms(word.at_ms),
        until=None if until_ms is None else iso_ms(until_ms),
    )
