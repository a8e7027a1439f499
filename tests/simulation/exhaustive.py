"""Every handler, every boundary, every fault; and every pair of faults on an order's way.

A saga is short: place, match, settle, cancel. Run once without faults, it shows its boundaries;
then it runs once per boundary and fault. For pairs, each of these runs shows the boundaries that
come after its fault, and so on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from tests.simulation.faults import AT, Boundary, Fault, Script
from tests.simulation.run import MINUTE_MS, Result, simulate, venue
from tests.simulation.traffic import Funding, Life, Traffic

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


def _order(number: int, at_ms: float, who: str, side: str, quantity: str) -> Life:
    body = {
        "client_order_id": f"o-{number}",
        "symbol": "BTC-USD",
        "side": side,
        "type": "LIMIT",
        "quantity": quantity,
        "price": "60000",
    }
    return Life(
        number,
        at_ms,
        who,
        body,
        tries=2,
        cancel_after_ms=900.0 if number == 0 else None,
    )


MAKER: Final = _order(0, 0.0, "bob", "SELL", "0.02")
TAKER: Final = _order(1, 300.0, "alice", "BUY", "0.01")
FUNDING: Final = Funding(
    0, 100.0, "alice", {"deposit_id": "d", "currency": "USD", "amount": "5"}, tries=2
)
SAGA: Final = Traffic((MAKER, TAKER), (FUNDING,))
"""A seller rests, a buyer takes half of it, both are settled, the rest is cancelled."""

CROSSING: Final = Traffic((MAKER, TAKER), ())
"""The same without the deposit."""


@dataclass(frozen=True, slots=True)
class Case:
    """Faults by boundary, and what the boundaries are."""

    faults: Mapping[int, Fault]
    name: str


def play(traffic: Traffic, faults: Mapping[int, Fault]) -> tuple[Result, list[Boundary]]:
    """Run a saga with faults at given boundaries; return what came of it, and its boundaries."""
    script = Script(faults)
    region = venue(("BTC-USD",), ("alice", "bob"))
    return simulate(SEED, traffic, script, region=region, rings=RINGS, calm_ms=CALM_MS), script.seen


def singles(traffic: Traffic = SAGA) -> Iterator[Case]:
    """Yield every boundary of the saga with every fault that it can have."""
    _, boundaries = play(traffic, {})
    for boundary in boundaries:
        for fault in AT[boundary.kind]:
            yield Case({boundary.number: fault}, _named(boundary, fault))


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


def broken(cases: Iterator[Case], traffic: Traffic) -> Iterator[tuple[Case, Result]]:
    """Yield the cases that break an invariant."""
    for case in cases:
        result, _ = play(traffic, case.faults)
        if result.violations:
            yield case, result
