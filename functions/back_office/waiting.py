"""Wait until a book has answered: a listing or a state is shown by the book's next record."""

from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

WAIT_SECONDS: Final = 5.0
PAUSE_SECONDS: Final = 0.05
"""A book answers with its next record; a cold start may come first."""


def awaited(look: Callable[[], T | None], pause: Callable[[float], None]) -> T | None:
    """Return what ``look`` finds, looking again until it does; None when the time is up."""
    for _ in range(round(WAIT_SECONDS / PAUSE_SECONDS)):
        found = look()
        if found is not None:
            return found
        pause(PAUSE_SECONDS)
    return None
