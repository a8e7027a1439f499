"""A whole demo against the fake venue."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.client.fake_venue import FakeVenue
from zerodesk_client.api import ApiProblem, Client
from zerodesk_client.demo import audit as audit_module
from zerodesk_client.demo.session import Demo, Picture, Result
from zerodesk_client.demo.venue import USER
from zerodesk_client.local_state import read_credentials


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_module, "SETTLE_S", 0.3)
    monkeypatch.setattr(audit_module, "POLL_S", 0.02)


@pytest.fixture
def play(operator: Client, tmp_path: Path) -> Callable[..., tuple[Result, list[Picture]]]:
    def played(run_id: str = "RUNAAA") -> tuple[Result, list[Picture]]:
        pictures: list[Picture] = []
        demo = Demo(operator, tmp_path, run_id, participants=4, seed="7")
        demo.set_up()
        demo.trade(0.8, pictures.append, every_s=0.2)
        return demo.conclude(), pictures

    return played


Play = Callable[..., tuple[Result, list[Picture]]]


def test_participants_trade_and_the_books_agree(venue: FakeVenue, play: Play) -> None:
    result, pictures = play()
    assert result.is_sound
    assert result.totals.statuses["FILLED"] > 0
    assert venue.markets["BTC-USD"].trades
    assert any(row.is_notable for row in result.audit)
    assert pictures[-1].depths[0].bids
    assert venue.index_prices, "the index moved through the API"


def test_a_second_run_finds_accounts_and_markets_and_sounds_as_well(
    venue: FakeVenue, play: Play
) -> None:
    play("RUNAAA")
    accounts, keys, deposits = len(venue.accounts), len(venue.keys), len(venue.deposits)
    asked: list[tuple[str, str]] = []
    venue.before = lambda method, path: asked.append((method, path))
    result, _ = play("RUNBBB")
    assert result.is_sound
    assert not [path for method, path in asked if method == "POST" and "/accounts" in path]
    assert (len(venue.accounts), len(venue.keys)) == (accounts, keys)
    assert len(venue.deposits) == deposits, "funded once"
    resting = [entry.owner["client_order_id"] for entry in venue.markets["BTC-USD"].book.resting]
    assert resting
    assert all(name.startswith("RUNBBB") for name in resting), "the first run's are cancelled"


def test_what_rests_stays_in_the_book_for_the_user(venue: FakeVenue, play: Play) -> None:
    play()
    assert any(listed.book.resting for listed in venue.markets.values())


def test_keys_that_a_new_cloud_does_not_know_are_replaced(
    venue: FakeVenue, play: Play, tmp_path: Path
) -> None:
    play()
    lost = read_credentials(tmp_path).accounts[USER]
    del venue.keys[lost]
    result, _ = play("RUNBBB")
    assert result.user.api_key != lost
    assert result.user.api_key in venue.keys


def test_a_balance_that_changes_without_a_fill_is_found(
    venue: FakeVenue, operator: Client, tmp_path: Path
) -> None:
    demo = Demo(operator, tmp_path, "RUNAAA", participants=4, seed="7")
    demo.set_up()
    demo.trade(0.3, lambda _: None, every_s=0.1)
    venue.balances["demo-taker-1", "USD"] += Decimal("0.000001")
    result = demo.conclude()
    wrong = [(row.account_id, row.currency) for row in result.audit if not row.is_equal]
    assert wrong == [("demo-taker-1", "USD")]
    assert not result.is_sound


def test_a_fault_of_one_participant_ends_the_demo(
    venue: FakeVenue, operator: Client, tmp_path: Path
) -> None:
    demo = Demo(operator, tmp_path, "RUNAAA", participants=4, seed="7")
    demo.set_up()

    def fail(method: str, path: str) -> None:
        if path.endswith("/index-prices"):
            raise ZeroDivisionError

    venue.before = fail
    with pytest.raises(ZeroDivisionError):
        demo.trade(30, lambda _: None, every_s=0.1)


def test_refusals_are_counted_and_trading_goes_on(
    venue: FakeVenue, operator: Client, tmp_path: Path
) -> None:
    demo = Demo(operator, tmp_path, "RUNAAA", participants=4, seed="7")
    demo.set_up()
    listed = venue.markets["BTC-USD"].listing
    listed["lot_size"] = "7"
    demo.trade(0.5, lambda _: None, every_s=0.1)
    listed["lot_size"] = "0.0001"
    assert demo.conclude().totals.refusals["INTAKE_OFF_LOT"] > 0


def test_without_an_operators_key_nothing_is_set_up(operator: Client, tmp_path: Path) -> None:
    stranger = Demo(operator.with_key("zdk_wrong"), tmp_path, "RUNAAA", participants=4, seed="7")
    with pytest.raises(ApiProblem, match="401"):
        stranger.set_up()
