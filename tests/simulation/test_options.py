"""Runs that trade options: they are bought and written, margin binds, and they end."""

from collections.abc import Iterator

import pytest

from tests.simulation import seam

SEED = 22
"""The first that trades some."""


@pytest.fixture(autouse=True)
def simulated() -> Iterator[None]:
    with seam.installed():
        yield


def test_a_run_of_options_trades_them_refuses_for_margin_and_pays_every_position_in_the_end() -> (
    None
):
    from tests.simulation.campaign import run_one
    from tests.simulation.invariants import Evidence
    from tests.simulation.options import STRIKES

    result = run_one(SEED, 100)
    assert result.violations == ()
    evidence = Evidence(result.world, result.heard, result.rung_ms)
    assert STRIKES.keys() <= {symbol for symbol, _ in evidence.trades}
    told = [answered.json.get("rejection") or {} for _, answered in result.heard.orders]
    assert "RISK_INSUFFICIENT_MARGIN" in {one.get("code") for one in told}
    outcomes = {one["outcome"] for one in evidence.events if one["type"] == "PositionSettled"}
    assert outcomes == {"EXERCISED", "ASSIGNED"}
