"""Trading states: an operator stops a market, opens it or has it hold an auction, by its book."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from back_office.waiting import awaited
from zerodesk.commands import EndAuctionCommand, SetStateCommand
from zerodesk.instruments import TradingState
from zerodesk.orders import ending_id_for
from zerodesk.times import iso_ms
from zerodesk_aws.api.problems import ProblemCode, ProblemError, ended
from zerodesk_aws.clock import now_ms, sleep
from zerodesk_aws.contracts import markets as contracts
from zerodesk_aws.contracts.markets import EndAuction, SetTradingState
from zerodesk_aws.entry import count, logger
from zerodesk_aws.limits import LimitRegister
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.tables.listed import Listed
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.views.markets import market_view


class TradingStates:
    """Changes what markets accept."""

    def __init__(
        self,
        markets: Markets,
        queue: CommandQueue,
        limits: LimitRegister,
        *,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._markets, self._queue, self._pause = markets, queue, pause
        self._limits = limits

    def set(self, symbol: str, asked: SetTradingState, author: str) -> contracts.Market:
        """Have a market's book change its state, and return the market once it shows it.

        One that would open with a trade outside its band holds an auction first, and is shown so.

        Raises
        ------
        ProblemError
            NOT_FOUND: no such market. MARKET_DELISTED: it trades no more. KILL_SWITCH_ON: it stays
            halted until that is off. MARK_STALE: it opens when a fresh index price comes.
            UNAVAILABLE: the book has not answered; asking for the same state again finds out.
        """
        before = self._listed(symbol)
        if before.state is TradingState.DELISTED:
            raise ended(ProblemCode.MARKET_DELISTED, f"{symbol} trades no more.")
        if asked.state is not TradingState.HALTED:
            self._refuse_if_killed(symbol)
        if asked.state is TradingState.OPEN:
            _refuse_if_stale(before, now_ms())
        if before.state is not asked.state:
            self._send(symbol, asked, author)
        changed = awaited(lambda: self._changed(before, asked.state), self._pause)
        if changed is not None:
            return market_view(changed)
        raise _not_answered(symbol)

    def _refuse_if_killed(self, symbol: str) -> None:
        kills = self._limits.latest().kills(symbol)
        if kills:
            stops = " and ".join(kills)
            raise ended(ProblemCode.KILL_SWITCH_ON, f"{symbol} is halted by that of {stops}.")

    def end_auction(self, symbol: str, asked: EndAuction, author: str) -> contracts.Market:
        """Have a market's book end the auction that it holds, and return the market behind it.

        Raises
        ------
        ProblemError
            NOT_FOUND: no such market. NO_AUCTION: it holds none. UNAVAILABLE: the book has not
            answered; asking again finds out.
        """
        auction = self._listed(symbol).auction
        if auction is None:
            raise ended(ProblemCode.NO_AUCTION, f"{symbol} holds no auction.")
        auction_id = auction["auction_id"]
        self._queue.send(
            EndAuctionCommand(
                kind="end_auction",
                command_id=ending_id_for(auction_id),
                symbol=symbol,
                auction_id=auction_id,
                reason=f"operator: {asked.reason}",
                by=author,
                accepted_at_ms=now_ms(),
            )
        )
        logger.info("auction's end asked for", symbol=symbol, reason=asked.reason)
        after = awaited(lambda: self._without(symbol, auction_id), self._pause)
        if after is not None:
            return market_view(after)
        raise _not_answered(symbol)

    def _without(self, symbol: str, auction_id: str) -> Listed | None:
        listed = self._listed(symbol)
        is_over = listed.auction is None or listed.auction["auction_id"] != auction_id
        return listed if is_over else None

    def _send(self, symbol: str, asked: SetTradingState, author: str) -> None:
        """Tell the book. A request that comes twice sets the same state twice."""
        command = SetStateCommand(
            kind="set_state",
            command_id=f"state-{uuid4().hex}",
            symbol=symbol,
            state=asked.state.value,
            reason=f"operator: {asked.reason}",
            by=author,
            accepted_at_ms=now_ms(),
        )
        if asked.auction is not None:
            command["auction"] = asked.auction.value
        if asked.auction_seconds is not None:
            command["lasts_ms"] = 1_000 * asked.auction_seconds
        self._queue.send(command)
        count("TradingStatesSet")
        logger.info(
            "trading state asked for", symbol=symbol, state=asked.state, reason=asked.reason
        )

    def _changed(self, before: Listed, to: TradingState) -> Listed | None:
        listed = self._listed(before.market.symbol)
        halts = to is TradingState.OPEN and _began_halt(before.auction, listed.auction)
        return listed if listed.state is to or halts else None

    def _listed(self, symbol: str) -> Listed:
        listed = self._markets.get(symbol, consistent=True)
        if listed is None:
            raise ended(ProblemCode.NOT_FOUND, "No market has this symbol.")
        return listed


def _refuse_if_stale(listed: Listed, at_ms: int) -> None:
    if listed.stale_at_ms is None or listed.stale_at_ms >= at_ms:
        return
    if listed.market.option is not None:
        raise ended(
            ProblemCode.MARK_STALE, f"{listed.market.symbol} has expired and opens no more."
        )
    if listed.stale_at_ms < at_ms:
        raise ended(
            ProblemCode.MARK_STALE,
            f"{listed.market.symbol} has had no fresh index price since "
            f"{iso_ms(listed.stale_at_ms)}. It opens with the next one, or change "
            "stale_after_seconds first.",
        )


def _began_halt(before: dict[str, Any] | None, now: dict[str, Any] | None) -> bool:
    """Whether the book has begun an auction by itself meanwhile."""
    if now is None or not now.get("is_halt"):
        return False
    return before is None or before["auction_id"] != now["auction_id"]


def _not_answered(symbol: str) -> ProblemError:
    return ended(
        ProblemCode.UNAVAILABLE,
        f"The book of {symbol} was told and has not answered yet. Repeat the request.",
    )
