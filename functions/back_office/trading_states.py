"""Trading states: an operator stops a market or opens it again, through its book."""

from collections.abc import Callable
from uuid import uuid4

from back_office.waiting import awaited
from zerodesk.instruments import TradingState
from zerodesk.orders import SetStateCommand
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.clock import now_ms, sleep
from zerodesk_aws.contracts import markets as contracts
from zerodesk_aws.contracts.markets import SetTradingState
from zerodesk_aws.entry import count, logger
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.tables.market import Listed, Markets
from zerodesk_aws.views import market_view


class TradingStates:
    """Changes what markets accept."""

    def __init__(
        self,
        markets: Markets,
        queue: CommandQueue,
        *,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._markets, self._queue, self._pause = markets, queue, pause

    def set(self, symbol: str, asked: SetTradingState) -> contracts.Market:
        """Have a market's book change its state, and return the market once it shows it.

        Raises
        ------
        ProblemError
            NOT_FOUND: no such market. UNAVAILABLE: the book has not answered; asking for the
            same state again finds out.
        """
        if self._listed(symbol).state is not asked.state:
            self._send(symbol, asked)
        changed = awaited(lambda: self._in_state(symbol, asked.state), self._pause)
        if changed is not None:
            return market_view(changed)
        raise ended(
            ProblemCode.UNAVAILABLE,
            f"The book of {symbol} was told and has not answered yet. Repeat the request.",
        )

    def _send(self, symbol: str, asked: SetTradingState) -> None:
        """Tell the book. A request that comes twice sets the same state twice."""
        self._queue.send(
            SetStateCommand(
                kind="set_state",
                command_id=f"state-{uuid4().hex}",
                symbol=symbol,
                state=asked.state.value,
                reason=f"operator: {asked.reason}",
                accepted_at_ms=now_ms(),
            )
        )
        count("TradingStatesSet")
        logger.info(
            "trading state asked for", symbol=symbol, state=asked.state, reason=asked.reason
        )

    def _in_state(self, symbol: str, state: TradingState) -> Listed | None:
        listed = self._listed(symbol)
        return listed if listed.state is state else None

    def _listed(self, symbol: str) -> Listed:
        listed = self._markets.get(symbol, consistent=True)
        if listed is None:
            raise ended(ProblemCode.NOT_FOUND, "No market has this symbol.")
        return listed
