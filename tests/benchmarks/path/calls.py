"""What was asked of AWS, from the local cloud's own log of calls (``emulator/call_log.py``)."""

from collections import Counter
from pathlib import Path
from typing import Final

from tests.benchmarks.tail import Tail

QUIET_SECONDS: Final = 0.4
"""Without a call for so long, nothing is at work any more: no handler computes for longer."""


class Calls:
    """Counts calls by service and operation, from where they were counted last."""

    def __init__(self, log: Path) -> None:
        self._tail = Tail(log)

    def taken(self) -> Counter[str]:
        """Return the calls since this was last asked."""
        return Counter(self._tail.lines())

    def quiet(self) -> Counter[str]:
        """Wait until nothing is asked any more, and return the calls until then."""
        return Counter(self._tail.until_quiet(QUIET_SECONDS))
