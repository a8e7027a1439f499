"""Who acts: one thread of handlers in one region, parked before each call."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from greenlet import getcurrent, greenlet

from tests.protocol.clocks import Place
from tests.protocol.digests import digest
from tests.simulation.bounds import Bounds
from tests.simulation.invariants import books_of
from tests.simulation.processes import Process, load
from tests.simulation.regions import QUEUE_URLS, environment
from tests.simulation.scheduler import Killed

BOUNDS: Final = Bounds(fills_per_record=1, anchor_every=3)
"""A taker of two makers is continued, and every third record of a book says the digest of the state
before it: whoever folds it agrees."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that waits for its turn."""

    what: str
    run: Callable[[], Any]
    writes: bool
    places: tuple[Place, ...] = ()
    unheard: bool = False
    """Whether nobody waits for the answer any more."""


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda tells a handler about its invocation."""

    aws_request_id: str
    function_name: str
    memory_limit_in_mb: int = 1_024
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:explored"


class Actor(greenlet):
    """Something that goes on in a region: a batch of matching, an order's workflow, a sweep.

    Parked, it has ``asked`` for a call. It may be killed where it has just written, or has not
    begun: killed after a read is, for everybody else, killed before it.
    """

    def __init__(self, name: str, region: str, work: Callable[["Actor"], Any]) -> None:
        super().__init__(self._go)
        self.name, self.region = name, region
        self._work = work
        self.process: Process | None = None
        self.asked: Asked | None = None
        self.fault: BaseException | None = None
        self.gone = False
        self.skew_ms = 0.0
        """By how much the machine's clock is ahead."""
        self.at_ms = 0.0
        """When it took its last step."""
        self.history = b""
        """The digest of all that it was ever told, and so of what it is about to do."""
        self.may_die = True

    def _go(self) -> None:
        try:
            self._work(self)
        except Killed:
            return
        except Exception as fault:  # noqa: BLE001 - whoever plays the schedule judges it
            self.fault = fault

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to do."""
        return self.gone or self.dead

    def born(self, at_ms: float, *origin: Any) -> None:
        """Be there from a moment on; ``origin`` says what for, beside the name."""
        self.at_ms, self.history = at_ms, digest(self.name, *origin)

    def begin(self) -> None:
        """Come to the first call."""
        self._enter()
        self.switch()

    def turn(self, asked: Asked) -> Any:
        """Be parked until a call's turn has come; return what came of it."""
        if self.gone:
            raise Killed
        self.asked = asked
        assert self.parent is not None, "an actor has a stage"
        return self.parent.switch()

    def go_on(self) -> None:
        """Have the call done, and go on to the next."""
        asked = self._taken()
        try:
            answer = asked.run()
        except Exception as fault:  # noqa: BLE001 - a refusal is an answer
            self._told(repr(fault))
            self._enter()
            self.throw(fault)
            return
        self._told(answer)
        self._enter()
        self.switch(answer)

    def lose_answer(self, fault: Exception) -> Asked:
        """Go on as one whose call was not answered; return the call, done or not."""
        asked = self._taken()
        self._told("no answer")
        self._enter()
        self.throw(fault)
        return asked

    def kill(self) -> None:
        """End here. Nothing is done any more, not even on the way out."""
        self.gone = True
        self._told("killed")
        if self.process is not None:
            self.process.dead = True
        if not self.dead:
            self.throw(Killed())

    def invoke(self, process: Process, event: dict[str, Any]) -> Any:
        """Run a function's handler in one of its processes, within this actor."""
        self.process = process
        self._enter()
        return process.handler(event, Context(self.name, process.function))

    def _taken(self) -> Asked:
        asked = self.asked
        assert asked is not None, f"{self.name} has not asked"
        self.asked = None
        self.may_die = asked.writes
        return asked

    def leaves(self) -> list[bytes]:
        """Return the digests of the books that its process still has in memory at the end."""
        if self.process is None or self.process.dead:
            return []
        return [
            digest(symbol, live.tip.sequence, live.tip.hash, live.book.digest())
            for symbol, live in books_of(self.process)
        ]

    def _told(self, what: Any) -> None:
        self.history = digest(self.history, self.at_ms, what)

    def _enter(self) -> None:
        if os.environ["COMMAND_QUEUE_URL"] != QUEUE_URLS[self.region]:
            os.environ.update(environment(self.region))
        if self.process is not None:
            self.process.enter()


def acting() -> Actor | None:
    """Return the actor whose code runs now; None outside of all."""
    found = getcurrent()
    return found if isinstance(found, Actor) else None


def process_in(region: str, function: str, number: int = 0) -> Process:
    """Return a new process of a function in a region: it knows nothing yet."""
    modules = load(function, region)
    BOUNDS.tell(modules)
    return Process(function, number, modules, region)
