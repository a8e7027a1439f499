"""Runs that trade options: they are bought and written, margin binds, accounts are liquidated, and
they end.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulation import seam

SEED = 22
"""The first that trades some."""

SHORT_SEED, BOTH_SEED = 549, 154
"""Runs in which the index jumps away from who has written options; in the second one it has bought
some of the other as well, and owes more than it has.
"""


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


def steps_of(seed: int) -> list[dict[str, Any]]:
    """Return the steps of the liquidations of a run, in which no rule is broken."""
    from tests.simulation.campaign import run_one
    from tests.simulation.reading import streams_of

    result = run_one(seed, 25)
    assert result.violations == ()
    accounts = list(streams_of(result.world.dynamodb).accounts)
    causes = (record.body["cause"] for _, records in accounts for record in records)
    return [one for one in causes if one["kind"] == "liquidate"]


def takeovers_in(steps: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """Return the takeovers: which option, to which side, and how far from its mark."""
    return [
        (took["symbol"], took["side"], took["price_ticks"] - step["marks"][took["symbol"]][0])
        for step in steps
        if step["step"] == "DELEVERAGE" and (took := step["took"])
    ]


def test_who_has_written_what_an_index_makes_dear_is_taken_over_from_at_the_mark() -> None:
    from tests.simulation.options import EXPIRY_MS, STRIKES

    steps = steps_of(SHORT_SEED)
    told = [step["step"] for step in steps]
    assert told == ["BEGIN", *["REDUCE"] * 3, "DELEVERAGE", "END"]
    assert steps[-1]["at_ms"] < EXPIRY_MS
    [(symbol, side, away_ticks)] = takeovers_in(steps)
    assert symbol in STRIKES
    assert (side, away_ticks) == ("BUY", 0)


def test_options_that_are_bought_go_at_the_mark_and_written_ones_for_what_can_be_paid() -> None:
    steps = steps_of(BOTH_SEED)
    written, bought = takeovers_in(steps)
    assert (written[1], bought[1]) == ("BUY", "SELL")
    assert written[2] < 0
    assert bought[2] == 0
    assert [step["step"] for step in steps[-2:]] == ["INSURE", "END"]
