"""Everything that can go wrong, where it can, and who decides that it does."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Final

from tests.simulation.scheduler import Activity, current


class Fault(StrEnum):
    """What goes wrong at one call to AWS, or with one message."""

    KILL_BEFORE = "killed before the call"
    KILL_AFTER = "killed after the call"
    TIMEOUT_BEFORE = "time-out, nothing done"
    TIMEOUT_AFTER = "time-out after commit"
    TIMEOUT_LATE = "time-out, done later"
    REPEATED = "repeated by the SDK after commit"
    THROTTLED = "throttled"
    SERVER_ERROR = "5xx, nothing done"
    SERVER_ERROR_AFTER = "5xx after commit"
    CONFLICT = "replicated write conflict"
    STALE = "stale read"
    UNPROCESSED = "unprocessed keys"
    STALLED_BEFORE = "process stalled before the call"
    STALLED_AFTER = "process stalled after the call"
    LOST = "message lost"
    DUPLICATED = "message delivered twice"
    DUPLICATED_LATE = "message delivered again minutes or a day later"
    DELAYED = "message delayed"
    NOT_DELETED = "batch done, not deleted"
    CLOCK_JUMP = "clock of a process jumps"


TIMEOUTS: Final = (Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER, Fault.TIMEOUT_LATE)
ANYWHERE: Final = (
    Fault.KILL_BEFORE,
    Fault.KILL_AFTER,
    Fault.STALLED_BEFORE,
    Fault.STALLED_AFTER,
    Fault.CLOCK_JUMP,
)
UNAVAILABLE: Final = (Fault.THROTTLED, Fault.SERVER_ERROR, Fault.TIMEOUT_BEFORE)
READ: Final = (*ANYWHERE, *UNAVAILABLE)
WRITE: Final = (
    *READ,
    Fault.TIMEOUT_AFTER,
    Fault.TIMEOUT_LATE,
    Fault.REPEATED,
    Fault.SERVER_ERROR_AFTER,
)
AT: Final[Mapping[str, tuple[Fault, ...]]] = {
    "GetItem": READ,
    "GetItem weak": (*READ, Fault.STALE),
    "Query": READ,
    "Scan": READ,
    "GetObject": READ,
    "PutObject": WRITE,
    "PutObject new": (*WRITE, Fault.CONFLICT),
    "BatchGetItem": (*READ, Fault.UNPROCESSED),
    "PutItem": (*WRITE, Fault.CONFLICT),
    "UpdateItem": (*WRITE, Fault.CONFLICT),
    "SendMessage": WRITE,
    "PutEvents": WRITE,
    "DescribeExecution": READ,
    "StartExecution": WRITE,
    "StartSyncExecution": (*ANYWHERE, *TIMEOUTS, Fault.THROTTLED, Fault.SERVER_ERROR),
    # By a workflow, which is no process of ours and is not killed.
    "workflow GetItem": (Fault.LOST, *UNAVAILABLE, Fault.STALE),
    "workflow SendMessage": (
        Fault.LOST,
        Fault.SERVER_ERROR,
        Fault.SERVER_ERROR_AFTER,
        Fault.REPEATED,
    ),
    "workflow PutEvents": (Fault.SERVER_ERROR, Fault.SERVER_ERROR_AFTER),
    "event": (Fault.LOST, Fault.DUPLICATED, Fault.DUPLICATED_LATE, Fault.DELAYED),
    "batch": (Fault.NOT_DELETED, Fault.DUPLICATED_LATE, Fault.DELAYED),
    "execution": (Fault.LOST, Fault.DUPLICATED, Fault.DELAYED),
    # A function that the bus wakes: Lambda tries again what fails, and may do once too often.
    "invocation": (Fault.LOST, Fault.DUPLICATED, Fault.DELAYED),
}
"""What may go wrong at each kind of place. A workflow's message is lost when its execution dies."""


WEIGHTS: Final[Mapping[str, float]] = {
    "GetItem": 0.25,
    "Query": 0.7,
    "PutItem": 2.0,
    "UpdateItem": 2.0,
    "SendMessage": 2.0,
    "PutEvents": 2.0,
    "workflow GetItem": 0.5,
    "workflow SendMessage": 2.0,
    "event": 3.0,
    "batch": 3.0,
    "execution": 3.0,
    "invocation": 3.0,
    "PutObject": 2.0,
    "PutObject new": 2.0,
}
"""How often things go wrong at a place, beside the others: a look at an item that is waited for is
made again and again, a write but once."""


OUTAGE: Final = (*UNAVAILABLE, Fault.TIMEOUT_AFTER)
OUTAGE_KINDS: Final = ("GetItem", "Query", "PutItem", "UpdateItem", "SendMessage")


@dataclass(slots=True)
class Boundary:
    """A place where something may go wrong: its number in the run, and what happens there.

    ``first`` says that whoever is at work has not come to a place before.
    """

    number: int
    kind: str
    who: str
    first: bool


class Plan:
    """Decides what goes wrong; it remembers what did."""

    def __init__(self) -> None:
        self.done: dict[int, Fault] = {}
        self.boundaries: Counter[tuple[str, str]] = Counter()
        self.active = True

    def at(self, number: int, kind: str, who: str) -> Fault | None:
        """Return what goes wrong at a place, None for nothing."""
        if not self.active:
            return None
        fault = self.choose(number, kind, who)
        if fault is not None:
            self.done[number] = fault
            self.boundaries[fault, f"{who} {kind}"] += 1
        return fault

    def choose(self, number: int, kind: str, who: str) -> Fault | None:
        """Return what goes wrong at a place, None for nothing."""
        raise NotImplementedError


class Swarm(Plan):
    """Chance: each run has its own rate and its own choice of faults.

    A run in which everything fails a little tests less than many runs in which some things fail
    often (swarm testing).
    """

    RATES: Final = (0.0, 0.003, 0.01, 0.03, 0.08)
    OUTAGE_SHARE: Final = 0.3
    """In how many runs a kind of call now and then fails for a while, again and again."""

    OUTAGE_CHANCE: Final = 0.03
    """How many faults begin an outage in those runs."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._chance = Random(seed)
        rate = self._chance.choice(self.RATES)
        self._shares = {kind: rate * WEIGHTS.get(kind, 1.0) for kind in AT}
        share = self._chance.choice((0.3, 0.6, 1.0))
        self._enabled = frozenset(f for f in Fault if self._chance.random() < share)
        self._outages = self._chance.random() < self.OUTAGE_SHARE
        self._out: frozenset[str] = frozenset()
        self._out_until = 0

    def choose(self, number: int, kind: str, who: str) -> Fault | None:  # noqa: ARG002
        if number < self._out_until and kind in self._out and self._chance.random() < 0.7:
            return self._chance.choice(OUTAGE)
        if self._chance.random() >= self._shares[kind]:
            return None
        if self._outages and self._chance.random() < self.OUTAGE_CHANCE:
            self._out = frozenset(self._chance.sample(OUTAGE_KINDS, 2))
            self._out_until = number + self._chance.randint(20, 200)
        choices = [fault for fault in AT[kind] if fault in self._enabled]
        return self._chance.choice(choices) if choices else None


@dataclass
class Script(Plan):
    """Exactly these faults, each at its place."""

    faults: Mapping[int, Fault] = field(default_factory=dict)
    seen: list[Boundary] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._begun: set[Activity | None] = set()

    def choose(self, number: int, kind: str, who: str) -> Fault | None:
        activity = current()
        self.seen.append(Boundary(number, kind, who, activity not in self._begun))
        self._begun.add(activity)
        fault = self.faults.get(number)
        return fault if fault in AT[kind] else None
