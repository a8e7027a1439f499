"""Every handler, every boundary, every fault; and every pair of faults on an order's way.

A saga is short: place, match, settle, cancel. Run once without faults, it shows its boundaries;
then it runs once per boundary and fault. For pairs, each of these runs shows the boundaries that
come after its fault, and so on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from tests.simulation import errands
from tests.simulation.bounds import DEPLOYED
from tests.simulation.faults import AT, Boundary, Fault, Script
from tests.simulation.run import MINUTE_MS, Result, simulate, venue
from tests.simulation.traffic import Life, Traffic

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
FUNDING: Final = replace(
    errands.deposit(0, 100.0, "alice", {"currency": "USD", "amount": "5"}), tries=2
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
    return simulate(
        SEED, traffic, script, region=region, bounds=DEPLOYED, rings=RINGS, calm_ms=CALM_MS
    ), script.seen


def singles(traffic: Traffic = SAGA) -> Iterator[Case]:
    """Yield every boundary of the saga with every fault that it can have."""
    _, boundaries = play(traffic, {})
    for boundary in boundaries:
        for fault in AT[boundary.kind]:
            yield Case({boundary.number: fault}, _named(boundary, fault))


def pairs(part: int = 0, parts: int = 1) -> Iterator[Case]:
    """Yield every pair of faults on the way of two orders, or an even part of the pairs."""
    _, boundaries = play(CROSSING, {})
    number = 0
    for first in boundaries:
        for fault in _in_pairs(first):
            _, after = play(CROSSING, {first.number: fault})
            for second in after:
                if second.number <= first.number:
                    continue
                for other in _in_pairs(second):
                    number += 1
                    if number % parts == part:
                        name = f"{_named(first, fault)}, then {_named(second, other)}"
                        yield Case({first.number: fault, second.number: other}, name)


def _in_pairs(boundary: Boundary) -> Iterator[Fault]:
    """Yield the faults of a boundary that pairs are made of."""
    if boundary.who in CARETAKERS:
        return
    if boundary.kind in READS:
        # Killed after a read is killed before the next call.
        yield Fault.KILL_BEFORE
        return
    yield from (fault for fault in AT[boundary.kind] if fault in IN_PAIRS)


def _named(boundary: Boundary, fault: Fault) -> str:
    return f"#{boundary.number} {boundary.who} {boundary.kind}: {fault}"


def broken(cases: Iterator[Case], traffic: Traffic) -> Iterator[tuple[Case, Result]]:
    """Yield the cases that break an invariant."""
    for case in cases:
        result, _ = play(traffic, case.faults)
        if result.violations:
            yield case, result
