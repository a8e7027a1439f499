"""Nothing is left to chance: each fault at each boundary of short sagas, and pairs of them."""

from collections.abc import Iterator
from functools import partial
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

HANDED = "pricing"
"""It runs in every order's workflow, and calls nothing where it could fail: what it needs of the
market the workflow reads, at a boundary of its own."""

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
    "trading": (1_000, 8),
    "money": (700, 6),
    "keeping": (600, 6),
    "moving": (400, 5),
    "telling": (150, 1),
    "marking": (300, 2),
    "stranded": (300, 2),
}
"""The sagas, of how many cases each must be at least, and in how many parts, of some ten seconds
each, the cores share them out."""

SAGA_PARTS = [(name, part) for name, (_, parts) in SAGAS.items() for part in range(parts)]


@pytest.mark.parametrize(("name", "part"), SAGA_PARTS)
def test_every_fault_at_every_boundary_of_a_saga_leaves_every_invariant_whole(
    name: str, part: int
) -> None:
    from tests.simulation.campaign import apart, few_collections
    from tests.simulation.exhaustive import failures, sagas, singles

    least, parts = SAGAS[name]
    with few_collections():
        saga = next(one for one in sagas() if one.name == name)
        cases = list(singles(saga, part, parts))
        failed = apart(partial(failures, cases, saga))
    assert failed == {}
    assert len(cases) > least // parts


def test_the_parts_of_a_saga_are_all_of_it_each_case_once() -> None:
    from tests.simulation.exhaustive import singles
    from tests.simulation.sagas import TELLING

    parts = [[case.name for case in singles(TELLING, part, 3)] for part in range(3)]
    whole = [case.name for case in singles(TELLING)]
    assert sorted(name for part in parts for name in part) == sorted(whole)
    assert len(set(whole)) == len(whole)


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
    assert passed >= handlers - NOT_SIMULATED - {HANDED}


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
    from tests.simulation.campaign import apart, few_collections
    from tests.simulation.exhaustive import failures, pairs
    from tests.simulation.sagas import CROSSING

    with few_collections():
        cases = list(pairs(part, PAIR_PARTS, one_in=ONE_IN))
        failed = apart(partial(failures, cases, CROSSING))
    assert failed == {}
    assert len(cases) > PAIRS_LEAST // PAIR_PARTS // 2
