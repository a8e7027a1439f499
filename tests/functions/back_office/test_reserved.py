"""What waits for the back office, over all accounts: every withdrawal once, page by page."""

from itertools import pairwise, product
from typing import Any

import pytest

from back_office import reserved
from tests.functions.gateway import Answered, Gateway
from zerodesk_aws.api.cursors import Pages


@pytest.fixture
def waiting(gateway: Gateway) -> list[tuple[str, str]]:
    """Return (account, withdrawal) of what five accounts have reserved; alice the most."""
    for account_id in ("carol", "dan", "erin"):
        gateway.operator("POST", "/v1/accounts", {"account_id": account_id, "name": account_id})
        _deposit(gateway, account_id)
    _deposit(gateway, "bob")
    asked = [*(("alice", f"a{number}") for number in range(5)), ("bob", "b"), ("erin", "e")]
    for account_id, withdrawal_id in asked:
        _ask(gateway, account_id, withdrawal_id)
    for account_id, withdrawal_id in (("carol", "posted"), ("alice", "void")):
        _ask(gateway, account_id, withdrawal_id)
        how = "post" if withdrawal_id == "posted" else "void"
        gateway.operator("POST", f"/v1/accounts/{account_id}/withdrawals/{withdrawal_id}/{how}")
    return asked


def _deposit(gateway: Gateway, account_id: str) -> None:
    body = {"deposit_id": "d", "currency": "USD", "amount": "100"}
    gateway.operator("POST", f"/v1/accounts/{account_id}/deposits", body)


def _ask(gateway: Gateway, account_id: str, withdrawal_id: str) -> None:
    body = {"withdrawal_id": withdrawal_id, "currency": "USD", "amount": "1"}
    assert gateway.call("POST", "/v1/withdrawals", body, who=account_id).status == 201


def listed(gateway: Gateway, query: str = "") -> Answered:
    return gateway.operator("GET", f"/v1/withdrawals{query}")


def every_page(gateway: Gateway, limit: int) -> list[list[dict[str, Any]]]:
    pages, cursor = [], ""
    while True:
        page = listed(gateway, f"?limit={limit}{cursor}").json
        pages.append(page["withdrawals"])
        if page["next_cursor"] is None:
            return pages
        cursor = f"&cursor={page['next_cursor']}"
        assert len(pages) < 50


def test_every_reserved_withdrawal_is_listed_once_however_the_pages_fall(
    gateway: Gateway, waiting: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, examined in product((1, 2, 5, 6, 100), (1, 2, 200)):
        monkeypatch.setattr(reserved, "MAX_EXAMINED", examined)
        check_pages(every_page(gateway, limit), limit, waiting)


def check_pages(
    pages: list[list[dict[str, Any]]], limit: int, waiting: list[tuple[str, str]]
) -> None:
    """See that the pages have what waits, in order, and none more than its limit."""
    found = [one for page in pages for one in page]
    names = [(one["account_id"], one["withdrawal_id"]) for one in found]
    assert sorted(names) == sorted(waiting)
    assert all(len(page) <= limit for page in pages)
    assert [account_id for account_id, _ in names] == sorted(name for name, _ in names)
    assert all(
        one["account_id"] != next_one["account_id"] or one["asked_at"] <= next_one["asked_at"]
        for one, next_one in pairwise(found)
    )
    assert {one["status"] for one in found} == {"RESERVED"}


def test_what_ended_between_two_pages_is_left_out_and_nothing_else(
    gateway: Gateway, waiting: list[tuple[str, str]]
) -> None:
    first = listed(gateway, "?limit=2").json
    seen = [one["withdrawal_id"] for one in first["withdrawals"]]
    gone = next(name for account, name in waiting if account == "alice" and name not in seen)
    for name in (seen[-1], gone):
        gateway.operator("POST", f"/v1/accounts/alice/withdrawals/{name}/void")
    rest = listed(gateway, f"?cursor={first['next_cursor']}").json["withdrawals"]
    expected = {name for _, name in waiting} - {*seen, gone}
    assert {one["withdrawal_id"] for one in rest} == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?limit=0", "limit"),
        ("?limit=1000000", "limit"),
        ("?limit=all", "limit"),
        ("?cursor=nonsense", "cursor"),
        ("?cursor=" + Pages(str, "orders", "alice").cursor(1, "x"), "cursor"),
        ("?account=alice", "account"),
    ],
)
def test_an_impossible_page_is_refused_by_name(gateway: Gateway, query: str, field: str) -> None:
    answer = listed(gateway, query)
    assert answer.status == 400
    assert answer.code.startswith("INTAKE_")
    assert answer.json["field"] == field


@pytest.mark.parametrize("tie", ["alice", "/", "zzz/", "0/x", "alice/withdrawal#a1"])
def test_a_cursor_that_was_made_up_leads_somewhere_into_the_list(
    gateway: Gateway, waiting: list[tuple[str, str]], tie: str
) -> None:
    cursor = Pages(str, "reserved").cursor(2**62, tie)
    answer = listed(gateway, f"?cursor={cursor}")
    assert answer.status == 200
    assert len(answer.json["withdrawals"]) <= len(waiting)


def test_a_trader_sees_no_list(gateway: Gateway) -> None:
    answer = gateway.call("GET", "/v1/withdrawals")
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
