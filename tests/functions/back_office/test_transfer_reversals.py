"""A transfer is reversed on both sides or on none, once, whatever dies, repeats or races."""

from typing import Any

import pytest

from back_office import operations
from reconciliation.run import Reconciliation
from sweeper.accounts import AccountSweep
from tests.functions.gateway import Answered, Gateway
from tests.functions.killing import killed
from zerodesk.reconciliation import Watch
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.clock import now_ms
from zerodesk_aws.journal import Journal
from zerodesk_aws.tables.cursors import Cursors
from zerodesk_aws.tables.holders import Holders
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders

SENT = 3
"""The sequence of alice's record of the transfer, behind her opening and her deposit."""


def send(gateway: Gateway, transfer_id: str = "gift", amount: str = "250") -> int:
    """Send bob some dollars; return the sequence of the sender's record."""
    body = {"to_account_id": "bob", "currency": "USD", "amount": amount}
    answer = gateway.call("POST", "/v1/transfers", body | {"transfer_id": transfer_id})
    assert answer.status == 201
    return int(answer.json["account_sequence"])


def ask(gateway: Gateway, sequence: int = SENT, who: str = "alice", **changed: Any) -> Answered:
    body = {"sequence": sequence, "reason": "to the wrong account"} | changed
    return gateway.operator("POST", f"/v1/accounts/{who}/reversals", body)


def usd(gateway: Gateway) -> tuple[str, str]:
    found = []
    for who in ("alice", "bob"):
        balances = gateway.call("GET", "/v1/balances", who=who).json["balances"]
        found.append(next((one["total"] for one in balances if one["currency"] == "USD"), "0"))
    return found[0], found[1]


def causes(who: str) -> list[dict[str, Any]]:
    return [record.body["cause"] for record in AccountJournal("journal").read(who)]


def breaches() -> list[Any]:
    run = Reconciliation(
        Journal("journal"),
        Orders("orders"),
        Markets("market"),
        Cursors("cursors"),
        Holders("holders"),
    )
    found: list[Any] = run.run(Watch(), now_ms(), *[lambda: False] * 3).report["breaches"]
    return found


def test_both_accounts_are_as_before_by_a_record_each_that_names_the_other(
    gateway: Gateway,
) -> None:
    send(gateway)
    answer = ask(gateway)
    assert (answer.status, answer.json["reversal_sequence"]) == (201, 4)
    assert answer.json["entries"] == [
        {"ledger_account": "available", "currency": "USD", "amount": "250"},
        {"ledger_account": "transit", "currency": "USD", "amount": "-250"},
    ]
    assert usd(gateway) == ("100000", "0")
    sender, receiver = causes("alice")[-1], causes("bob")[-1]
    assert (sender["of_kind"], sender["to_account_id"]) == ("send", "bob")
    assert (receiver["of_kind"], receiver["from_account_id"]) == ("receive", "alice")
    assert breaches() == []


def test_a_repeat_has_no_effect_and_for_another_reason_it_is_a_conflict(gateway: Gateway) -> None:
    send(gateway)
    first, again = ask(gateway), ask(gateway)
    assert (again.status, again.json) == (200, first.json)
    other = ask(gateway, reason="another story")
    assert (other.status, other.code) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")
    assert usd(gateway) == ("100000", "0")
    assert len(causes("bob")) == 4


def test_a_receiver_without_the_money_gives_nothing_back_until_it_has_it(
    gateway: Gateway,
) -> None:
    send(gateway)
    body = {"withdrawal_id": "rent", "currency": "USD", "amount": "1"}
    assert gateway.call("POST", "/v1/withdrawals", body, who="bob").status == 201
    before = len(causes("alice")), len(causes("bob"))
    refused = ask(gateway)
    assert (refused.status, refused.code) == (422, "LEDGER_INSUFFICIENT_BALANCE")
    assert (refused.json["field"], refused.json["value"]) == ("sequence", "3")
    assert refused.json["rule"] == "covered: needs 250 USD, 249 is available"
    assert (len(causes("alice")), len(causes("bob"))) == before
    gateway.operator("POST", "/v1/accounts/bob/withdrawals/rent/void")
    assert ask(gateway).status == 201
    assert usd(gateway) == ("100000", "0")


def test_the_receivers_record_is_not_reversed_alone(gateway: Gateway) -> None:
    send(gateway)
    answer = ask(gateway, sequence=3, who="bob")
    assert (answer.status, answer.code) == (422, "LEDGER_NOT_REVERSIBLE")
    assert "sender" in answer.json["rule"]
    assert usd(gateway) == ("99750", "250")


def test_neither_reversal_is_reversed(gateway: Gateway) -> None:
    send(gateway)
    ask(gateway)
    assert ask(gateway, sequence=4).code == "LEDGER_NOT_REVERSIBLE"
    assert ask(gateway, sequence=4, who="bob").code == "LEDGER_NOT_REVERSIBLE"


def test_of_two_with_one_id_each_is_reversed_for_itself(gateway: Gateway) -> None:
    gateway.open("carol", USD="10")
    send(gateway)
    body = {"transfer_id": "gift", "to_account_id": "bob", "currency": "USD", "amount": "10"}
    gateway.call("POST", "/v1/transfers", body, who="carol")
    assert ask(gateway, who="carol").status == 201
    assert usd(gateway) == ("99750", "250")
    assert ask(gateway).status == 201
    assert usd(gateway) == ("100000", "0")
    assert breaches() == []


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("heals", ["a repeat", "the sweeper"])
def test_whatever_dies_anywhere_it_is_finished_once(
    gateway: Gateway, heals: str, *, after: bool
) -> None:
    nobody: Any = None
    accounts, orders, bus = operations.account_journal, operations.orders, operations.bus
    sweep = AccountSweep(accounts, orders, nobody, nobody, nobody, bus, operations.markets)
    for at_call in range(60):
        sequence = send(gateway, f"gift-{at_call}", "1")
        with killed(at_call, after=after) as made:
            ask(gateway, sequence=sequence)
        if heals == "the sweeper":
            for who in ("bob", "alice"):
                list(sweep._unshown(who, operations.account_journal.latest(who).state))
            assert usd(gateway) in (("100000", "0"), ("99999", "1")), "on both sides or on none"
        assert ask(gateway, sequence=sequence).status in (200, 201)
        assert usd(gateway) == ("100000", "0")
        if at_call > len(made):
            break
    else:
        pytest.fail("more calls than moments")
    assert breaches() == []
