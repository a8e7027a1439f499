"""Kill switches: on in the register first, which the risk check reads, then in the books."""

from collections.abc import Callable

from back_office.waiting import awaited
from zerodesk.instruments import TradingState
from zerodesk.kills import Kill
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.clock import now_ms, sleep
from zerodesk_aws.contracts.kills import KillSwitch, KillSwitches, SetKill
from zerodesk_aws.entry import count, logger
from zerodesk_aws.kills import AccountKills, clearing_command
from zerodesk_aws.limit_views import switch_view
from zerodesk_aws.limits import MARKET, VENUE, LimitRegister
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.registers import Register
from zerodesk_aws.tables.listed import Listed
from zerodesk_aws.tables.market import Markets


class KillOffice:
    """Turns kill switches on and off.

    On: from the register's record on the risk check lets nothing through, and the books concerned
    are halted and cleared, which no order passes that was let through before. Off: orders may pass
    again; the books stay halted until somebody opens them.
    """

    def __init__(
        self,
        limits: LimitRegister,
        listings: Register,
        markets: Markets,
        queue: CommandQueue,
        accounts: AccountKills,
        *,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._limits, self._listings = limits, listings
        self._markets, self._queue, self._pause = markets, queue, pause
        self._accounts = accounts

    def all(self) -> KillSwitches:
        """Return every switch that was ever used."""
        venue = self._limits.latest()
        return KillSwitches(
            limits_sequence=venue.sequence,
            kills=[
                switch_view(name, kill, is_on=is_on)
                for name, (kill, is_on) in sorted(venue.switches.items())
            ],
        )

    def set_venue(self, asked: SetKill, author: str) -> KillSwitches:
        """Stop every market there is, or let orders pass again."""
        kill = self._switch(VENUE, asked, author)
        if kill is not None:
            for symbol in sorted(self._listings.entries()):
                self._halt(symbol, kill)
        return self.all()

    def set_market(self, symbol: str, asked: SetKill, author: str) -> KillSwitches:
        """Stop one market, or let orders for it pass again.

        Raises
        ------
        ProblemError
            NOT_FOUND: no such market. UNAVAILABLE: the switch is on, and the book has not
            answered; asking again finds out.
        """
        if self._markets.get(symbol, consistent=True) is None:
            raise ended(ProblemCode.NOT_FOUND, "No market has this symbol.")
        kill = self._switch(MARKET + symbol, asked, author)
        if kill is not None:
            self._halt(symbol, kill)
            if awaited(lambda: self._halted(symbol, kill), self._pause) is None:
                raise ended(
                    ProblemCode.UNAVAILABLE,
                    f"The kill switch of {symbol} is on, and its book has not answered yet. Repeat "
                    "the request.",
                )
        return self.all()

    def set_account(self, account_id: str, asked: SetKill, author: str) -> KillSwitch:
        """Let no order of an account pass and cancel what it has in any book; or let it trade."""
        kill = Kill(author, asked.reason, now_ms())
        is_on = self._accounts.switch(account_id, kill, is_on=asked.is_on)
        if is_on is not None:
            self._accounts.cancel(account_id, is_on, now_ms())
        count("KillSwitchesSet")
        logger.warning("kill switch", stops=account_id, is_on=asked.is_on, reason=asked.reason)
        return switch_view(f"account:{account_id}", is_on or kill, is_on=is_on is not None)

    def _switch(self, name: str, asked: SetKill, author: str) -> Kill | None:
        """Record a switch; return the one that is on by then, whoever turned it on."""
        self._limits.switch(name, Kill(author, asked.reason, now_ms()), is_on=asked.is_on)
        count("KillSwitchesSet")
        logger.warning("kill switch", stops=name, is_on=asked.is_on, reason=asked.reason)
        return self._limits.latest().kill_of(name)

    def _halt(self, symbol: str, kill: Kill) -> None:
        if self._halted(symbol, kill) is None:
            self._queue.send(clearing_command(symbol, kill, now_ms()))

    def _halted(self, symbol: str, kill: Kill) -> Listed | None:
        listed = self._markets.get(symbol, consistent=True)
        if listed is None or listed.state is TradingState.DELISTED:
            return listed
        if listed.state is not TradingState.HALTED:
            return None
        return listed if listed.state_reason == kill.state_reason else None
