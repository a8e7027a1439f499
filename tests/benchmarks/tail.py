"""A log that somebody else writes, read on from where it was read last."""

import time
from pathlib import Path
from typing import Final

PAUSE_SECONDS: Final = 0.05
BOUND_SECONDS: Final = 60.0


class Tail:
    """The lines of a log that were not read yet."""

    def __init__(self, log: Path) -> None:
        self._log, self._read_bytes = log, 0

    def lines(self) -> list[str]:
        """Return the whole lines since this was last asked."""
        with self._log.open("rb") as file:
            file.seek(self._read_bytes)
            written = file.read()
        whole = written[: written.rfind(b"\n") + 1]
        self._read_bytes += len(whole)
        return whole.decode().splitlines()

    def until_quiet(self, quiet_seconds: float) -> list[str]:
        """Wait until nothing is written for so long, and return the lines until then."""
        found = self.lines()
        still_since = time.monotonic()
        deadline = still_since + BOUND_SECONDS
        while time.monotonic() - still_since < quiet_seconds:
            assert time.monotonic() < deadline, f"{self._log} grew for {BOUND_SECONDS:.0f} s"
            time.sleep(PAUSE_SECONDS)
            if more := self.lines():
                found += more
                still_since = time.monotonic()
        return found
