"""The cost of orders: recorded calls times published prices, and what binds."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.calls.costs import FILE, record
from tests.client.conftest import Zerodesk
from zerodesk_aws.at_once import MAX_AT_ONCE
from zerodesk_client.cost import Profile, bill, ceilings
from zerodesk_client.cost.ceilings import (
    CALLS_AT_ONCE,
    COMMIT_SECONDS,
    COMPUTING_SECONDS,
    EVENTS_SECONDS,
    QUEUE_SECONDS,
)
from zerodesk_client.cost.recorded import MEMORY_GB, SECONDS, per_order, prices

WRITE_UNITS_AIM = {1: 10, 10: 6}
DOLLARS_AIM = {1: 18, 10: 14}
"""For the recorded calls. The logs come on top: their volume is an estimate and a setting."""


@pytest.mark.parametrize("batch", [1, 10])
def test_an_order_stays_below_its_aims_in_one_region(batch: int) -> None:
    found = bill(Profile.SINGLE, batch=batch)

    assert found.write_units_per_order < WRITE_UNITS_AIM[batch]
    assert found.calls < DOLLARS_AIM[batch]


def test_the_recording_is_that_of_the_code_as_it_is() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == record(), "python -m tests.calls.costs"


def test_a_bill_is_the_sum_of_its_lines_by_hand() -> None:
    """Every line again, from the files, as one would with pencil and paper."""
    calls: dict[str, dict[str, float]] = json.loads(FILE.read_text())["per_order"]["1"]
    usd = prices()["usd"]
    seconds_gb = sum(n * SECONDS[f] * MEMORY_GB[f] for f, n in calls["invocations"].items())
    lines = [
        3.5,
        sum(calls["invocations"].values()) * 0.2 + seconds_gb * 13.3334,
        sum(calls["executions"].values()) * (1 + 0.1 / 16 * 16.67),
        sum(calls["writes"].values()) * 0.625,
        sum(calls["reads"].values()) * 0.125,
        sum(calls["queue"].values()) * 0.5,
        sum(calls["events"].values()) * 1.0,
        sum(calls["invocations"].values()) * 0.6 * 0.5,
    ]

    assert usd["write_units_million"] == 0.625
    assert bill(Profile.SINGLE, batch=1).per_million == pytest.approx(sum(lines))


def test_three_regions_pay_every_write_three_times() -> None:
    one, three = (bill(profile, batch=10) for profile in (Profile.SINGLE, Profile.CONTINENTAL))

    assert three.write_units_per_order == pytest.approx(3 * one.write_units_per_order)
    assert three.reads == one.reads


def test_batches_are_cheaper() -> None:
    assert per_order(10).invocations["matching"] < 0.2
    assert bill(Profile.SINGLE, batch=10).per_million < bill(Profile.SINGLE, batch=1).per_million


def test_the_farther_the_commit_the_lower_the_ceilings() -> None:
    found = [ceilings(profile) for profile in Profile]

    for nearer, farther in pairwise(found):
        assert farther[1].orders_per_second < nearer[1].orders_per_second
        assert farther[0].orders_per_second <= nearer[0].orders_per_second


def test_a_symbol_waits_for_two_commits_a_batch_and_not_for_one_an_item() -> None:
    others_seconds = COMPUTING_SECONDS + EVENTS_SECONDS + QUEUE_SECONDS

    for profile in Profile:
        expected = 10 / (2 * COMMIT_SECONDS[profile] + others_seconds)
        assert ceilings(profile)[1].orders_per_second == pytest.approx(expected)


def test_as_many_items_go_at_once_as_functions_have_connections() -> None:
    assert CALLS_AT_ONCE == MAX_AT_ONCE


def test_the_command_tells_the_month_and_the_date_of_its_prices(zerodesk: Zerodesk) -> None:
    asked = ("cost", "--orders-per-second", "10", "--profile", "global", "--json")
    told: dict[str, Any] = json.loads(zerodesk(*asked).stdout)

    [_, batch] = told["bills"]
    assert batch["per_month"] == pytest.approx(batch["per_million"] * 25.92)
    assert told["prices"]["as_of"] == prices()["as_of"]
    assert told["ceilings"]["symbol"]["binds"].startswith("latency")


def test_people_read_a_table(zerodesk: Zerodesk) -> None:
    done = zerodesk("cost")

    assert done.exit_code == 0
    assert "write units an order" in done.stdout


def test_a_rate_of_nothing_is_refused(zerodesk: Zerodesk) -> None:
    assert zerodesk("cost", "--orders-per-second", "0").exit_code == 2


def test_files_ship_with_the_client() -> None:
    assert {path.name for path in Path(FILE).parent.glob("*.json")} == {
        "calls.json",
        "prices.json",
    }
