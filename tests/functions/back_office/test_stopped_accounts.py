"""Accounts that are stopped are listed with how, by whom, why, since when and until when."""

from typing import Any

import pytest

from tests.functions.gateway import Gateway
from zerodesk.accounts import Change, set_terms
from zerodesk.liquidating import begin_liquidation
from zerodesk.losses import LossStop
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.clock import now_ms

SUSPENDED = {"status": "SUSPENDED", "verification_level": 1, "reason": "a complaint"}


def listed(gateway: Gateway) -> list[dict[str, Any]]:
    page = gateway.operator("GET", "/v1/halts/accounts").json
    assert page["next_cursor"] is None
    rows: list[dict[str, Any]] = page["halts"]
    return rows


def kill(gateway: Gateway, *, is_on: bool) -> None:
    body = {"is_on": is_on, "reason": "leaked"}
    assert gateway.operator("PUT", "/v1/kills/accounts/alice", body).status == 200


def test_nobody_is_stopped_at_first(gateway: Gateway) -> None:
    assert listed(gateway) == []


def test_a_kill_switch_is_listed_while_it_is_on(gateway: Gateway) -> None:
    kill(gateway, is_on=True)
    [stop] = listed(gateway)
    assert stop.pop("since") is not None
    assert stop == {
        "stops": "account:alice",
        "how": "KILL_SWITCH",
        "by": "house",
        "reason": "leaked",
        "until": None,
    }
    kill(gateway, is_on=False)
    assert listed(gateway) == []


def test_who_suspended_an_account_is_told_whatever_was_set_since(gateway: Gateway) -> None:
    path = "/v1/accounts/bob/standing"
    gateway.operator("PUT", path, SUSPENDED)
    gateway.operator("PUT", path, SUSPENDED | {"status": "ACTIVE", "reason": "a mistake"})
    assert listed(gateway) == []
    gateway.operator("PUT", path, SUSPENDED | {"reason": "again"})
    gateway.operator("PUT", "/v1/accounts/bob/limits", {"open_orders": 5, "reason": "policy"})
    [stop] = listed(gateway)
    assert (stop["stops"], stop["how"]) == ("account:bob", "SUSPENDED")
    assert (stop["by"], stop["reason"]) == ("house", "again")


def lost(account_id: str, at_ms: int) -> None:
    stop = LossStop("USD", 9_000_000, 5_000_000, at_ms)

    def decide(now: Account) -> Change:
        terms = now.state.terms._replace(loss_stop=stop)
        return set_terms(now.state, terms, author="loss", reason=stop.reason)

    AccountJournal("journal").commit(account_id, decide)


def test_a_loss_is_listed_until_its_day_ends(gateway: Gateway) -> None:
    lost("alice", now_ms())
    lost("bob", now_ms() - 86_400_000)
    [stop] = listed(gateway)
    assert (stop["stops"], stop["how"], stop["by"]) == ("account:alice", "LOSS", "loss")
    assert "lost 9 USD" in stop["reason"]
    assert stop["until"] > stop["since"]


def test_an_account_that_two_have_stopped_is_listed_twice(gateway: Gateway) -> None:
    kill(gateway, is_on=True)
    AccountJournal("journal").commit(
        "alice", lambda now: begin_liquidation(now.state, now.sequence + 1, {"at_ms": now_ms()})
    )
    killed, liquidated = listed(gateway)
    assert killed["stops"] == liquidated["stops"] == "account:alice"
    assert (liquidated["how"], liquidated["by"]) == ("LIQUIDATION", "margin")


def test_the_list_goes_on_where_a_page_ended(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("back_office.halts.MAX_EXAMINED", 1)
    kill(gateway, is_on=True)
    gateway.operator("PUT", "/v1/accounts/bob/standing", SUSPENDED)
    page = gateway.operator("GET", "/v1/halts/accounts").json
    pages = [page]
    while page["next_cursor"] is not None:
        page = gateway.operator("GET", f"/v1/halts/accounts?cursor={page['next_cursor']}").json
        pages.append(page)
    found = [one["stops"] for page in pages for one in page["halts"]]
    assert found == ["account:alice", "account:bob"]
    assert len(pages) > 1


def test_it_is_an_operators_list_with_cursors_of_its_own(gateway: Gateway) -> None:
    assert gateway.call("GET", "/v1/halts/accounts", who="alice").code == "FORBIDDEN"
    wrong = gateway.operator("GET", "/v1/halts/accounts?cursor=made-up")
    assert (wrong.status, wrong.code) == (400, "INTAKE_BAD_VALUE")
    assert gateway.operator("GET", "/v1/halts/accounts?limit=3").status == 400
