"""The monitor: who holds what moved is marked anew, told once a crossing, and never guessed at."""

from typing import Any

import pytest

from tests.functions.gateway import Gateway
from tests.functions.killing import killed
from tests.functions.risk_monitor.conftest import WatchMargins, marked_at, trade
from zerodesk.margin_calls import LEVELS_BPS
from zerodesk.reconciliation import BreachCode, Watch
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.events.risk import MarginCalled, MarginRatiosUpdated
from zerodesk_aws.tables.holders import Holders

LONG = "ann"
"""Has 7,000 dollars and buys one bitcoin at 60,000: maintenance is 3,000 at first."""


@pytest.fixture
def opened(venue: Gateway) -> Gateway:
    trade(venue, "t1", LONG, "ben", "1", "60000")
    venue.settle("BTC-PERP")
    venue.told.clear()
    return venue


def told(venue: Gateway, name: str) -> list[dict[str, Any]]:
    found = [one.detail for one in venue.told if one.detail_type == name]
    venue.told.clear()
    return found


def margin(venue: Gateway, account_id: str = LONG) -> dict[str, Any]:
    answer = venue.call("GET", f"/v1/accounts/{account_id}/margin", who=account_id)
    assert answer.status == 200, answer.text
    return dict(answer.json)


def margin_calls_told(venue: Gateway) -> list[dict[str, Any]]:
    """Return what was told of calls, each once: it may be told again."""
    found = {tuple(sorted(one.items())): one for one in told(venue, "MarginCalled")}
    return list(found.values())


def margin_calls(account_id: str = LONG) -> list[dict[str, Any]]:
    records = AccountJournal("journal").read(account_id)
    return [one.body["cause"] for one in records if one.body["cause"]["kind"] == "margin_call"]


def test_who_holds_the_instrument_is_marked_and_nobody_else(
    opened: Gateway, watch: WatchMargins
) -> None:
    assert watch() == {"Accounts": 2}
    [event] = told(opened, "MarginRatiosUpdated")
    MarginRatiosUpdated.model_validate(event)
    rows = {one["account_id"]: one for one in event["margins"]}
    # 7,000 less the fee of 30, against 5 % of 60,000: to the unit.
    assert rows[LONG]["equity_minor"] == 6_970_000_000
    assert (rows[LONG]["initial_minor"], rows[LONG]["maintenance_minor"]) == (6 * 10**9, 3 * 10**9)
    assert rows[LONG]["ratio_bps"] == 23_233
    assert sorted(rows) == [LONG, "ben"]


def test_who_went_flat_is_not_looked_at_any_more(opened: Gateway, watch: WatchMargins) -> None:
    trade(opened, "t2", "cat", LONG, "1", "60000")
    opened.settle("BTC-PERP")
    watch()
    [event] = told(opened, "MarginRatiosUpdated")
    assert [one["account_id"] for one in event["margins"]] == ["ben", "cat"]


def test_an_account_is_called_once_at_each_level_that_it_falls_to(
    opened: Gateway, watch: WatchMargins
) -> None:
    # Equity is 6,970 less what the mark lost; maintenance 5 % of the mark.
    for price, levels in (
        ("57400", []),
        ("57300", [15_000]),
        ("57200", []),
        ("56300", [12_000]),
        ("56350", []),
    ):
        marked_at(opened, price)
        watch()
        watch()
        assert [one["level_bps"] for one in told(opened, "MarginCalled")] == levels, price
    assert len(margin_calls()) == len(LEVELS_BPS)


def test_a_mark_that_goes_to_and_fro_calls_again_only_after_it_has_left(
    opened: Gateway, watch: WatchMargins
) -> None:
    for price, calls in (("57300", 1), ("57400", 0), ("57300", 0), ("58000", 0), ("57300", 1)):
        marked_at(opened, price)
        watch()
        assert len(told(opened, "MarginCalled")) == calls, price


def test_a_call_says_what_decided_it_and_the_record_has_the_marks(
    opened: Gateway, watch: WatchMargins
) -> None:
    marked_at(opened, "57300")
    watch()
    [event] = told(opened, "MarginCalled")
    MarginCalled.model_validate(event)
    assert event["equity_minor"] == 4_270_000_000
    assert event["maintenance_minor"] == 2_865_000_000
    [cause] = margin_calls()
    assert cause["margins"] == {"USD": [4_270_000_000, 5_730_000_000, 2_865_000_000]}
    assert cause["marks"]["BTC-PERP"][0] == 5_730_000


def test_a_call_whose_teller_died_is_told_by_the_next_look(
    opened: Gateway, watch: WatchMargins, monkeypatch: pytest.MonkeyPatch
) -> None:
    from risk_monitor import handler as risk_monitor

    marked_at(opened, "57300")
    with monkeypatch.context() as patch:
        patch.setattr(risk_monitor.monitor._calls, "_tell", lambda *_: 0)
        watch()
    assert told(opened, "MarginCalled") == []
    watch()
    assert len(told(opened, "MarginCalled")) == 1
    monkeypatch.setattr(risk_monitor.monitor._calls, "_told", {})
    watch()
    assert told(opened, "MarginCalled") == []


@pytest.mark.parametrize("after", [False, True])
def test_a_monitor_that_dies_anywhere_leaves_one_call_that_is_told(
    opened: Gateway, watch: WatchMargins, *, after: bool
) -> None:
    marked_at(opened, "57300")
    for at_call in range(100):
        with killed(at_call, after=after) as made:
            watch()
        if len(made) <= at_call:
            break
    assert at_call > 5
    watch()
    assert [one["level_bps"] for one in margin_calls_told(opened)] == [15_000]
    assert len(margin_calls()) == 1


def test_a_stale_mark_is_not_guessed_and_says_since_when(
    opened: Gateway, watch: WatchMargins
) -> None:
    old_ms = now_ms() - 11 * 60_000
    marked_at(opened, "50000", at_ms=old_ms)
    assert watch() == {"Stale": 2}
    assert told(opened, "MarginCalled") == []
    shown = margin(opened)
    assert shown["margins"] == []
    [stale] = shown["stale"]
    assert stale["symbol"] == "BTC-PERP"
    assert stale["since"] is not None


def test_the_status_shows_equity_needs_and_the_call(opened: Gateway, watch: WatchMargins) -> None:
    marked_at(opened, "57300")
    watch()
    [shown] = margin(opened)["margins"]
    call = shown.pop("call")
    assert shown == {
        "currency": "USD",
        "isolated": None,
        "equity": "4270",
        "initial": "5730",
        "maintenance": "2865",
        "ratio": "1.4904",
    }
    assert (call["level"], call["equity"]) == ("1.5", "4270")


def test_a_stranger_sees_no_margin(opened: Gateway) -> None:
    assert opened.call("GET", f"/v1/accounts/{LONG}/margin", who="ben").code == "NOT_FOUND"
    assert opened.operator("GET", "/v1/accounts/nobody/margin").code == "NOT_FOUND"


def test_the_clock_looks_at_every_derivative(opened: Gateway, watch: WatchMargins) -> None:
    assert watch(None) == {"Accounts": 2}


def test_while_another_run_has_the_market_nobody_is_looked_at(
    opened: Gateway, watch: WatchMargins
) -> None:
    from risk_monitor import handler as risk_monitor

    at_ms = now_ms()
    risk_monitor.cursors.acquire("risk#BTC-PERP", "another", at_ms=at_ms, until_ms=at_ms + 60_000)
    assert watch() == {}


def test_a_run_out_of_time_is_gone_on_with_behind_the_last_account(
    opened: Gateway, watch: WatchMargins, context: Any
) -> None:
    from risk_monitor import handler as risk_monitor

    asked = iter([False, False, True, True])
    seen = risk_monitor.monitor.run("BTC-PERP", "one", lambda: next(asked))
    assert (seen["Accounts"], seen["AccountsLeft"]) == (1, 1)
    [event] = told(opened, "MarginRatiosUpdated")
    assert [one["account_id"] for one in event["margins"]] == [LONG]
    asked = iter([False, False, True, True])
    risk_monitor.monitor.run("BTC-PERP", "two", lambda: next(asked))
    [event] = told(opened, "MarginRatiosUpdated")
    assert [one["account_id"] for one in event["margins"]] == ["ben"]


def test_a_holder_that_settlement_did_not_live_to_show_is_shown_by_the_next(
    venue: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reconciliation import operations
    from settlement import handler as settlement

    trade(venue, "t1", LONG, "ben", "1", "60000")
    with monkeypatch.context() as patch:

        def dies(*_: Any) -> bool:
            raise ConnectionError

        patch.setattr(Holders, "show", dies)
        with pytest.raises(ConnectionError):
            settlement.handler({"symbol": "BTC-PERP"}, venue.context)
    # The account is settled, the cursor is not moved, and nobody takes that for a breach.
    assert AccountJournal("journal").latest(LONG).state.positions["BTC-PERP"].quantity_lots
    assert Holders("holders").of("BTC-PERP") == []
    assert operations.reconcile(60.0)["breaches"] == []
    venue.settle("BTC-PERP")
    assert Holders("holders").of("BTC-PERP") == [LONG, "ben"]
    assert operations.reconcile(60.0)["breaches"] == []


def test_an_item_never_goes_back(opened: Gateway) -> None:
    holders = Holders("holders")
    assert not holders.show("BTC-PERP", LONG, 1, 0)
    assert LONG in holders.of("BTC-PERP")


def test_an_index_that_says_something_else_is_a_breach(opened: Gateway) -> None:
    from reconciliation import operations

    sequence = AccountJournal("journal").latest(LONG).sequence
    Holders("holders")._items("BTC-PERP", LONG, account_sequence=sequence, quantity_lots=0).save()
    found = operations.reconciliation.run(Watch(), now_ms(), *[lambda: False] * 3).breaches
    assert [(one.code, one.subject) for one in found] == [
        (BreachCode.HOLDER_DIFFERS, f"holder {LONG} of BTC-PERP")
    ]
    assert found[0].symbols == ("BTC-PERP",)
