"""What a request about money costs: calls to the tables, counted."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.functions.gateway import Answered, Gateway
from tests.functions.killing import failing

WRITES = ("PutItem", "UpdateItem")
NEVER = 10**6

Request = Callable[[Gateway], Answered]


def withdraw(gateway: Gateway) -> Answered:
    body = {"withdrawal_id": "rent", "currency": "USD", "amount": "1"}
    return gateway.call("POST", "/v1/withdrawals", body)


def post(gateway: Gateway) -> Answered:
    return gateway.operator("POST", "/v1/accounts/alice/withdrawals/rent/post")


def transfer(gateway: Gateway) -> Answered:
    body = {"transfer_id": "gift", "to_account_id": "bob", "currency": "USD", "amount": "1"}
    return gateway.call("POST", "/v1/transfers", body)


def deposit(gateway: Gateway) -> Answered:
    body = {"deposit_id": "more", "currency": "USD", "amount": "1"}
    return gateway.operator("POST", "/v1/accounts/alice/deposits", body)


def reverse(gateway: Gateway) -> Answered:
    body = {"sequence": 2, "reason": "a test"}
    return gateway.operator("POST", "/v1/accounts/alice/reversals", body)


def statement(gateway: Gateway) -> Answered:
    return gateway.call("GET", "/v1/statement")


@pytest.mark.parametrize(
    ("request_", "writes", "reads"),
    [
        (deposit, 3, 4),
        (withdraw, 3, 4),
        (post, 2, 3),
        (transfer, 6, 8),
        (reverse, 3, 8),
        (statement, 0, 3),
    ],
)
def test_a_request_costs_no_more_calls_than_these(
    gateway: Gateway, request_: Request, writes: int, reads: int
) -> None:
    if request_ is post:
        withdraw(gateway)
    with failing(NEVER, after=False) as made:
        assert request_(gateway).status < 300
    calls = Counter("writes" if call in WRITES else "reads" for call in made)
    assert calls["writes"] <= writes
    assert calls["reads"] <= reads
