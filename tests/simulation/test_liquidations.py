"""Every fault at every call of a liquidation and of its monitor: cleared, reduced, taken over."""

from collections.abc import Iterator

import pytest

from tests.simulation import seam

ONE_IN = 12
"""One case in so many is played here; ``make simulate-pairs`` plays them all."""

PARTS = 2
"""In so many parts, of some ten seconds each, the cores share a saga out."""

LEAST = 110


@pytest.fixture(autouse=True)
def simulated() -> Iterator[None]:
    with seam.installed():
        yield


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", ["reducing", "deleveraging"])
def test_every_fault_at_every_call_of_a_liquidation_leaves_every_invariant_whole(
    name: str, part: int
) -> None:
    from tests.simulation.campaign import few_collections
    from tests.simulation.exhaustive import broken, sagas, singles

    with few_collections():
        saga = next(one for one in sagas() if one.name == name)
        cases = list(singles(saga, part, PARTS * ONE_IN))
        failed = {case.name: result.violations for case, result in broken(cases, saga)}
    assert failed == {}
    assert len(cases) > LEAST // PARTS


def test_a_liquidation_passes_through_every_one_of_its_steps() -> None:
    from tests.simulation.exhaustive import play
    from tests.simulation.reading import streams_of
    from tests.simulation.sagas import DELEVERAGING, REDUCING

    steps: set[str] = set()
    for saga in (REDUCING, DELEVERAGING):
        result, boundaries = play(saga, {})
        assert result.violations == ()
        assert saga.handlers is not None
        assert saga.handlers <= {one.who for one in boundaries}
        records = streams_of(result.world.dynamodb).by_name["account#alice"]
        causes = [record.body["cause"] for record in records]
        steps |= {one["step"] for one in causes if one["kind"] == "liquidate"}
    assert steps == {"BEGIN", "REDUCE", "INSURE", "DELEVERAGE", "END"}
