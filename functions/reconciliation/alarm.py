"""Tell of breaches, and stop the books that they are about from taking more orders."""

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Final

from reconciliation.run import Result
from zerodesk.commands import SetStateCommand
from zerodesk.instruments import TradingState
from zerodesk.reconciliation import Breach, Watch
from zerodesk.times import iso_ms
from zerodesk_aws.bus import Announcement, Bus
from zerodesk_aws.entry import count, logger
from zerodesk_aws.queue import CommandQueue

SOURCE: Final = "zerodesk.reconciliation"
BY: Final = "reconciliation"


class Alarm:
    """Tells of each breach once, for as long as it stands."""

    def __init__(self, bus: Bus, queue: CommandQueue) -> None:
        self._bus, self._queue = bus, queue

    def tell(self, result: Result, now_ms: int) -> Watch:
        """Tell of what has not been told, and return the watch that remembers it.

        If this process dies before the watch is kept, the next run tells again: an event may
        repeat, and the book knows the command by its id.
        """
        told = set(result.watch.told)
        fresh = [breach for breach in result.breaches if breach.breach_id not in told]
        for breach in fresh:
            logger.error("reconciliation breached", extra=_evidence(breach))
        if fresh:
            count("ReconciliationBreaches", len(fresh))
            self._halt(fresh, result.stopped, now_ms)
            self._bus.publish(_announcement(breach, now_ms) for breach in fresh)
        standing = tuple(dict.fromkeys(breach.breach_id for breach in result.breaches))
        return replace(result.watch, told=standing)

    def _halt(self, breaches: Sequence[Breach], stopped: Set[str], now_ms: int) -> None:
        """Let each book that a breach is about take cancels only, unless it stays stopped."""
        reasons: dict[str, Breach] = {}
        for breach in breaches:
            for symbol in breach.symbols:
                reasons.setdefault(symbol, breach)
        for symbol, breach in sorted(reasons.items()):
            if symbol in stopped:
                continue
            self._queue.send(
                SetStateCommand(
                    kind="set_state",
                    command_id=f"halt-{breach.breach_id}",
                    symbol=symbol,
                    state=TradingState.CANCEL_ONLY.value,
                    reason=f"reconciliation: {breach.code} {breach.subject}",
                    by=BY,
                    accepted_at_ms=now_ms,
                )
            )
            count("BooksHalted")
            logger.error("book halted", symbol=symbol, code=breach.code, subject=breach.subject)


def _evidence(breach: Breach) -> dict[str, object]:
    return breach.to_dict() | {"breach_id": breach.breach_id, "symbols": list(breach.symbols)}


def _announcement(breach: Breach, now_ms: int) -> Announcement:
    detail = _evidence(breach) | {"at": iso_ms(now_ms)}
    return Announcement(SOURCE, "ReconciliationBreached", detail)
