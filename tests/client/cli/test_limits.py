"""Limits by the command line: set with a reason, shown with their use."""

import json

import pytest

from tests.client.conftest import Zerodesk


@pytest.fixture
def alice(zerodesk: Zerodesk) -> Zerodesk:
    zerodesk("account", "create", "alice")
    return zerodesk


def test_limits_of_an_account_are_set_and_shown_with_their_units(alice: Zerodesk) -> None:
    done = alice(
        "limit",
        "set",
        "alice",
        "open_orders=5",
        "leverage=3",
        "position.btc-usd=0.5",
        "--reason",
        "new",
    )
    assert done.exit_code == 0, done.stdout
    assert "position.BTC-USD" in done.stdout
    assert "0.5 BTC" in done.stdout
    shown = json.loads(alice("limits", "--json").stdout)
    assert [(one["limit"], one["value"]) for one in shown["limits"]] == [
        ("open_orders", "5"),
        ("leverage", "3"),
        ("position", "0.5"),
    ]


def test_limits_of_the_venue_and_of_a_group_are_listed_with_who_and_why(alice: Zerodesk) -> None:
    alice("limit", "set", "venue", "orders_per_minute=100", "--reason", "launch")
    alice("limit", "set", "group:retail", "daily_loss.usd=1000", "--reason", "policy")
    told = alice("limit", "list").stdout
    assert "orders_per_minute=100" in told
    assert "daily_loss.USD=1000" in told
    assert "policy" in told
    joined = alice("limit", "set", "alice", "--group", "retail", "--reason", "retail")
    assert joined.exit_code == 0


@pytest.mark.parametrize("wrong", ["open_orders", "open_orders=x", "position=1", "position.X=y"])
def test_what_is_no_limit_is_not_sent(alice: Zerodesk, wrong: str) -> None:
    done = alice("limit", "set", "alice", wrong, "--reason", "a slip")
    assert done.exit_code == 2
    assert json.loads(alice("limits", "alice", "--json").stdout)["limits"] == []


def test_an_account_is_suspended_and_let_in_again(alice: Zerodesk) -> None:
    told = alice("limit", "standing", "alice", "--status", "suspended", "--reason", "audit").stdout
    assert "alice is SUSPENDED, verification level 1" in told
    told = alice("limit", "standing", "alice", "--level", "2", "--reason", "verified").stdout
    assert "alice is ACTIVE, verification level 2" in told


def test_positions_are_shown_in_their_currency(alice: Zerodesk) -> None:
    told = alice("positions").stdout
    assert "-0.25" in told
    assert "60,000.5" in told


def test_margin_is_shown_with_the_call_that_stands_and_what_is_not_known(alice: Zerodesk) -> None:
    told = alice("margin").stdout
    assert "2,800" in told
    assert "at 1.5 since" in told
    assert "ETH-PERP since ever" in told
    assert "liquidated since" in told


def test_a_preview_says_what_an_order_needs_and_why_it_would_be_refused(alice: Zerodesk) -> None:
    told = alice("preview", "buy", "0.5", "BTC-PERP", "--price", "60000").stdout
    assert "needs 3,000 USD more" in told
    assert "refused: the positions need 3000 USD" in told
    assert alice("preview", "buy", "none", "BTC-PERP").exit_code == 2


def test_a_perpetual_is_held_apart_and_its_margin_moved_by_the_move_after_the_latest(
    alice: Zerodesk,
) -> None:
    assert "BTC-PERP: isolated, 0 USD in its pot" in alice("isolated", "on", "btc-perp").stdout
    assert "2,500.5 USD" in alice("isolated", "add", "BTC-PERP", "2500.5").stdout
    assert "2,000 USD" in alice("isolated", "remove", "BTC-PERP", "500.5").stdout
    assert "BTC-PERP: with all others" in alice("isolated", "off", "BTC-PERP").stdout
    refused = alice("isolated", "add", "BTC-PERP", "1")
    assert refused.exit_code == 2
    assert "not isolated" in refused.stderr


def test_a_liquidation_is_stopped_and_allowed_with_a_reason(alice: Zerodesk) -> None:
    told = alice("liquidation", "stop", "alice", "--reason", "a wrong price").stdout
    assert "alice is spared from liquidation: a wrong price" in told
    told = alice("liquidation", "allow", "alice", "--reason", "mended").stdout
    assert "alice may be liquidated: mended" in told
