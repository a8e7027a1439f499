"""Money moves in every way at once while everything fails: in the end it adds up to the unit.

Seeded: each step is a request, new or a repeat; at some call to the tables it is killed, gets no
answer, or is overtaken by another request. Then the sweeper comes by until it has nothing to do.
Each request must have happened once or not at all, as its item says, and reconciliation must find
nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from reconciliation.run import Reconciliation
from sweeper.accounts import AccountSweep
from sweeper.books import BookSweep
from sweeper.items import PendingItems
from sweeper.sweep import Sweeper
from tests.functions.gateway import Gateway
from tests.functions.killing import failing, killed, overtaken
from zerodesk.reconciliation import Watch
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.books import Books
from zerodesk_aws.bus import Bus
from zerodesk_aws.clock import now_ms
from zerodesk_aws.journal import Journal
from zerodesk_aws.tables.cursors import Cursors
from zerodesk_aws.tables.holders import Holders
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import OrderItem, Orders

ACCOUNTS = ("alice", "bob", "carol")
USD = 10**6
STEPS = 80
MINUTE_MS = 60_000
TERMINAL = {"DONE", "POSTED", "VOIDED", "REJECTED"}

Request = Callable[[], None]


class Swarm:
    """Requests of every kind on one venue, as a seed decides."""

    def __init__(self, gateway: Gateway, seed: int) -> None:
        self.gateway, self.random = gateway, Random(seed)
        self.sent: list[Request] = []
        self.withdrawn = ["/v1/accounts/alice/withdrawals/never-asked-for"]
        self.names = 0
        for account_id in ACCOUNTS[1:]:
            body = {"account_id": account_id, "name": account_id.title()}
            gateway.operator("POST", "/v1/accounts", body)

    def request(self) -> Request:
        """Return a request that was never sent, or one that was."""
        if self.sent and self.random.random() < 0.3:
            return self.random.choice(self.sent)
        kinds = (self.deposit, self.withdraw, self.end, self.transfer, self.reverse)
        self.sent.append(self.random.choice(kinds)())
        return self.sent[-1]

    def deposit(self) -> Request:
        account_id, body = self.account(), self.body("deposit_id")
        return lambda: self.operator(f"/v1/accounts/{account_id}/deposits", body)

    def withdraw(self) -> Request:
        account_id, body = self.account(), self.body("withdrawal_id")
        self.withdrawn.append(f"/v1/accounts/{account_id}/withdrawals/{body['withdrawal_id']}")
        return lambda: self.trader(account_id, "/v1/withdrawals", body)

    def end(self) -> Request:
        address, how = self.random.choice(self.withdrawn), self.random.choice(("post", "void"))
        return lambda: self.operator(f"{address}/{how}", None)

    def transfer(self) -> Request:
        sender, receiver = self.random.sample(ACCOUNTS, 2)
        body = self.body("transfer_id") | {"to_account_id": receiver}
        return lambda: self.trader(sender, "/v1/transfers", body)

    def reverse(self) -> Request:
        account_id, sequence = self.account(), self.random.randint(2, 12)
        body = {"sequence": sequence, "reason": "a test"}
        return lambda: self.operator(f"/v1/accounts/{account_id}/reversals", body)

    def account(self) -> str:
        return self.random.choice(ACCOUNTS)

    def body(self, named: str) -> dict[str, Any]:
        self.names += 1
        amount = self.random.choice(("1", "700", "30000", "0.000001"))
        return {named: f"n{self.names}", "currency": "USD", "amount": amount}

    def operator(self, address: str, body: Any) -> None:
        self.gateway.operator("POST", address, body)

    def trader(self, who: str, address: str, body: Any) -> None:
        self.gateway.call("POST", address, body, who=who)

    def step(self) -> None:
        """Send a request, perhaps into trouble."""
        at_call, after = self.random.randint(0, 20), self.random.random() < 0.5
        request = self.request()
        match self.random.choice(("none", "killed", "failing", "overtaken")):
            case "none":
                request()
            case "killed":
                with killed(at_call, after=after):
                    request()
            case "failing":
                with failing(at_call, after=after):
                    request()
            case _:
                with overtaken(at_call, self.request()):
                    request()

    def sweep(self) -> list[dict[str, int]]:
        """Let the sweeper come by every minute; return what it drove on."""
        self.gateway.settle()
        books, orders, cursors = Books("journal"), Orders("orders"), Cursors("cursors")
        accounts = AccountJournal("journal")
        nobody: Any = None
        sweeper = Sweeper(
            Journal("journal"),
            cursors,
            BookSweep(books, Markets("market"), cursors, nobody, nobody),
            AccountSweep(
                accounts,
                orders,
                PendingItems(orders, cursors),
                nobody,
                nobody,
                Bus("zerodesk"),
                Markets("market"),
            ),
        )
        start_ms = now_ms()
        return [
            dict(sweeper.run(start_ms + minute * MINUTE_MS, lambda: False))
            for minute in range(1, 4)
        ]


def items() -> dict[str, list[OrderItem]]:
    """Return the items of every account, by account."""
    orders, until_ms = Orders("orders"), 2**53
    return {
        account_id: list(
            orders.get_many(
                account_id, [key.order_id for key in orders.placed(account_id, to_ms=until_ms)]
            ).values()
        )
        for account_id in ACCOUNTS
    }


def told(found: dict[str, list[OrderItem]]) -> dict[str, int]:
    """Return the dollars that the items tell of, by account."""
    balances: dict[str, int] = defaultdict(int)
    for account_id, listed in found.items():
        for item in listed:
            in_dollars = item.request.get("currency") == "USD"
            amount_minor = item.request["amount_minor"] if in_dollars else 0
            match item.kind, item.status:
                case ("deposit" | "receipt", "DONE"):
                    balances[account_id] += amount_minor
                case ("withdrawal", "POSTED") | ("transfer", "DONE"):
                    balances[account_id] -= amount_minor
                case ("reversal", "DONE"):
                    balances[account_id] += reversed_minor(account_id, item.request["sequence"])
    return balances


def reversed_minor(account_id: str, sequence: int) -> int:
    """Return the dollars that reversing a record brings back: what it moved elsewhere."""
    (record,) = AccountJournal("journal").read(account_id, sequence - 1, limit=1)
    entries = record.body["entries"]
    elsewhere = ("external", "transit")
    return sum(minor for name, unit, minor in entries if name in elsewhere and unit == "USD")


@pytest.mark.parametrize("seed", range(6))
def test_whatever_fails_money_adds_up_and_each_request_happens_at_most_once(
    gateway: Gateway, seed: int
) -> None:
    swarm = Swarm(gateway, seed)
    for _ in range(STEPS):
        swarm.step()
    swept = swarm.sweep()
    assert swept[-1] == {}, "nothing stands still for ever"

    accounts, found = AccountJournal("journal"), items()
    states = {account_id: accounts.latest(account_id).state for account_id in ACCOUNTS}
    for account_id, listed in found.items():
        reserved = {item.order_id for item in listed if item.status == "RESERVED"}
        assert reserved == states[account_id].withdrawals.keys()
        assert {item.status for item in listed} <= TERMINAL | {"RESERVED"}
    has = {name: s.available_minor("USD") + s.held_minor("USD") for name, s in states.items()}
    assert has == {account_id: told(found)[account_id] for account_id in ACCOUNTS}

    reconciliation = Reconciliation(
        Journal("journal"),
        Orders("orders"),
        Markets("market"),
        Cursors("cursors"),
        Holders("holders"),
    )
    report = reconciliation.run(Watch(), now_ms(), *[lambda: False] * 3).report
    assert report["balanced"], report["breaches"]
    (usd,) = (one for one in report["totals"] if one["currency"] == "USD")
    assert usd["in_transit"] == "0"


def test_the_swarm_moves_money_in_every_way(gateway: Gateway) -> None:
    swarm = Swarm(gateway, seed=1)
    for _ in range(STEPS):
        swarm.step()
    kinds = Counter(
        record.body["cause"]["kind"]
        for account_id in ACCOUNTS
        for record in AccountJournal("journal").read(account_id)
    )
    wanted = {"deposit", "reserve", "post", "void", "send", "receive", "reverse", "refuse"}
    assert wanted <= kinds.keys(), kinds
