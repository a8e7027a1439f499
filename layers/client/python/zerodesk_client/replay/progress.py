"""What a running replay tells whoever watches."""

from dataclasses import dataclass
from typing import Protocol

from zerodesk_client.latency import Percentiles


@dataclass(frozen=True, slots=True)
class Progress:
    """A replay at one moment. ``trades_per_s`` is over its whole time so far.

    ``waiting_s`` is how long nothing was answered nor sent while orders are under way.
    """

    done: int
    total: int
    in_flight: int
    elapsed_s: float
    trades_per_s: float
    latency: Percentiles
    waiting_s: float = 0.0


class Watcher(Protocol):
    """Is told how a replay goes, from the thread that runs it."""

    def step(self, text: str) -> None:
        """Hear that a stage begins: opening accounts, comparing, ..."""

    def progress(self, progress: Progress) -> None:
        """Hear how far it is; called a few times a second."""
