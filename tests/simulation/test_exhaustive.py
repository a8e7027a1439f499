"""Nothing is left to chance: each fault at each boundary of one saga, and pairs of them."""

from collections.abc import Iterator

import pytest

from tests.simulation import seam

PAIR_PARTS = 12
"""In so many parts, the cores share the pairs out evenly."""

ONE_IN = 2
"""One in so many pairs is played here; ``make simulate-pairs`` plays them all."""

PAIRS_LEAST = 4_000


@pytest.fixture(autouse=True)
def simulated() -> Iterator[None]:
    with seam.installed():
        yield


def test_every_fault_at_every_boundary_of_a_saga_leaves_every_invariant_whole() -> None:
    from tests.simulation.campaign import few_collections
    from tests.simulation.exhaustive import SAGA, broken, singles

    with few_collections():
        cases = list(singles())
        failed = {case.name: result.violations for case, result in broken(iter(cases), SAGA)}
    assert failed == {}
    assert len(cases) > 800


def test_the_saga_passes_through_every_handler() -> None:
    from tests.simulation.exhaustive import SAGA, play

    _, boundaries = play(SAGA, {})
    assert {boundary.who for boundary in boundaries} >= {
        "order_intake",
        "pricing",
        "risk_check",
        "matching",
        "settlement",
        "sweeper",
        "reconciliation",
        "back_office",
    }


@pytest.mark.parametrize("part", range(PAIR_PARTS))
def test_pairs_of_faults_on_an_orders_way_leave_every_invariant_whole(part: int) -> None:
    from tests.simulation.campaign import few_collections
    from tests.simulation.exhaustive import CROSSING, broken, pairs

    with few_collections():
        cases = list(pairs(part, PAIR_PARTS, one_in=ONE_IN))
        failed = {case.name: result.violations for case, result in broken(iter(cases), CROSSING)}
    assert failed == {}
    assert len(cases) > PAIRS_LEAST // PAIR_PARTS // 2
