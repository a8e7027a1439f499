"""Every handler, every boundary, every fault; and every pair of faults on an order's way.

A saga is short (``sagas.py``). Run once without faults, it shows its boundaries; then it runs once
per boundary and fault. For pairs, each of these runs shows the boundaries that
come after its fault, and so on.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Final

from tests.simulation.faults import AT, Boundary, Fault, Script
from tests.simulation.invariants import Violation
from tests.simulation.run import MINUTE_MS, Result, simulate, venue
from tests.simulation.sagas import (
    CROSSING,
    DELEVERAGING,
    KEEPING,
    MARKING,
    MONEY,
    MOVING,
    REDUCING,
    STRANDED,
    TELLING,
    TRADING,
    Saga,
)
from tests.simulation.world import RECEIVES_MAX

SEED: Final = 1
RINGS: Final = 2
CALM_MS: Final = (MINUTE_MS, 18 * MINUTE_MS, 19 * MINUTE_MS)
CARETAKERS: Final = ("sweeper", "reconciliation", "back_office")
IN_PAIRS: Final = (
    Fault.KILL_BEFORE,
    Fault.KILL_AFTER,
    Fault.TIMEOUT_AFTER,
    Fault.TIMEOUT_LATE,
    Fault.REPEATED,
    Fault.LOST,
    Fault.DUPLICATED,
    Fault.NOT_DELETED,
)
"""Of the faults, those that leave something half done, done twice or in doubt."""

READS: Final = ("GetItem", "GetItem weak", "Query", "BatchGetItem")


@dataclass(frozen=True, slots=True)
class Case:
    """Faults by boundary, and what the boundaries are."""

    faults: Mapping[int, Fault]
    name: str


def play(saga: Saga, faults: Mapping[int, Fault]) -> tuple[Result, list[Boundary]]:
    """Run a saga with faults at given boundaries; return what came of it, and its boundaries."""
    script = Script({**saga.faults, **faults})
    result = simulate(
        SEED,
        saga.traffic,
        script,
        region=venue(saga.symbols, ("alice", "bob")),
        bounds=saga.bounds,
        rings=RINGS,
        calm_ms=CALM_MS,
    )
    return result, script.seen


def sagas() -> tuple[Saga, ...]:
    """Return all sagas: together they pass through every handler."""
    liquidated = REDUCING, DELEVERAGING
    return TRADING, MONEY, KEEPING, MOVING, TELLING, MARKING, *liquidated, stranded()


def stranded() -> Saga:
    """Return the saga in which a taker's writer dies each time that its message comes.

    A book's records are put one behind the other, and all else comes after them: where matching
    puts twice in a row, the taker goes on in the second record.
    """
    faults: dict[int, Fault] = {}
    for _ in range(RECEIVES_MAX):
        _, boundaries = play(STRANDED, faults)
        puts = [one for one in boundaries if one.who == "matching"]
        if not faults:
            number = next(
                second.number
                for first, second in pairwise(puts)
                if first.kind == second.kind == "PutItem"
            )
        else:
            behind = max(faults)
            number = next(
                one.number for one in puts if one.number > behind and one.kind == "PutItem"
            )
        faults[number] = Fault.KILL_BEFORE
    return replace(STRANDED, faults=faults)


def singles(saga: Saga = TRADING, part: int = 0, parts: int = 1) -> Iterator[Case]:
    """Yield every boundary of a saga's handlers with every fault that it can have.

    Parameters
    ----------
    part, parts
        Which part of how many, each as even as the cases allow; together, they are all cases.
    """
    _, boundaries = play(saga, {})
    cases = (
        Case({boundary.number: fault}, _named(boundary, fault))
        for boundary in boundaries
        if boundary.number not in saga.faults
        and (saga.handlers is None or boundary.who in saga.handlers)
        for fault in AT[boundary.kind]
    )
    return islice(cases, part, None, parts)


def pairs(
    part: int = 0, parts: int = 1, *, one_in: int = 1, every_moment: bool = False
) -> Iterator[Case]:
    """Yield every pair of faults on the way of two orders, or an even part of the pairs.

    Parameters
    ----------
    part, parts
        Which part of how many; part after part, they are all pairs.
    one_in
        Take one pair in so many: of each first fault, and others for the next first fault.
    every_moment
        Also those that differ from another pair by nothing but the moment of a kill.
    """
    _, boundaries = play(CROSSING, {})
    firsts = [(first, fault) for first in boundaries for fault in _in_pairs(first, every_moment)]
    for number in range(part, len(firsts), parts):
        first, fault = firsts[number]
        _, after = play(CROSSING, {first.number: fault})
        later = (one for one in after if one.number > first.number)
        seconds = ((one, other) for one in later for other in _in_pairs(one, every_moment))
        for second, other in islice(seconds, number % one_in, None, one_in):
            name = f"{_named(first, fault)}, then {_named(second, other)}"
            yield Case({first.number: fault, second.number: other}, name)


def _in_pairs(boundary: Boundary, every_moment: bool) -> Iterator[Fault]:  # noqa: FBT001
    """Yield the faults of a boundary that pairs are made of.

    A process acts by its calls alone, and a read changes nothing. So a process that is killed
    before a call has done what one has done that was killed after its write before, or before its
    first call: these two stand for all moments in between.
    """
    if boundary.who in CARETAKERS:
        return
    for fault in AT[boundary.kind]:
        if fault not in IN_PAIRS or (fault is Fault.KILL_AFTER and boundary.kind in READS):
            continue
        if every_moment or boundary.first or fault is not Fault.KILL_BEFORE:
            yield fault


def _named(boundary: Boundary, fault: Fault) -> str:
    return f"#{boundary.number} {boundary.who} {boundary.kind}: {fault}"


def broken(cases: Iterable[Case], saga: Saga) -> Iterator[tuple[Case, Result]]:
    """Yield the cases that break an invariant."""
    for case in cases:
        result, _ = play(saga, case.faults)
        if result.violations:
            yield case, result


def failures(cases: Iterable[Case], saga: Saga) -> dict[str, tuple[Violation, ...]]:
    """Return what the cases break, by their names."""
    return {case.name: result.violations for case, result in broken(cases, saga)}
