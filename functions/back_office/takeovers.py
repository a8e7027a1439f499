"""Takeovers: an operator makes this region the home of a book."""

from zerodesk.commands import TakeOver
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.contracts.markets import TakeoverAsked
from zerodesk_aws.entry import count, logger
from zerodesk_aws.journal import Journal
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.streams import book_stream


class Takeovers:
    """Asks this region's matching to take books over."""

    def __init__(self, journal: Journal, queue: CommandQueue) -> None:
        self._journal, self._queue = journal, queue

    def ask(self, symbol: str, reason: str) -> TakeoverAsked:
        """Have this region take a book over from the epoch that it is in, or refuse with NOT_FOUND.

        The message names that epoch: one that comes again, however late, takes nothing over that
        has been taken over since.
        """
        latest = self._journal.latest(book_stream(symbol))
        if latest is None:
            raise ended(ProblemCode.NOT_FOUND, "No market has this symbol.")
        self._queue.send(TakeOver(kind="take_over", symbol=symbol, from_epoch=latest.epoch))
        count("TakeoversAsked")
        logger.warning("takeover asked for", symbol=symbol, epoch=latest.epoch, reason=reason)
        return TakeoverAsked(symbol=symbol, from_epoch=latest.epoch)
