"""What a running replay shows: a bar on a terminal, a line every few seconds elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from zerodesk_client.cli.tables import milliseconds
from zerodesk_client.replay.progress import Progress, Watcher
from zerodesk_client.replay.replay import RetryCounter

LINE_EVERY_S: Final = 3.0
NOTICE_AFTER_S: Final = 2.5
"""Only a wait that people would notice is worth a notice."""
NOTICE_LASTS_S: Final = 20.0
"""A reason that is older says nothing about this wait; a request may take that long to fail."""


@contextmanager
def watching(console: Console, retries: RetryCounter, *, what: str = "trades") -> Iterator[Watcher]:
    """Yield what shows a replay on ``console``."""
    if not console.is_terminal:
        yield PlainWatcher(console, retries, what)
        return
    columns = (
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn(what + "  {task.fields[facts]}"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        yield BarWatcher(bar, retries)


class PlainWatcher:
    """Prints stages, and a line every few seconds."""

    def __init__(self, console: Console, retries: RetryCounter, what: str = "trades") -> None:
        self._what = what
        self._console = console
        self._retries = retries
        self._printed_s = time.monotonic()

    def step(self, text: str) -> None:
        """Print a stage."""
        self._console.print(text, markup=False, soft_wrap=True)

    def progress(self, progress: Progress) -> None:
        """Print how far it is, if the last line is old enough or it is done."""
        now_s = time.monotonic()
        if now_s - self._printed_s < LINE_EVERY_S and progress.done < progress.total:
            return
        self._printed_s = now_s
        line = f"{progress.done} of {progress.total} {self._what}  {facts(progress)}"
        self._console.print(line + notice(progress, self._retries), markup=False, soft_wrap=True)


class BarWatcher:
    """Moves a bar, and prints stages above it."""

    def __init__(self, bar: Bar, retries: RetryCounter) -> None:
        self._bar = bar
        self._retries = retries
        self._task = bar.add_task("replay", total=None, facts="")

    def step(self, text: str) -> None:
        """Print a stage above the bar."""
        self._bar.console.print(text, markup=False)

    def progress(self, progress: Progress) -> None:
        """Move the bar."""
        self._bar.update(
            self._task,
            completed=progress.done,
            total=progress.total,
            facts=facts(progress) + notice(progress, self._retries),
        )


def facts(progress: Progress) -> str:
    """Return rate and latencies as text: from POST to the final answer, the latest orders."""
    latency = progress.latency
    return (
        f"{progress.trades_per_s:.1f}/s  p50 {milliseconds(latency.p50_ms)}  "
        f"p95 {milliseconds(latency.p95_ms)}  p99 {milliseconds(latency.p99_ms)}  "
        f"{progress.in_flight} in flight"
    )


def notice(progress: Progress, retries: RetryCounter) -> str:
    """Return a notice while the venue keeps orders waiting, else nothing."""
    if progress.waiting_s < NOTICE_AFTER_S:
        return ""
    last = retries.latest(NOTICE_LASTS_S)
    reason = "" if last is None else f" ({last.reason:.70})"
    return f"  no answer for {progress.waiting_s:.0f} s{reason}, trying on"
