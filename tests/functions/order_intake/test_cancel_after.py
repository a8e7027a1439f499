"""A dead man's switch cancels all when its time is up: once, whoever comes first, killed or not."""

from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway, an_order
from tests.functions.killing import killed, overtaken
from zerodesk_aws.clock import as_ms
from zerodesk_aws.contracts.fields import read_time
from zerodesk_aws.switches import Switches, switch_id
from zerodesk_aws.tables.orders import Orders


class Clock:
    def __init__(self, at_ms: int) -> None:
        self.at_ms = at_ms

    def pass_seconds(self, seconds: float) -> None:
        self.at_ms += int(1_000 * seconds)


@pytest.fixture
def clock(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Clock:
    from zerodesk_aws.clock import now_ms

    clock = Clock(now_ms())
    monkeypatch.setattr("order_intake.account_operations.now_ms", lambda: clock.at_ms)
    return clock


def push(gateway: Gateway, seconds: Any, **more: Any) -> Answered:
    return gateway.call("POST", "/v1/orders/cancel-after", {"seconds": seconds} | more)


def switches() -> Switches:
    from order_intake import account_operations

    return account_operations.switches


def sweep(clock: Clock, symbol: str | None = None) -> bool:
    """Do what the sweeper does with a switch that has no answer yet."""
    item = Orders("orders").get("alice", switch_id(symbol))
    assert item is not None
    return item.status in ("QUEUED", "HELD") and switches().fire(item, clock.at_ms)


def cancels_of_many(clock: Clock) -> int:
    """Return how many the account has, by whomever."""
    orders = Orders("orders")
    ids = [key.order_id for key in orders.placed("alice", to_ms=2 * clock.at_ms)]
    return [item.kind for item in orders.get_many("alice", ids).values()].count("cancel_all")


def place(gateway: Gateway, name: str, **terms: Any) -> None:
    body = an_order(client_order_id=name, quantity="0.1") | terms
    assert gateway.call("POST", "/v1/orders", body).json["status"] == "OPEN"


def statuses(gateway: Gateway) -> dict[str, str]:
    gateway.settle()
    orders = gateway.call("GET", "/v1/orders").json["orders"]
    return {order["client_order_id"]: order["status"] for order in orders}


def test_it_cancels_all_when_its_time_is_up_and_not_before_and_once(
    gateway: Gateway, clock: Clock
) -> None:
    place(gateway, "one")
    pushed = push(gateway, 30)
    assert pushed.json["fired"] is False
    assert as_ms(read_time(pushed.json["cancels_at"])) == clock.at_ms + 30_000
    clock.pass_seconds(29.999)
    assert not sweep(clock)
    clock.pass_seconds(0.001)
    assert sweep(clock)
    place(gateway, "later")
    assert not sweep(clock)
    assert statuses(gateway) == {"one": "CANCELLED", "later": "OPEN"}


def test_each_push_moves_its_time_and_zero_switches_it_off(gateway: Gateway, clock: Clock) -> None:
    place(gateway, "one")
    for _ in range(5):
        push(gateway, 10)
        clock.pass_seconds(9)
        assert not sweep(clock)
    off = push(gateway, 0).json
    assert (off["cancels_at"], off["fired"]) == (None, False)
    clock.pass_seconds(100)
    assert not sweep(clock)
    assert statuses(gateway) == {"one": "OPEN"}
    push(gateway, 5)
    clock.pass_seconds(5)
    assert sweep(clock)
    assert statuses(gateway) == {"one": "CANCELLED"}


def test_switching_off_what_was_never_on_leaves_nothing_behind(gateway: Gateway) -> None:
    assert push(gateway, 0).json == {"symbol": None, "cancels_at": None, "fired": False}
    assert Orders("orders").get("alice", switch_id(None)) is None


@pytest.mark.parametrize("seconds", [0, 60])
def test_a_push_that_comes_too_late_fires_first_and_says_so(
    gateway: Gateway, clock: Clock, seconds: int
) -> None:
    place(gateway, "one")
    push(gateway, 10)
    clock.pass_seconds(10)
    answer = push(gateway, seconds).json
    assert answer["fired"] is True
    assert (answer["cancels_at"] is None) == (seconds == 0)
    place(gateway, "later")
    assert not sweep(clock)
    assert statuses(gateway) == {"one": "CANCELLED", "later": "OPEN"}


def test_a_market_has_a_switch_of_its_own(gateway: Gateway, clock: Clock) -> None:
    gateway.list_market(symbol="ETH-USD", base="ETH", reference_price="60000")
    place(gateway, "btc")
    place(gateway, "eth", symbol="ETH-USD")
    push(gateway, 10, symbol="ETH-USD")
    push(gateway, 60)
    clock.pass_seconds(10)
    assert sweep(clock, "ETH-USD")
    assert not sweep(clock)
    assert statuses(gateway) == {"btc": "OPEN", "eth": "CANCELLED"}


def test_of_a_push_and_a_firing_that_come_at_once_one_counts(
    gateway: Gateway, clock: Clock
) -> None:
    place(gateway, "one")
    push(gateway, 10)
    late = Clock(clock.at_ms + 10_000)
    item = Orders("orders").get("alice", switch_id(None))
    assert item is not None
    # The sweeper has read the switch; before it decides, the push that is not late yet comes in.
    clock.pass_seconds(9.9)
    with overtaken(0, by=lambda: push(gateway, 10)):
        assert not switches().fire(item, late.at_ms)
    assert statuses(gateway) == {"one": "OPEN"}
    # The push has read the switch; before it is written, the sweeper decides.
    late.pass_seconds(10)
    clock.pass_seconds(9.9)
    with overtaken(1, by=lambda: sweep(late)):
        assert push(gateway, 10).json["fired"] is False
    assert statuses(gateway) == {"one": "CANCELLED"}


@pytest.mark.parametrize("after", [False, True])
def test_killed_anywhere_it_fires_once_in_effect(
    gateway: Gateway, clock: Clock, *, after: bool
) -> None:
    for at_call in range(20):
        place(gateway, f"before-{at_call}")
        gateway.settle()
        push(gateway, 10)
        clock.pass_seconds(10)
        with killed(at_call, after=after) as made:
            sweep(clock)
        clock.pass_seconds(0.5)
        while sweep(clock):
            pass
        assert cancels_of_many(clock) == 2 * at_call + 1
        gateway.settle()
        place(gateway, f"behind-{at_call}")
        assert not sweep(clock)
        assert statuses(gateway)[f"before-{at_call}"] == "CANCELLED"
        assert statuses(gateway)[f"behind-{at_call}"] == "OPEN"
        gateway.call("DELETE", f"/v1/orders?cancel_id=tidy-{at_call}")
        gateway.settle()
        if at_call > len(made):
            return
    raise AssertionError("nobody survived")


def test_it_is_no_order(gateway: Gateway) -> None:
    push(gateway, 30)
    assert gateway.call("GET", "/v1/orders").json["orders"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "INTAKE_MISSING_FIELD"),
        ({"seconds": -1}, "INTAKE_BAD_VALUE"),
        ({"seconds": 86_401}, "INTAKE_BAD_VALUE"),
        ({"seconds": "5"}, "INTAKE_WRONG_TYPE"),
        ({"seconds": 1.5}, "INTAKE_WRONG_TYPE"),
        ({"seconds": True}, "INTAKE_WRONG_TYPE"),
        ({"seconds": 5, "symbol": "DOGE-USD"}, "INTAKE_UNKNOWN_SYMBOL"),
        ({"seconds": 5, "after": 1}, "INTAKE_UNKNOWN_FIELD"),
    ],
)
def test_what_makes_no_sense_is_refused_and_sets_nothing(
    gateway: Gateway, body: dict[str, Any], code: str
) -> None:
    answer = gateway.call("POST", "/v1/orders/cancel-after", body)
    assert 400 <= answer.status < 500
    assert answer.code == code
    assert Orders("orders").get("alice", switch_id(None)) is None
