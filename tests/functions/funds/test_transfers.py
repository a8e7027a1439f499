"""A transfer arrives once, whatever dies, repeats or races; and what is refused moves nothing."""

from decimal import Decimal
from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway
from tests.functions.killing import failing, killed
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.journal import Journal
from zerodesk_aws.tables.orders import Orders
from zerodesk_aws.transfers import gate_id, receipt_id


def ask(gateway: Gateway, who: str = "alice", **changed: Any) -> Answered:
    body = {
        "transfer_id": "gift",
        "to_account_id": "bob",
        "currency": "USD",
        "amount": "250",
    } | changed
    return gateway.call("POST", "/v1/transfers", body, who=who)


def usd(gateway: Gateway, who: str) -> int:
    """Return the whole dollars that somebody has."""
    balances = gateway.call("GET", "/v1/balances", who=who).json["balances"]
    return sum(int(Decimal(one["total"])) for one in balances if one["currency"] == "USD")


def kinds(account_id: str) -> list[str]:
    records = AccountJournal("journal").read(account_id)
    return [record.body["cause"]["kind"] for record in records][2:]


def test_what_is_sent_arrives(gateway: Gateway) -> None:
    answer = ask(gateway)
    assert (answer.status, answer.json["status"]) == (201, "SETTLED")
    assert (usd(gateway, "alice"), usd(gateway, "bob")) == (99_750, 250)
    assert (kinds("alice"), kinds("bob")) == (["send"], ["receive"])


def test_a_repeat_gets_the_same_and_moves_nothing(gateway: Gateway) -> None:
    first = ask(gateway)
    again = ask(gateway, amount="250.00")
    assert (again.status, again.json) == (200, first.json)
    assert gateway.call("GET", "/v1/transfers/gift").json == first.json
    assert (usd(gateway, "alice"), usd(gateway, "bob")) == (99_750, 250)


@pytest.mark.parametrize(
    "changed", [{"amount": "251"}, {"currency": "EUR"}, {"to_account_id": "carol"}]
)
def test_a_repeat_with_another_body_is_a_conflict(
    gateway: Gateway, changed: dict[str, str]
) -> None:
    gateway.open("carol")
    ask(gateway)
    answer = ask(gateway, **changed)
    assert (answer.status, answer.code) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")
    assert (usd(gateway, "alice"), usd(gateway, "bob")) == (99_750, 250)


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"to_account_id": "alice"}, 400, "INTAKE_BAD_VALUE", "to_account_id"),
        ({"to_account_id": "nobody"}, 422, "INTAKE_UNKNOWN_ACCOUNT", "to_account_id"),
        ({"to_account_id": "house#USD"}, 400, "INTAKE_BAD_VALUE", "to_account_id"),
        ({"amount": "0.0000001"}, 422, "INTAKE_OFF_PRECISION", "amount"),
        ({"amount": "0"}, 400, "INTAKE_BAD_NUMBER", "amount"),
        ({"amount": "-5"}, 400, "INTAKE_BAD_NUMBER", "amount"),
        ({"amount": 5}, 400, "INTAKE_WRONG_TYPE", "amount"),
        ({"currency": "usd"}, 400, "INTAKE_BAD_VALUE", "currency"),
        ({"transfer_id": "a#b"}, 400, "INTAKE_BAD_VALUE", "transfer_id"),
        ({"from_account_id": "bob"}, 400, "INTAKE_UNKNOWN_FIELD", "from_account_id"),
    ],
)
def test_a_bad_request_is_refused_by_field_value_and_rule_and_writes_nothing(
    gateway: Gateway, changed: dict[str, Any], status: int, code: str, field: str
) -> None:
    answer = ask(gateway, **changed)
    assert (answer.status, answer.code, answer.json["field"]) == (status, code, field)
    assert answer.json["value"] == str(changed[field])
    assert answer.json["rule"]
    assert kinds("alice") == kinds("bob") == []
    assert gateway.call("GET", "/v1/transfers/gift").status == 404


def test_more_than_what_is_free_is_refused_and_stays_refused(gateway: Gateway) -> None:
    refused = ask(gateway, amount="100000.000001")
    assert (refused.status, refused.code) == (422, "LEDGER_INSUFFICIENT_BALANCE")
    assert refused.json["rule"] == "at most what was free, 100000 USD"
    body = {"deposit_id": "more", "currency": "USD", "amount": "50000"}
    gateway.operator("POST", "/v1/accounts/alice/deposits", body)
    assert ask(gateway, amount="100000.000001").json == refused.json
    assert (usd(gateway, "alice"), usd(gateway, "bob")) == (150_000, 0)


def test_two_on_the_same_money_do_not_both_pass(gateway: Gateway) -> None:
    assert ask(gateway, transfer_id="one", amount="60000").status == 201
    assert ask(gateway, transfer_id="two", amount="60000").status == 422
    assert usd(gateway, "bob") == 60_000


def test_two_senders_may_use_the_same_id(gateway: Gateway) -> None:
    gateway.open("carol", USD="10")
    assert ask(gateway).status == 201
    assert ask(gateway, who="carol", amount="10").status == 201
    assert usd(gateway, "bob") == 260


def test_a_transfer_of_another_account_is_not_found(gateway: Gateway) -> None:
    ask(gateway)
    answers = [
        gateway.call("GET", "/v1/transfers/gift", who="bob"),
        gateway.call("GET", "/v1/transfers/nothing"),
    ]
    assert [(one.status, one.code) for one in answers] == [(404, "NOT_FOUND")] * 2


def test_both_forget_once_their_items_show_the_end_and_a_late_repeat_changes_nothing(
    gateway: Gateway,
) -> None:
    ask(gateway)
    ask(gateway, transfer_id="next", amount="1")
    state = AccountJournal("journal").latest("alice").state
    assert list(state.answered) == [gate_id("next")]
    assert list(AccountJournal("journal").latest("bob").state.answered) == [
        receipt_id("alice", "next")
    ]
    assert ask(gateway).status == 200
    assert (usd(gateway, "alice"), usd(gateway, "bob")) == (99_749, 251)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("trouble", [killed, failing])
def test_whatever_dies_or_is_not_answered_the_repeat_finishes_it_once(
    gateway: Gateway, trouble: Any, *, after: bool
) -> None:
    calls = 0
    for number, at_call in enumerate(range(60), start=1):
        name = f"gift-{at_call}"
        with trouble(at_call, after=after) as made:
            ask(gateway, transfer_id=name, amount="1")
        before = usd(gateway, "alice") + usd(gateway, "bob")
        assert before in (100_000, 99_999), "with one of them, or in transit"
        assert ask(gateway, transfer_id=name, amount="1").json["status"] == "SETTLED"
        assert (usd(gateway, "alice"), usd(gateway, "bob")) == (100_000 - number, number)
        calls = max(calls, len(made))
        if at_call > calls:
            break
    assert 10 < calls < 60, "all moments were met"


def test_two_drivers_at_once_send_and_receive_once(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Journal.append
    inside: list[Answered | None] = []

    def overtaken(*given: Any, **named: Any) -> Any:
        if len(inside) < 2:
            inside.append(None)
            inside[-1] = ask(gateway)
        return whole(*given, **named)

    monkeypatch.setattr(Journal, "append", overtaken)
    assert ask(gateway).json["status"] == "SETTLED"
    assert (kinds("alice"), kinds("bob")) == (["send"], ["receive"])
    assert (usd(gateway, "alice"), usd(gateway, "bob")) == (99_750, 250)


def test_a_driver_that_wakes_up_after_the_end_changes_nothing(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Orders.open_gate
    asleep = iter([True])

    def slept(self: Orders, account_id: str, order_id: str, **named: Any) -> Any:
        if order_id.startswith("receipt#") and next(asleep, False):
            # Meanwhile another driver ends the transfer, and both accounts forget it.
            ask(gateway)
            ask(gateway, transfer_id="next", amount="1")
        return whole(self, account_id, order_id, **named)

    monkeypatch.setattr(Orders, "open_gate", slept)
    assert ask(gateway).json["status"] == "SETTLED"
    assert (usd(gateway, "alice"), usd(gateway, "bob")) == (99_749, 251)
