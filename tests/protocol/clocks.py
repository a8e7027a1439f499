"""When: a step comes just behind what it follows, and at no other time.

What a step follows is the step that the same actor took before, and whoever touched the same item
before, unless both only read it. So two steps that do not concern one another take place at the
same times whichever is played first (Lamport, "Time, clocks, and the ordering of events in a
distributed system", CACM 1978), and schedules that differ in such an order alone lead to one and
the same state: ``explore`` goes on from it once. For the same reason a step takes no time, but
where a lease might be in its way: that one has always run out.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tests.protocol.digests import Sum

if TYPE_CHECKING:
    from tests.protocol.actors import Actor

LEASED: Final = "cursors"
"""The table of leases."""

STEP_MS: Final = 11_000.0
"""Longer than a lease lasts: leases spare work, and nothing may rely on them."""

Place = tuple[str, ...]
"""What a call touches: a table, a part of it or an item of it, from the whole to its part."""


class Clocks:
    """The time of one schedule: how late it is where, and for everybody."""

    def __init__(self, begun_ms: float) -> None:
        self.latest_ms = self._passed_ms = begun_ms
        self._read: dict[Place, float] = {}
        self._written: dict[Place, float] = {}
        self._sum = Sum()

    def step(self, actor: "Actor", places: tuple[Place, ...] = (), *, writes: bool = False) -> None:
        """Let an actor's clock go on to when it may touch these places, and touch them."""
        followed = (ms for place in places for ms in self._followed(place, writes=writes))
        leased = writes and any(place[0] == LEASED for place in places)
        actor.at_ms = max([actor.at_ms, self._passed_ms, *followed]) + leased * STEP_MS
        self.latest_ms = max(self.latest_ms, actor.at_ms)
        self.touch(places, actor.at_ms, writes=writes)

    def touch(self, places: tuple[Place, ...], at_ms: float, *, writes: bool) -> None:
        """Take down when something was read or written."""
        times = self._written if writes else self._read
        for place in places:
            for part in _parts(place) if writes else (place,):
                if at_ms > times.get(part, 0.0):
                    times[part] = at_ms
                    self._sum.set((part, writes), at_ms)

    def pass_time(self, passed_ms: float) -> None:
        """Let time pass for everybody, behind all that was done."""
        self.latest_ms += passed_ms
        self._passed_ms = self.latest_ms

    @property
    def digest(self) -> tuple[bytes, float]:
        """All that the times of later steps depend on, but the actors' own clocks."""
        return self._sum.total, self._passed_ms

    def _followed(self, place: Place, *, writes: bool) -> Iterator[float]:
        """Yield the times that a step at a place comes behind: of who wrote in it, and for a write
        of who read it, or more than it.
        """
        if place in self._written:
            yield self._written[place]
        if writes:
            yield from (self._read[part] for part in _parts(place) if part in self._read)


def _parts(place: Place) -> list[Place]:
    """Return a place, and all that it is a part of."""
    return [place[:length] for length in range(1, len(place) + 1)]
