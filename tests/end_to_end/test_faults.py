"""Processes die, the cloud goes down, and no acknowledged order is lost or applied twice."""

import os
import random
import signal
import time

import pytest

from infra_cdk import local
from infra_cdk.local import cloud
from infra_cdk.local.snapshot_file import read_current
from tests.end_to_end.conftest import Venue, an_order
from tests.end_to_end.killing import kill_while
from tests.end_to_end.replaying import GENERATED, started, verdict, wait_until_trading
from zerodesk.orders import Side

pytestmark = pytest.mark.local_cloud


def test_killing_function_processes_during_a_replay_loses_and_doubles_nothing(
    venue: Venue,
) -> None:
    replay = started(GENERATED, 100)
    killed = kill_while(replay, random.Random(7))
    found = verdict(replay, within_s=10)
    assert killed >= 3
    assert found["as_recorded"]


def test_down_and_up_in_the_middle_of_a_replay_loses_and_doubles_nothing(venue: Venue) -> None:
    replay = started(GENERATED, 100)
    wait_until_trading(replay)
    time.sleep(1)
    assert replay.poll() is None, "the replay must still be under way"
    local.down(lambda _: None)
    local.up(lambda _: None)
    assert verdict(replay, within_s=180)["as_recorded"]


def wait_for_a_snapshot(venue: Venue) -> None:
    """Return once the cloud has a snapshot of a moment from now on.

    One takes five seconds and more, the more the busier the machine; one of before may be under
    way, and none is taken where nothing changes.
    """
    asked_ms = time.time() * 1000
    venue.operator.reconcile()
    for _ in range(600):
        found = read_current(cloud.snapshots_folder())
        if found is not None and found.taken_at_ms >= asked_ms:
            return
        time.sleep(0.1)
    raise AssertionError("no snapshot within a minute")


def test_a_killed_cloud_comes_back_to_one_consistent_snapshot_and_says_how_old(
    venue: Venue,
) -> None:
    symbol = venue.market()
    trader = venue.trader(USD="1000")
    order = trader.place_order(an_order(symbol, Side.BUY, "1", "99"))
    wait_for_a_snapshot(venue)
    process = cloud.running()
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    told: list[str] = []
    local.up(told.append)
    assert any("snapshot" in line for line in told), told
    assert trader.order(order.order_id).status == order.status
    assert venue.operator.reconcile().balanced
