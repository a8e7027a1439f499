"""Standstill: what is allowed for a moment, and a breach when it lasts.

A hold that its book has not answered, a record that is not settled: seen once, they mean that
somebody is at work. Their own times prove little, for a command may have waited in a queue, or the
whole venue may have been down, before the moment came. So the time that counts is the time that
reconciliation has watched them stand, on one clock that runs only while it is watched.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Self

from zerodesk.reconciliation.findings import Breach, BreachCode

BOUND_MS: Final = 150_000
"""How long something may stand. The sweeper comes each minute and leaves alone what is younger
than five seconds, so two of its runs fit in, and half a minute for what they drive."""

MAX_GAP_MS: Final = 90_000
"""The most that the time between two runs counts. They are a minute apart; what is longer is time
in which nobody watched, and perhaps nobody ran."""

MAX_WATCHED: Final = 1_000
"""Standstills remembered from run to run, the longest standing first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Something that stands still just now.

    ``anchor`` tells one standstill from the next of the same subject: the cursor's position, the
    sequence that an item shows.
    """

    code: BreachCode
    subject: str
    anchor: int
    detail: str
    symbols: tuple[str, ...]

    @property
    def key(self) -> str:
        """The same as long as it stands."""
        return f"{self.code} {self.subject} {self.anchor}"

    def lasting(self, stood_ms: int) -> Breach:
        """Return the breach that it is when it lasts."""
        detail = f"{self.detail}, for {stood_ms // 1000} s"
        return Breach(self.code, self.subject, detail, self.anchor, self.symbols)


@dataclass(frozen=True, slots=True)
class Watch:
    """What reconciliation remembers from run to run.

    ``watched_ms`` is its clock, ``since`` when each standstill was first seen by that clock, and
    ``told`` the ids of the breaches that stand and that the bus has heard of.
    """

    run_at_ms: int = 0
    watched_ms: int = 0
    since: dict[str, int] = field(default_factory=dict)
    told: tuple[str, ...] = ()

    def after(self, standings: Iterable[Standing], now_ms: int) -> tuple["Watch", list[Breach]]:
        """Return the watch after a run that saw these, and those that stand longer than allowed.

        Examples
        --------
        >>> hold = Standing(BreachCode.HOLD_STANDS_STILL, "account#alice", 0, "held", ())
        >>> watch, lasting = Watch().after([hold], now_ms=1_000_000)
        >>> for minute in range(1, 4):
        ...     watch, lasting = watch.after([hold], now_ms=1_000_000 + minute * 60_000)
        >>> [breach.detail for breach in lasting]
        ['held, for 180 s']
        """
        gap_ms = min(max(now_ms - self.run_at_ms, 0), MAX_GAP_MS) if self.run_at_ms else 0
        watched_ms = self.watched_ms + gap_ms
        since: dict[str, int] = {}
        lasting: list[Breach] = []
        for standing in standings:
            since[standing.key] = self.since.get(standing.key, watched_ms)
            stood_ms = watched_ms - since[standing.key]
            if stood_ms > BOUND_MS:
                lasting.append(standing.lasting(stood_ms))
        longest = sorted(since.items(), key=lambda entry: entry[1])[:MAX_WATCHED]
        return Watch(now_ms, watched_ms, dict(longest), self.told), lasting

    def to_dict(self) -> dict[str, Any]:
        """Return the watch as JSON-able values."""
        return {
            "run_at_ms": self.run_at_ms,
            "watched_ms": self.watched_ms,
            "since": self.since,
            "told": list(self.told),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the watch that ``to_dict`` wrote."""
        return cls(**(values | {"told": tuple(values["told"])}))
