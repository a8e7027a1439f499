"""Accounts are opened once, credited once per deposit, and spoken for by keys that can be ended."""

from decimal import Decimal
from typing import Any

import pytest

from authorizer import handler as authorizer
from back_office import operations
from tests.functions.gateway import Answered, Gateway
from zerodesk.accounts import AccountState
from zerodesk_aws import registers
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.registers import ACCOUNTS, Register

ARN = "arn:aws:execute-api:us-east-1:123456789012:abc123/local/GET/v1/balances"


def deposit(gateway: Gateway, account_id: str = "alice", **changed: Any) -> Answered:
    body = {"deposit_id": "wire-1", "currency": "USD", "amount": "250.5"} | changed
    return gateway.operator("POST", f"/v1/accounts/{account_id}/deposits", body)


def open_account(gateway: Gateway, account_id: str, name: str) -> Answered:
    return gateway.operator("POST", "/v1/accounts", {"account_id": account_id, "name": name})


def available(gateway: Gateway, account_id: str = "alice") -> str:
    (balance,) = gateway.operator("GET", f"/v1/accounts/{account_id}/balances").json["balances"]
    found: str = balance["available"]
    return found


def test_an_account_is_opened_once(gateway: Gateway) -> None:
    assert open_account(gateway, "carol", "Carol").status == 201
    again = open_account(gateway, "carol", "Carol")
    assert (again.status, again.json) == (200, {"account_id": "carol", "name": "Carol"})
    assert len(list(AccountJournal("journal").read("carol"))) == 1


def test_an_account_beyond_what_the_register_holds_is_refused_with_the_bound(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registers, "MAX_ENTRIES", 2)
    answer = open_account(gateway, "carol", "Carol")
    assert (answer.status, answer.code) == (422, "REGISTER_FULL")
    assert "control#accounts holds 2 entries" in answer.json["detail"]
    assert AccountJournal("journal").latest("carol").state == AccountState()
    assert open_account(gateway, "alice", "Alice").status == 200


def test_a_deposit_beyond_the_answers_that_an_account_keeps_waits_and_happens_once(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = available(gateway)
    with monkeypatch.context() as full:
        full.setattr("zerodesk.accounts.MAX_ANSWERED", 0)
        answer = deposit(gateway)
    assert (answer.status, answer.code) == (429, "TOO_MANY_REQUESTS")
    assert available(gateway) == before
    assert deposit(gateway).status == 200
    assert deposit(gateway).status == 200
    assert Decimal(available(gateway)) == Decimal(before) + Decimal("250.5")


def test_another_name_is_a_conflict(gateway: Gateway) -> None:
    answer = open_account(gateway, "alice", "Mallory")
    assert (answer.status, answer.code) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")


def test_a_process_that_died_between_register_and_journal_is_finished_by_the_repeat(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(operations.accounts._journal, "commit", lambda *_: 1 / 0)
        assert open_account(gateway, "carol", "Carol").status == 500
    assert AccountJournal("journal").latest("carol").state == AccountState()
    assert "carol" in Register(operations.journal, ACCOUNTS).entries()
    assert open_account(gateway, "carol", "Carol").status == 200
    assert AccountJournal("journal").latest("carol").state.opened


def test_accounts_are_listed_by_id(gateway: Gateway) -> None:
    open_account(gateway, "Zoe", "Zoe")
    listed = gateway.operator("GET", "/v1/accounts").json["accounts"]
    assert [account["account_id"] for account in listed] == ["Zoe", "alice", "bob"]


@pytest.mark.parametrize(
    "body",
    [
        {"account_id": "a#b", "name": "x"},
        {"account_id": "", "name": "x"},
        {"account_id": "a" * 37, "name": "x"},
        {"account_id": "fees#BTC-USD", "name": "x"},
        {"account_id": "a\nb", "name": "x"},
        {"account_id": "carol", "name": ""},
        {"account_id": "carol", "name": "  "},
        {"account_id": "carol", "name": "a\u0000b"},
        {"account_id": "carol", "name": "x" * 101},
    ],
)
def test_a_name_that_would_confuse_is_refused(gateway: Gateway, body: dict[str, str]) -> None:
    answer = gateway.operator("POST", "/v1/accounts", body)
    assert (answer.status, answer.code) == (400, "INTAKE_BAD_VALUE")


def test_a_deposit_is_credited_once(gateway: Gateway) -> None:
    first = deposit(gateway)
    assert (first.status, first.json["amount"]) == (201, "250.5")
    (balance,) = first.json["balances"]
    assert balance["available"] == "100250.5"
    again = deposit(gateway, amount="250.50")
    assert (again.status, again.json) == (200, first.json)
    assert available(gateway) == "100250.5"


def test_another_body_under_the_same_deposit_id_is_a_conflict(gateway: Gateway) -> None:
    deposit(gateway)
    answer = deposit(gateway, amount="250.51")
    assert (answer.status, answer.code) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")
    assert available(gateway) == "100250.5"


def test_the_same_deposit_id_for_another_account_is_another_deposit(gateway: Gateway) -> None:
    deposit(gateway, currency="BTC", amount="1")
    assert deposit(gateway, "bob", currency="BTC", amount="1").status == 201
    assert available(gateway, "bob") == "3"


def test_a_deposit_whose_process_died_is_finished_by_the_repeat(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr("zerodesk_aws.tables.orders.Orders.finish_gate", lambda *_: 1 / 0)
        assert deposit(gateway).status == 500
    assert deposit(gateway).status == 200
    assert deposit(gateway).status == 200
    assert available(gateway) == "100250.5"


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"amount": "0"}, 400, "INTAKE_BAD_NUMBER"),
        ({"amount": "-1"}, 400, "INTAKE_BAD_NUMBER"),
        ({"amount": "1e6"}, 400, "INTAKE_BAD_NUMBER"),
        ({"amount": 1}, 400, "INTAKE_WRONG_TYPE"),
        ({"amount": "0.0000001"}, 422, "INTAKE_OFF_PRECISION"),
        ({"currency": "SPY", "amount": "1.5"}, 422, "INTAKE_OFF_PRECISION"),
        ({"currency": "usd"}, 400, "INTAKE_BAD_VALUE"),
        ({"currency": "US D"}, 400, "INTAKE_BAD_VALUE"),
        ({"deposit_id": "a#b"}, 400, "INTAKE_BAD_VALUE"),
        ({"note": "hi"}, 400, "INTAKE_UNKNOWN_FIELD"),
    ],
)
def test_a_bad_deposit_is_refused_and_credits_nothing(
    gateway: Gateway, changed: dict[str, Any], status: int, code: str
) -> None:
    answer = deposit(gateway, **changed)
    assert (answer.status, answer.code) == (status, code)
    assert available(gateway) == "100000"


@pytest.mark.parametrize("account_id", ["nobody", "a%23b", "fees%23BTC-USD"])
def test_an_account_that_was_never_opened_is_not_found(gateway: Gateway, account_id: str) -> None:
    answers = [
        deposit(gateway, account_id),
        gateway.operator("GET", f"/v1/accounts/{account_id}/balances"),
        gateway.operator("POST", f"/v1/accounts/{account_id}/keys", {}),
        gateway.operator("DELETE", f"/v1/accounts/{account_id}/keys/0123456789ab"),
    ]
    assert [(one.status, one.code) for one in answers] == [(404, "NOT_FOUND")] * 4
    assert AccountJournal("journal").latest(account_id).sequence == 0


def test_a_key_speaks_for_its_account_until_it_is_revoked(gateway: Gateway) -> None:
    key = gateway.operator("POST", "/v1/accounts/alice/keys", {}).json
    event = {"headers": {"Authorization": f"Bearer {key['api_key']}"}, "methodArn": ARN}
    context = authorizer.handler(event, gateway.context)["context"]
    assert context == {"account_id": "alice", "role": "trader", "key_id": key["key_id"]}
    address = f"/v1/accounts/alice/keys/{key['key_id']}"
    revoked = gateway.operator("DELETE", address)
    assert revoked.status == 200
    assert gateway.operator("DELETE", address).json == revoked.json
    with pytest.raises(authorizer.UnauthorizedError):
        authorizer.handler(event, gateway.context)


def test_each_request_for_a_key_makes_another(gateway: Gateway) -> None:
    keys = [
        gateway.operator("POST", "/v1/accounts/alice/keys", {"role": "operator"}).json
        for _ in range(2)
    ]
    assert keys[0]["key_id"] != keys[1]["key_id"]
    assert keys[0]["role"] == "operator"


def test_the_key_of_another_account_cannot_be_revoked_through_this_one(gateway: Gateway) -> None:
    key = gateway.operator("POST", "/v1/accounts/alice/keys", {}).json
    answer = gateway.operator("DELETE", f"/v1/accounts/bob/keys/{key['key_id']}")
    assert (answer.status, answer.code) == (404, "NOT_FOUND")
    assert operations.accounts._keys.holder(key["api_key"]) is not None


def test_a_role_that_is_none_is_refused(gateway: Gateway) -> None:
    answer = gateway.operator("POST", "/v1/accounts/alice/keys", {"role": "root"})
    assert (answer.status, answer.code) == (400, "INTAKE_BAD_VALUE")


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("POST", "/v1/accounts"),
        ("GET", "/v1/accounts"),
        ("POST", "/v1/accounts/alice/keys"),
        ("DELETE", "/v1/accounts/alice/keys/0123456789ab"),
        ("POST", "/v1/accounts/alice/deposits"),
        ("GET", "/v1/accounts/alice/balances"),
        ("GET", "/v1/house"),
        ("POST", "/v1/accounts/alice/reversals"),
        ("GET", "/v1/accounts/alice/withdrawals"),
        ("POST", "/v1/markets"),
        ("PUT", "/v1/partners/partner.acme"),
    ],
)
def test_a_trader_does_not_run_the_venue(gateway: Gateway, method: str, address: str) -> None:
    answer = gateway.call(method, address, {}, who="alice", role="trader")
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
