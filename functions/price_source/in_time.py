"""Calls to strangers, side by side: none is waited for beyond its time, nor holds up another."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")


def in_time(calls: Sequence[Callable[[], T]], seconds: float) -> list[T | None]:
    """Return what each call returned, None for one that did not within the time of them all.

    Each has a thread of its own, which a late one keeps until it ends by itself. The first fault,
    in the order of the calls, is raised.

    Examples
    --------
    >>> in_time([lambda: "one", lambda: "two"], 1)
    ['one', 'two']
    """
    if not calls:
        return []
    threads = ThreadPoolExecutor(len(calls))
    begun = [threads.submit(one) for one in calls]
    done, _ = wait(begun, seconds)
    threads.shutdown(wait=False)
    return [one.result() if one in done else None for one in begun]
