"""The bus hears of money once its record stands, and before its item shows it: once at least."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.functions.funds.test_costs import deposit, post, reverse, transfer, withdraw
from tests.functions.gateway import Answered, Gateway
from tests.functions.killing import Killed
from tests.tools.generate import SCHEMAS
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.bus import Announcement, Bus

Request = Callable[[Gateway], Answered]


def void(gateway: Gateway) -> Answered:
    return gateway.operator("POST", "/v1/accounts/alice/withdrawals/rent/void")


TOLD: dict[Request, tuple[str, ...]] = {
    deposit: ("DepositCredited",),
    withdraw: ("WithdrawalReserved",),
    post: ("WithdrawalPosted",),
    void: ("WithdrawalVoided",),
    transfer: ("TransferSent", "TransferReceived"),
    reverse: ("RecordReversed",),
}


def records() -> int:
    """Return how many records the two accounts have."""
    accounts = AccountJournal("journal")
    return sum(accounts.latest(account_id).sequence for account_id in ("alice", "bob"))


def told(gateway: Gateway) -> list[Announcement]:
    return [one for one in gateway.told if one.source == "zerodesk.funds"]


@pytest.fixture(params=TOLD, ids=[one.__name__ for one in TOLD])
def request_(request: pytest.FixtureRequest, gateway: Gateway) -> Request:
    asked: Request = request.param
    if asked in (post, void):
        withdraw(gateway)
    gateway.told.clear()
    return asked


def test_what_moves_money_is_told_by_its_schema_and_a_repeat_tells_nothing(
    gateway: Gateway, request_: Request
) -> None:
    for _ in range(2):
        assert request_(gateway).status < 300
        assert tuple(one.detail_type for one in told(gateway)) == TOLD[request_]
    for one in told(gateway):
        schema = json.loads((SCHEMAS / one.source / f"{one.detail_type}.v1.json").read_text())
        assert list(Draft202012Validator(schema).iter_errors(one.detail)) == []
        assert one.detail["account_id"] == ("bob" if "Received" in one.detail_type else "alice")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_who_dies_between_the_record_and_the_event_leaves_it_to_the_repeat(
    gateway: Gateway, request_: Request, monkeypatch: pytest.MonkeyPatch, *, after: bool
) -> None:
    whole, before = Bus.publish, records()

    def dying(self: Bus, announcements: Any) -> None:
        assert records() == before + 1, "the record comes first"
        if after:
            whole(self, announcements)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Bus, "publish", dying)
        with pytest.raises(Killed):
            request_(gateway)
    assert request_(gateway).status < 300
    times = Counter(one.detail["event_id"] for one in told(gateway))
    assert {name.partition("#")[0] for name in times} == set(TOLD[request_])
    assert max(times.values()) == (2 if after else 1)


def test_two_senders_of_one_id_are_told_apart(gateway: Gateway) -> None:
    gateway.open("carol", USD="10")
    gateway.told.clear()
    body = {"transfer_id": "gift", "to_account_id": "bob", "currency": "USD", "amount": "1"}
    for who in ("alice", "carol"):
        assert gateway.call("POST", "/v1/transfers", body, who=who).status == 201
    assert len({one.detail["event_id"] for one in told(gateway)}) == 4


def test_a_refusal_is_not_told(gateway: Gateway) -> None:
    gateway.told.clear()
    body = {"withdrawal_id": "w", "currency": "USD", "amount": "1000000"}
    assert gateway.call("POST", "/v1/withdrawals", body).status == 422
    assert gateway.told == []
