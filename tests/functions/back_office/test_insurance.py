"""The insurance fund is filled by operators with a reason, and is nobody's account to trade."""

from typing import Any

import pytest

from tests.functions.gateway import Gateway
from zerodesk.insurance import FUND
from zerodesk_aws.accounts import AccountJournal

GIVEN: dict[str, Any] = {
    "deposit_id": "first",
    "currency": "USD",
    "amount": "500",
    "reason": "a cushion",
}


def sequence() -> int:
    return AccountJournal("journal").latest(FUND).sequence


def test_the_fund_has_nothing_before_its_first_deposit(gateway: Gateway) -> None:
    shown = gateway.operator("GET", "/v1/insurance").json
    assert shown == {"account_id": FUND, "account_sequence": 0, "balances": []}


def test_a_deposit_stands_once_with_who_made_it_and_why(gateway: Gateway) -> None:
    made = gateway.operator("POST", "/v1/insurance/deposits", GIVEN)
    again = gateway.operator("POST", "/v1/insurance/deposits", GIVEN)
    assert (made.status, again.status) == (201, 200)
    [balance] = gateway.operator("GET", "/v1/insurance").json["balances"]
    assert (balance["currency"], balance["total"]) == ("USD", "500")
    statement = gateway.operator("GET", f"/v1/accounts/{FUND}/statement").json
    causes = [one["cause"] for one in statement["records"]]
    assert causes[1:] == [
        {"kind": "deposit", "deposit_id": "first", "author": "house", "reason": "a cushion"}
    ]


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"reason": ""}, 400, "reason"),
        ({"reason": None}, 400, "reason"),
        ({"amount": "0"}, 400, "amount"),
        ({"amount": "-5"}, 400, "amount"),
        ({"amount": 5}, 400, "amount"),
        ({"amount": "0.0000001"}, 422, "amount"),
        ({"currency": "us dollars"}, 400, "currency"),
        ({"deposit_id": "a#b"}, 400, "deposit_id"),
        ({"author": "somebody"}, 400, "author"),
    ],
)
def test_what_is_no_deposit_is_refused_and_opens_no_fund(
    gateway: Gateway, change: dict[str, Any], status: int, field: str
) -> None:
    refused = gateway.operator("POST", "/v1/insurance/deposits", GIVEN | change)
    assert refused.status == status, refused.text
    assert field in refused.text
    assert sequence() == 0


def test_another_body_under_the_same_id_is_refused(gateway: Gateway) -> None:
    gateway.operator("POST", "/v1/insurance/deposits", GIVEN)
    for change in ({"amount": "501"}, {"reason": "another"}):
        refused = gateway.operator("POST", "/v1/insurance/deposits", GIVEN | change)
        assert (refused.status, refused.code) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")


def test_nobody_but_an_operator_sees_or_fills_the_fund(gateway: Gateway) -> None:
    assert gateway.call("GET", "/v1/insurance", who="alice").status == 403
    assert gateway.call("POST", "/v1/insurance/deposits", GIVEN, who="alice").status == 403


def test_the_fund_is_nobodys_account(gateway: Gateway) -> None:
    gateway.operator("POST", "/v1/insurance/deposits", GIVEN)
    before = sequence()
    deposit = {"deposit_id": "d", "currency": "USD", "amount": "5"}
    for path, body in (
        ("/v1/accounts", {"account_id": FUND, "name": "mine"}),
        (f"/v1/accounts/{FUND}/keys", {"role": "trader"}),
        (f"/v1/accounts/{FUND}/deposits", deposit),
    ):
        refused = gateway.operator("POST", path, body)
        assert (refused.status, refused.code) == (400, "INTAKE_BAD_VALUE"), refused.text
        assert "/v1/insurance" in refused.text
    assert sequence() == before


def test_a_wrong_deposit_is_reversed_as_any_other(gateway: Gateway) -> None:
    gateway.operator("POST", "/v1/insurance/deposits", GIVEN)
    asked = {"sequence": 2, "reason": "a typo"}
    assert gateway.operator("POST", f"/v1/accounts/{FUND}/reversals", asked).status == 201
    [balance] = gateway.operator("GET", "/v1/insurance").json["balances"]
    assert balance["total"] == "0"
