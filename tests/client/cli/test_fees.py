"""Fees by the command line: what an account is charged, and tiers that an operator sets."""

import json

import pytest

from tests.client.conftest import Zerodesk


@pytest.fixture
def alice(zerodesk: Zerodesk) -> Zerodesk:
    zerodesk("account", "create", "alice")
    return zerodesk


def test_an_account_sees_what_it_is_charged_its_turnover_and_its_next_tier(
    alice: Zerodesk,
) -> None:
    told = alice("fees", "alice").stdout
    assert "250,000.5" in told
    assert "USD, tier 1" in told
    assert "1,000,000: -1 / 4" in told
    assert "listing" in told
    assert json.loads(alice("fees", "--json").stdout)["markets"][0]["tier"] == 1


def test_tiers_are_set_with_a_reason_and_listed_with_who_and_why(alice: Zerodesk) -> None:
    done = alice("fee", "set", "usd", "0:2/5", "1000000:-1/4", "--reason", "launch")
    assert done.exit_code == 0, done.stdout
    assert "USD: 0: 2 / 5  1,000,000: -1 / 4" in done.stdout
    told = alice("fee", "list").stdout
    assert "launch" in told
    assert "1,000,000: -1 / 4" in told
    assert "no tiers" in alice("fee", "set", "USD", "--reason", "over").stdout


@pytest.mark.parametrize("wrong", ["0", "0:2", "0:2/-5", "x:2/5", "0:2.5/5", "-1:2/5"])
def test_what_is_no_tier_is_not_sent(alice: Zerodesk, wrong: str) -> None:
    done = alice("fee", "set", "USD", "--reason", "a slip", "--", wrong)
    assert done.exit_code == 2
    assert json.loads(alice("fee", "list", "--json").stdout)["schedules"] == []
