"""Runs that trade perpetuals: two at once, in one account, and by size against volume."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.simulation import seam

if TYPE_CHECKING:
    from tests.simulation.reading import Record

TWO_SEED = 169
"""A run that trades two, and somebody is liquidated who holds both."""

CROWDED_SEED = 43
"""A run in which margin goes by size against volume."""


@pytest.fixture(autouse=True)
def simulated() -> Iterator[None]:
    with seam.installed():
        yield


def accounts_of(seed: int) -> list[tuple[str, list["Record"]]]:
    from tests.simulation.campaign import run_one
    from tests.simulation.reading import streams_of

    result = run_one(seed, 200)
    assert result.violations == ()
    return list(streams_of(result.world.dynamodb).accounts)


def test_who_holds_two_perpetuals_is_liquidated_by_steps_of_both() -> None:
    closed = defaultdict(set)
    for account, records in accounts_of(TWO_SEED):
        for record in records:
            cause = record.body["cause"]
            if cause["kind"] == "liquidate" and cause["step"] in {"REDUCE", "DELEVERAGE"}:
                closed[account, cause["number"]].add(cause["took"]["symbol"])
    assert {"BTC-PERP", "ETH-PERP"} in closed.values()


def test_margin_is_decided_by_volumes_as_they_grow() -> None:
    told = set()
    for _, records in accounts_of(CROWDED_SEED):
        for record in records:
            seen = record.body["cause"].get("decided_on", {})
            told.update(seen.get("volumes", {}).items())
    assert len(told) > 1
