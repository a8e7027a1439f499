"""A withdrawal is reserved once, then posted or void once, whatever dies, repeats or races."""

from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway
from tests.functions.killing import failing, killed
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.bus import Bus
from zerodesk_aws.journal import Journal
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders
from zerodesk_aws.withdrawals import Withdrawals, gate_id


def ask(gateway: Gateway, who: str = "alice", **changed: Any) -> Answered:
    body = {"withdrawal_id": "rent", "currency": "USD", "amount": "40000"} | changed
    return gateway.call("POST", "/v1/withdrawals", body, who=who)


def end(gateway: Gateway, how: str, withdrawal_id: str = "rent") -> Answered:
    return gateway.operator("POST", f"/v1/accounts/alice/withdrawals/{withdrawal_id}/{how}")


def usd(gateway: Gateway) -> tuple[str, str]:
    """Return what alice has free and what is held."""
    (balance,) = gateway.call("GET", "/v1/balances").json["balances"]
    return balance["available"], balance["held"]


def kinds() -> list[str]:
    """Return the causes of alice's records after her opening and her deposit."""
    return [record.body["cause"]["kind"] for record in AccountJournal("journal").read("alice")][2:]


def test_what_is_asked_for_is_held_until_it_is_posted(gateway: Gateway) -> None:
    first = ask(gateway)
    assert (first.status, first.json["status"], first.json["amount"]) == (201, "RESERVED", "40000")
    assert usd(gateway) == ("60000", "40000")
    posted = end(gateway, "post")
    assert (posted.status, posted.json["status"]) == (200, "POSTED")
    assert usd(gateway) == ("60000", "0")
    assert kinds() == ["reserve", "post"]


def test_what_is_void_is_free_again(gateway: Gateway) -> None:
    ask(gateway)
    assert end(gateway, "void").json["status"] == "VOIDED"
    assert usd(gateway) == ("100000", "0")


def test_a_repeat_gets_the_withdrawal_as_it_stands(gateway: Gateway) -> None:
    first = ask(gateway)
    again = ask(gateway, amount="40000.00")
    assert (again.status, again.json) == (200, first.json)
    end(gateway, "post")
    late = ask(gateway)
    assert (late.status, late.json["status"]) == (200, "POSTED")
    assert usd(gateway) == ("60000", "0")


def test_a_repeat_with_another_body_is_a_conflict(gateway: Gateway) -> None:
    ask(gateway)
    answer = ask(gateway, amount="1")
    assert (answer.status, answer.code) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")
    assert usd(gateway) == ("60000", "40000")


def test_more_than_what_is_free_is_refused_with_the_numbers_and_stays_refused(
    gateway: Gateway,
) -> None:
    gateway.place("alice", "bid", "BUY")
    refused = ask(gateway)
    assert (refused.status, refused.code) == (422, "LEDGER_INSUFFICIENT_BALANCE")
    assert refused.json["field"] == "amount"
    assert refused.json["value"] == "40000"
    assert refused.json["rule"] == "at most what was free, 39970 USD"
    gateway.operator(
        "POST",
        "/v1/accounts/alice/deposits",
        {"deposit_id": "more", "currency": "USD", "amount": "50000"},
    )
    assert ask(gateway).json == refused.json, "a late repeat must not succeed after a no"
    assert usd(gateway) == ("89970", "60030")
    assert gateway.call("GET", "/v1/withdrawals/rent").json["status"] == "REJECTED"


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"amount": "0.0000001"}, 422, "INTAKE_OFF_PRECISION", "amount"),
        ({"currency": "SPY", "amount": "0.5"}, 422, "INTAKE_OFF_PRECISION", "amount"),
        ({"amount": "0"}, 400, "INTAKE_BAD_NUMBER", "amount"),
        ({"amount": "-1"}, 400, "INTAKE_BAD_NUMBER", "amount"),
        ({"amount": "NaN"}, 400, "INTAKE_BAD_NUMBER", "amount"),
        ({"amount": 1}, 400, "INTAKE_WRONG_TYPE", "amount"),
        ({"currency": "usd"}, 400, "INTAKE_BAD_VALUE", "currency"),
        ({"withdrawal_id": "a#b"}, 400, "INTAKE_BAD_VALUE", "withdrawal_id"),
        ({"to": "me"}, 400, "INTAKE_UNKNOWN_FIELD", "to"),
    ],
)
def test_a_bad_request_is_refused_by_field_value_and_rule_and_writes_nothing(
    gateway: Gateway, changed: dict[str, Any], status: int, code: str, field: str
) -> None:
    answer = ask(gateway, **changed)
    assert (answer.status, answer.code, answer.json["field"]) == (status, code, field)
    assert answer.json["value"] == str(changed[field])
    assert answer.json["rule"]
    assert kinds() == []


def test_two_on_the_same_money_do_not_both_pass(gateway: Gateway) -> None:
    assert ask(gateway, withdrawal_id="one", amount="60000").status == 201
    assert ask(gateway, withdrawal_id="two", amount="60000").status == 422
    assert usd(gateway) == ("40000", "60000")


def test_an_order_does_not_pass_on_what_a_withdrawal_holds(gateway: Gateway) -> None:
    ask(gateway)
    refused = gateway.place("alice", "bid", "BUY").json["rejection"]
    assert (refused["code"], refused["have"]) == ("RISK_INSUFFICIENT_BALANCE", "60000")


def test_an_end_is_an_end(gateway: Gateway) -> None:
    ask(gateway)
    end(gateway, "post")
    assert end(gateway, "post").status == 200
    answer = end(gateway, "void")
    assert (answer.status, answer.code) == (409, "WITHDRAWAL_NOT_RESERVED")
    assert kinds() == ["reserve", "post"]


def test_a_refused_withdrawal_is_neither_posted_nor_void(gateway: Gateway) -> None:
    ask(gateway, amount="100001")
    for how in ("post", "void"):
        assert end(gateway, how).code == "WITHDRAWAL_NOT_RESERVED"
    assert kinds() == ["refuse"]


def test_what_was_never_asked_for_is_not_found(gateway: Gateway) -> None:
    ask(gateway)
    missing = [
        end(gateway, "post", "nothing"),
        end(gateway, "void", "nothing"),
        end(gateway, "post", "a%23b"),
        gateway.operator("POST", "/v1/accounts/bob/withdrawals/rent/post"),
        gateway.operator("GET", "/v1/accounts/nobody/withdrawals"),
        gateway.call("GET", "/v1/withdrawals/nothing"),
        gateway.call("GET", "/v1/withdrawals/rent", who="bob"),
    ]
    assert [(one.status, one.code) for one in missing] == [(404, "NOT_FOUND")] * len(missing)


def test_a_trader_ends_no_withdrawal(gateway: Gateway) -> None:
    ask(gateway)
    for how in ("post", "void"):
        answer = gateway.call("POST", f"/v1/accounts/alice/withdrawals/rent/{how}")
        assert (answer.status, answer.code) == (403, "FORBIDDEN")


def test_the_back_office_lists_what_is_reserved_the_oldest_first(gateway: Gateway) -> None:
    for name in ("zeta", "alpha", "gone", "refused"):
        ask(gateway, withdrawal_id=name, amount="999999" if name == "refused" else "10")
    end(gateway, "void", "gone")
    listed = gateway.operator("GET", "/v1/accounts/alice/withdrawals").json["withdrawals"]
    assert {one["withdrawal_id"] for one in listed} == {"zeta", "alpha"}
    assert [one["asked_at"] for one in listed] == sorted(one["asked_at"] for one in listed)


def test_the_account_forgets_an_end_once_the_item_shows_it(gateway: Gateway) -> None:
    ask(gateway)
    end(gateway, "post")
    ask(gateway, withdrawal_id="next", amount="1")
    state = AccountJournal("journal").latest("alice").state
    assert state.answered == {}
    assert list(state.withdrawals) == [gate_id("next")]
    assert ask(gateway).json["status"] == "POSTED"
    assert end(gateway, "post").status == 200
    assert kinds() == ["reserve", "post", "reserve"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("trouble", [killed, failing])
@pytest.mark.parametrize("how", ["post", "void"])
def test_whatever_dies_or_is_not_answered_the_repeat_finishes_it_once(
    gateway: Gateway, how: str, trouble: Any, *, after: bool
) -> None:
    posted = 0
    for at_call in range(40):
        name = f"rent-{at_call}"
        with trouble(at_call, after=after) as asking:
            ask(gateway, withdrawal_id=name, amount="1")
        assert ask(gateway, withdrawal_id=name, amount="1").json["status"] == "RESERVED"
        with trouble(at_call, after=after) as ending:
            end(gateway, how, name)
        status = {"post": "POSTED", "void": "VOIDED"}[how]
        assert end(gateway, how, name).json["status"] == status
        assert ask(gateway, withdrawal_id=name, amount="1").json["status"] == status
        posted += how == "post"
        assert usd(gateway) == (str(100_000 - posted), "0")
        if at_call > max(len(asking), len(ending)):
            break
    else:
        pytest.fail("more calls than moments")
    assert kinds() == ["reserve", how] * (at_call + 1)


def test_a_twin_that_wakes_up_after_the_end_changes_nothing(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(gateway)
    accounts, orders = AccountJournal("journal"), Orders("orders")
    item, account = orders.get("alice", gate_id("rent")), accounts.latest("alice")
    assert item is not None
    end(gateway, "post")
    ask(gateway, withdrawal_id="next", amount="1")
    whole = AccountJournal.latest
    reads = iter([account])
    monkeypatch.setattr(AccountJournal, "latest", lambda *given: next(reads, None) or whole(*given))
    office = Withdrawals(accounts, orders, Bus("zerodesk"), Markets("market"))
    assert office.void(item, "late").status == "POSTED"
    assert usd(gateway) == ("59999", "1")
    assert kinds() == ["reserve", "post", "reserve"]


def test_a_post_and_a_void_at_once_end_it_one_way(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(gateway)
    whole = Journal.append
    raced: list[Answered] = []

    def overtaken(*given: Any, **named: Any) -> Any:
        if not raced:
            raced.append(Answered(0, {}, ""))
            raced[0] = end(gateway, "void")
        return whole(*given, **named)

    monkeypatch.setattr(Journal, "append", overtaken)
    assert end(gateway, "post").code == "WITHDRAWAL_NOT_RESERVED"
    assert raced[0].json["status"] == "VOIDED"
    assert kinds() == ["reserve", "void"]
    assert usd(gateway) == ("100000", "0")
