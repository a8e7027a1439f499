"""Nothing is left to chance: each fault at each boundary of short sagas, and pairs of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation import seam

FUNCTIONS = Path(__file__).parents[2] / "functions"
NOT_SIMULATED = {
    "authorizer",
    "chunk_pricing",
    "job_chunks",
    "option_quotes",
    "pricing_api",
    "pricing_jobs",
    "queries",
}
"""They read, and decide nothing that anybody waits for; or price, which moves no money."""

PAIR_PARTS = 12
"""In so many parts, the cores share the pairs out evenly."""

ONE_IN = 2
"""One in so many pairs is played here; ``make simulate-pairs`` plays them all."""

PAIRS_LEAST = 4_000


@pytest.fixture(autouse=True)
def simulated() -> Iterator[None]:
    with seam.installed():
        yield


SAGAS = {
    "trading": 1_000,
    "money": 700,
    "keeping": 600,
    "moving": 400,
    "telling": 150,
    "stranded": 300,
}
"""The sagas, and of how many cases each must be at least."""


@pytest.mark.parametrize("name", SAGAS)
def test_every_fault_at_every_boundary_of_a_saga_leaves_every_invariant_whole(name: str) -> None:
    from tests.simulation.campaign import few_collections
    from tests.simulation.exhaustive import broken, sagas, singles

    with few_collections():
        saga = next(one for one in sagas() if one.name == name)
        cases = list(singles(saga))
        failed = {case.name: result.violations for case, result in broken(cases, saga)}
    assert failed == {}
    assert len(cases) > SAGAS[name]


def test_the_sagas_pass_through_every_handler() -> None:
    from tests.simulation.exhaustive import play, sagas

    passed: set[str] = set()
    for saga in sagas():
        result, boundaries = play(saga, {})
        assert result.violations == ()
        heard = {one.who for one in boundaries}
        played = heard if saga.handlers is None else saga.handlers
        assert played <= heard, saga.name
        passed |= played
    handlers = {folder.parent.name for folder in FUNCTIONS.glob("*/handler.py")}
    assert passed >= handlers - NOT_SIMULATED


def test_a_taker_whose_writer_dies_three_times_is_finished_by_the_sweeper() -> None:
    from tests.simulation.exhaustive import play, stranded
    from tests.simulation.regions import HOME

    saga = stranded()
    result, _ = play(saga, {})
    assert len(saga.faults) == len(result.faults) == 3
    assert [one.group for one in result.world.queues[HOME].dead] == ["BTC-USD"]
    assert result.violations == ()


@pytest.mark.parametrize("part", range(PAIR_PARTS))
def test_pairs_of_faults_on_an_orders_way_leave_every_invariant_whole(part: int) -> None:
    from tests.simulation.campaign import few_collections
    from tests.simulation.exhaustive import broken, pairs
    from tests.simulation.sagas import CROSSING

    with few_collections():
        cases = list(pairs(part, PAIR_PARTS, one_in=ONE_IN))
        failed = {case.name: result.violations for case, result in broken(cases, CROSSING)}
    assert failed == {}
    assert len(cases) > PAIRS_LEAST // PAIR_PARTS // 2
