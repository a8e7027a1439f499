"""What goes on in the child: look for a seed, or a claim, under which the bug shows."""

import os
import re
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.mutants.importing import ROOT

MAX_WORDS: Final = 90
QUIETLY: Final = (
    "-q",
    "-x",
    "--assert=plain",
    "--tb=native",
    "--hypothesis-profile=hunt",
    "-o",
    "addopts=--import-mode=importlib",
)
"""No claim is a doctest, and nobody reads a traceback: to look for the one and to write the other
takes as long as most claims."""

UNUSED: Final = (
    "anyio",
    "cacheprovider",
    "doctest",
    "typeguard",
    "unraisableexception",
    "xdist",
    "xdist.looponfail",
)
"""Plugins of pytest that cost more to load than a claim takes, or look for garbage at the end."""

_BREACH: Final = re.compile(r"'code': '([A-Z_]+)'")
PATIENCE_SECONDS: Final = 60
"""For one seed or claim. What has not come to rest by then never does: that is a catch. The alarm
ends the process, and the parent knows by which signal it died."""


Try = tuple[int, int | None]
"""(seed, lives): one run of the simulation; None for as many lives as a campaign's runs have."""

SHORTER: Final = (12, 25, 50, 100)
"""Lives with which a bug that was caught is hunted again, so that the suite need not wait."""

DOZEN: Final = range(1, 13)
"""Seeds that are tried with so few lives, beside the one that caught it."""


@dataclass(frozen=True, slots=True)
class Caught:
    """How a bug showed: under which seed and how many lives of it, or by which test.

    ``runs`` were needed in all, each of a campaign's length.
    """

    by: tuple[str, ...]
    seed: int | None
    lives: int
    runs: int
    seconds: float

    @property
    def text(self) -> str:
        """In words, for the table."""
        return "; ".join(self.by)


def simulated(tries: Iterable[Try], *, shrinking: bool) -> Caught | None:
    """Run seed after seed until one breaks an invariant; the venue's own set-up counts, too."""
    from tests.simulation import seam

    begun_s, runs = time.process_time(), 0
    with seam.installed():
        from tests.simulation.campaign import LIVES_PER_RUN

        for seed, wanted in tries:
            runs, lives = runs + 1, wanted or LIVES_PER_RUN
            by = _broken(seed, lives)
            if by:
                seconds = time.process_time() - begun_s
                caught = _shorter(seed, by, lives) if shrinking else (by, seed, lives)
                return Caught(*caught, runs, seconds)
    return None


def _broken(seed: int, lives: int) -> tuple[str, ...]:
    """Return what a run breaks, in words."""
    from tests.simulation.campaign import run_one

    signal.alarm(PATIENCE_SECONDS)
    try:
        result = run_one(seed, lives)
    except BaseException as fault:  # noqa: BLE001 - a bug may end in any exception
        return (f"no run: {_first(fault)!r}"[:MAX_WORDS],)
    return tuple(dict.fromkeys(map(_word, result.violations)))


def _shorter(seed: int, by: tuple[str, ...], lives: int) -> tuple[tuple[str, ...], int, int]:
    """Return what shows, and under which seed, with the fewest lives."""
    for fewer in SHORTER:
        if fewer >= lives:
            break
        for other in (seed, *DOZEN):
            still = _broken(other, fewer)
            if still:
                return still, other, fewer
    return by, seed, lives


def _first(fault: BaseException) -> BaseException:
    """Return the exception in whose wake others came."""
    while fault.__context__ is not None:
        fault = fault.__context__
    return fault


def _word(violation: Any) -> str:
    """Return the name of an invariant; of a defect, who noticed what."""
    if violation.invariant != "no defect shows":
        return str(violation.invariant)
    text = str(violation.detail)
    breach = _BREACH.search(text) if text.startswith("reconciliation breached") else None
    return f"defect: {text}"[:MAX_WORDS] if breach is None else f"reconciliation: {breach[1]}"


class _FirstFailure:
    """A pytest plugin that remembers which test failed first."""

    def __init__(self) -> None:
        self.failed: str | None = None

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Hear of a test's phase."""
        if report.failed and self.failed is None:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: Any) -> None:
        """Hear of a file that cannot even be read."""
        if report.failed and self.failed is None:
            self.failed = f"{report.nodeid} is not importable"


def claimed(claim: str) -> Caught | None:
    """Run the test of pure code that must fail."""
    import pytest

    os.chdir(ROOT)
    signal.alarm(PATIENCE_SECONDS)
    begun_s, listener = time.process_time(), _FirstFailure()
    without = [option for plugin in UNUSED for option in ("-p", f"no:{plugin}")]
    code = pytest.main([*QUIETLY, *without, claim], plugins=[listener])
    if code == pytest.ExitCode.OK:
        return None
    if listener.failed is None:
        raise LookupError(f"{claim}: pytest ended with {code!r}")
    return Caught((listener.failed,), None, 0, 1, time.process_time() - begun_s)
