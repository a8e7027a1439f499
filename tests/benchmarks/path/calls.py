"""What was asked of AWS, from the local cloud's own log of calls (``emulator/call_log.py``)."""

import time
from collections import Counter
from pathlib import Path
from typing import Final

QUIET_SECONDS: Final = 0.4
"""Without a call for so long, nothing is at work any more: no handler computes for longer."""
PAUSE_SECONDS: Final = 0.05
BOUND_SECONDS: Final = 60.0


class Calls:
    """Reads the log on from where it was read last."""

    def __init__(self, log: Path) -> None:
        self._log, self._read = log, 0

    def taken(self) -> Counter[str]:
        """Return the calls since this was last asked, by service and operation."""
        with self._log.open(encoding="utf-8") as file:
            file.seek(self._read)
            text = file.read()
        whole = text[: text.rfind("\n") + 1]
        self._read += len(whole)
        return Counter(whole.splitlines())

    def quiet(self) -> Counter[str]:
        """Wait until nothing is asked any more, and return the calls until then."""
        found = self.taken()
        deadline = time.monotonic() + BOUND_SECONDS
        still_since = time.monotonic()
        while time.monotonic() - still_since < QUIET_SECONDS:
            assert time.monotonic() < deadline, f"calls went on for {BOUND_SECONDS:.0f} s"
            time.sleep(PAUSE_SECONDS)
            if more := self.taken():
                found += more
                still_since = time.monotonic()
        return found
