"""A record is reversed once, by a record that names it, whatever dies, repeats or races."""

import time
from typing import Any

import pytest

from back_office import operations
from sweeper.accounts import AccountSweep
from tests.functions.gateway import Answered, Gateway
from tests.functions.killing import killed
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.journal import Journal

DEPOSIT = 2
"""The sequence of alice's deposit of 100,000 USD; her opening is the first record."""


def ask(gateway: Gateway, **changed: Any) -> Answered:
    body = {"sequence": DEPOSIT, "reason": "wired to the wrong account"} | changed
    return gateway.operator("POST", "/v1/accounts/alice/reversals", body)


def usd(gateway: Gateway) -> str:
    (balance,) = gateway.call("GET", "/v1/balances").json["balances"]
    total: str = balance["total"]
    return total


def records() -> list[Any]:
    return list(AccountJournal("journal").read("alice"))


def reversals() -> list[int]:
    causes = [record.body["cause"] for record in records()]
    return [cause["record"] for cause in causes if cause["kind"] == "reverse"]


def test_a_deposit_is_reversed_by_a_record_that_names_it(gateway: Gateway) -> None:
    answer = ask(gateway)
    deposit, reversal = records()[1:]
    assert answer.status == 201
    assert answer.json == {
        "account_id": "alice",
        "sequence": DEPOSIT,
        "hash": deposit.hash,
        "reason": "wired to the wrong account",
        "reversal_sequence": 3,
        "entries": [
            {"ledger_account": "available", "currency": "USD", "amount": "-100000"},
            {"ledger_account": "external", "currency": "USD", "amount": "100000"},
        ],
        "balances": [
            {"currency": "USD", "available": "0", "held": "0", "isolated": "0", "total": "0"}
        ],
    }
    assert reversal.body["cause"]["hash"] == deposit.hash


def test_a_repeat_has_no_effect(gateway: Gateway) -> None:
    first = ask(gateway)
    gateway.operator(
        "POST",
        "/v1/accounts/alice/deposits",
        {"deposit_id": "right", "currency": "USD", "amount": "100000"},
    )
    again = ask(gateway)
    assert (again.status, again.json["reversal_sequence"]) == (200, first.json["reversal_sequence"])
    assert (usd(gateway), reversals()) == ("100000", [DEPOSIT])


def test_for_another_reason_it_is_a_conflict_and_no_second_reversal(gateway: Gateway) -> None:
    ask(gateway)
    answer = ask(gateway, reason="another story")
    assert (answer.status, answer.code) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")
    assert answer.json["rule"].endswith("wired to the wrong account")
    assert reversals() == [DEPOSIT]


def test_what_is_not_covered_today_may_be_reversed_tomorrow(gateway: Gateway) -> None:
    order = gateway.place("alice", "bid", "BUY").json
    refused = ask(gateway)
    assert (refused.status, refused.code) == (422, "LEDGER_INSUFFICIENT_BALANCE")
    assert refused.json["rule"] == "covered: needs 100000 USD, 39970 is available"
    gateway.call("DELETE", f"/v1/orders/{order['order_id']}")
    gateway.settle()
    assert reversals() == []
    assert ask(gateway).status == 201
    assert usd(gateway) == "0"


def test_a_withdrawal_that_came_back_is_credited(gateway: Gateway) -> None:
    body = {"withdrawal_id": "rent", "currency": "USD", "amount": "40000"}
    gateway.call("POST", "/v1/withdrawals", body)
    gateway.operator("POST", "/v1/accounts/alice/withdrawals/rent/post")
    assert usd(gateway) == "60000"
    assert ask(gateway, sequence=4, reason="the bank returned it").status == 201
    assert usd(gateway) == "100000"


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"sequence": 1}, 422, "LEDGER_NOT_REVERSIBLE", "sequence"),
        ({"sequence": 0}, 400, "INTAKE_BAD_VALUE", "sequence"),
        ({"sequence": "two"}, 400, "INTAKE_BAD_VALUE", "sequence"),
        ({"hash": "0" * 64}, 400, "INTAKE_BAD_VALUE", "hash"),
        ({"hash": "x"}, 400, "INTAKE_BAD_VALUE", "hash"),
        ({"reason": " "}, 400, "INTAKE_BAD_VALUE", "reason"),
        ({"amount": "1"}, 400, "INTAKE_UNKNOWN_FIELD", "amount"),
    ],
)
def test_a_bad_request_is_refused_and_writes_nothing(
    gateway: Gateway, changed: dict[str, Any], status: int, code: str, field: str
) -> None:
    answer = ask(gateway, **changed)
    assert (answer.status, answer.code, answer.json["field"]) == (status, code, field)
    assert len(records()) == 2


def test_the_hash_of_the_record_is_accepted(gateway: Gateway) -> None:
    assert ask(gateway, hash=records()[1].hash).status == 201


def test_a_reversal_is_not_reversed(gateway: Gateway) -> None:
    ask(gateway)
    assert ask(gateway, sequence=3).code == "LEDGER_NOT_REVERSIBLE"


def test_a_record_or_an_account_that_is_not_there_is_not_found(gateway: Gateway) -> None:
    body = {"sequence": 2, "reason": "none"}
    answers = [
        ask(gateway, sequence=3),
        gateway.operator("POST", "/v1/accounts/nobody/reversals", body),
    ]
    assert [(one.status, one.code) for one in answers] == [(404, "NOT_FOUND")] * 2


def test_a_trader_corrects_nothing(gateway: Gateway) -> None:
    answer = gateway.call("POST", "/v1/accounts/alice/reversals", {})
    assert (answer.status, answer.code) == (403, "FORBIDDEN")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("heals", ["a repeat", "the sweeper"])
def test_a_reversal_that_died_anywhere_is_finished_once(
    gateway: Gateway, heals: str, *, after: bool
) -> None:
    nobody: Any = None
    sweep = AccountSweep(
        operations.account_journal,
        operations.orders,
        nobody,
        nobody,
        nobody,
        operations.bus,
        operations.markets,
    )
    for at_call in range(40):
        deposit = {"deposit_id": f"d-{at_call}", "currency": "USD", "amount": "1"}
        gateway.operator("POST", "/v1/accounts/alice/deposits", deposit)
        sequence = len(records())
        with killed(at_call, after=after) as made:
            ask(gateway, sequence=sequence)
        if heals == "the sweeper":
            state = operations.account_journal.latest("alice").state
            list(sweep._unshown("alice", state))
            assert list(sweep._unshown("alice", state)) == [], "shown by now"
        assert ask(gateway, sequence=sequence).json["sequence"] == sequence
        assert usd(gateway) == "100000"
        assert reversals().count(sequence) == 1
        if at_call > len(made):
            break
    else:
        pytest.fail("more calls than moments")


def test_two_at_once_reverse_once(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Journal.append
    raced: list[Answered | None] = []

    def overtaken(*given: Any, **named: Any) -> Any:
        if not raced:
            raced.append(None)
            # Two records of one millisecond would say the same, and be one.
            time.sleep(0.002)
            raced[0] = ask(gateway)
        return whole(*given, **named)

    monkeypatch.setattr(Journal, "append", overtaken)
    assert ask(gateway).status == 200
    assert raced[0] is not None
    assert raced[0].status == 201
    assert reversals() == [DEPOSIT]


def test_the_account_forgets_a_reversal_once_its_item_shows_it(gateway: Gateway) -> None:
    ask(gateway)
    gateway.operator(
        "POST",
        "/v1/accounts/alice/deposits",
        {"deposit_id": "right", "currency": "USD", "amount": "100000"},
    )
    answered = AccountJournal("journal").latest("alice").state.answered
    assert list(answered) == ["deposit#right"]
    assert ask(gateway).status == 200
    assert (usd(gateway), reversals()) == ("100000", [DEPOSIT])
