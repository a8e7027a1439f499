"""With more accounts than one run reads, a run stays bounded, and nothing stays hidden or is cried.

A venue of a dozen accounts, of which a run reads three in turn. What a read costs on AWS is not
known here; how many there are is.
"""

from collections import Counter
from typing import Any

import pytest

from reconciliation import operations, turns
from tests.functions.reconciliation.test_reconciliation import (
    Operator,
    Outside,
    append,
    last_record,
    overwrite,
)
from tests.functions.test_path import BTC, SYMBOL, USD, Venue
from zerodesk.accounts import deposit
from zerodesk.transfers import receive, send
from zerodesk_aws.journal import Journal
from zerodesk_aws.registers import ACCOUNTS, MARKETS, Register
from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.cursors import CursorItem, settlement_cursor
from zerodesk_aws.tables.order_model import OrderModel

ROUND = 3
NAMES = ("alice", "bob", *(f"quiet-{number:02d}" for number in range(10)))
ROUNDS = -(-len(NAMES) // ROUND)
"""Runs after which each account was read."""


@pytest.fixture
def venue(context: Any) -> Venue:
    venue, registers = Venue(context), Journal("journal")
    Register(registers, MARKETS).add(SYMBOL, {"quote": "USD"})
    venue.list_market()
    for name in NAMES:
        Register(registers, ACCOUNTS).add(name, {"name": name})
        venue.open(name, USD=100_000 * USD, BTC=2 * BTC)
    venue.settle()
    return venue


@pytest.fixture
def operator(venue: Venue, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """Return an operator whose process has read everything once, and takes no looks."""
    monkeypatch.setattr(turns, "ROUND", ROUND)
    monkeypatch.setattr(turns, "LOOKS", 0)
    operator = Operator(Outside(), monkeypatch)
    for _ in range(ROUNDS - 1):
        assert not operator.reconcile()["complete"]
    report = operator.reconcile()
    assert (report["complete"], report["balanced"]) == (True, True)
    return operator


@pytest.fixture
def reads(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the journals that are read."""
    counted: Counter[str] = Counter()
    whole = Journal.read

    def read(self: Journal, stream: str, *given: Any, **named: Any) -> Any:
        counted[stream] += 1
        return whole(self, stream, *given, **named)

    monkeypatch.setattr(Journal, "read", read)
    return counted


def trade(venue: Venue, number: int) -> None:
    """Let bob sell to alice."""
    venue.place("bob", f"sell-{number}", "SELL", quantity_lots=100)
    venue.place("alice", f"buy-{number}", "BUY", quantity_lots=100)
    venue.settle()


def rounds(operator: Operator, wanted: str) -> int:
    """Return how many runs it takes until a breach is found."""
    for number in range(1, ROUNDS + 1):
        if wanted in operator.codes():
            return number
    pytest.fail(f"{wanted} is not found in {ROUNDS} runs")


def test_a_run_reads_who_traded_and_as_many_of_the_others_as_it_may(
    venue: Venue, operator: Operator, reads: Counter[str]
) -> None:
    for minute in range(2 * ROUNDS):
        trade(venue, minute)
        reads.clear()
        report = operator.reconcile()
        assert (report["balanced"], report["complete"]) == (True, True), report["breaches"]
        accounts = {stream for stream in reads if stream.startswith("account#")}
        assert accounts >= {"account#alice", "account#bob"}
        assert ROUND <= len(accounts) <= ROUND + 2
        assert max(reads[stream] for stream in accounts) == 1
        assert report["accounts"] == len(NAMES)


def test_who_stands_still_is_read_in_turn(operator: Operator, reads: Counter[str]) -> None:
    for _ in range(ROUNDS):
        operator.reconcile()
    assert {stream for stream in reads if stream.startswith("account#")} == {
        f"account#{name}" for name in NAMES
    }


def test_where_the_time_is_up_an_account_keeps_its_turn() -> None:
    turn, taken = turns.Turns(), list[str]()
    for most in (2, 1, 3, 0, 4):
        left = most
        for name in turn.in_turn(NAMES):
            if not left:
                break
            taken.append(name)
            left -= 1
    assert taken == list(NAMES[:10])


def test_however_many_traded_a_run_reads_no_more_than_its_bound_and_the_rest_the_next(
    venue: Venue, operator: Operator, reads: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "MOVED", 2)
    for name in NAMES:
        venue.place(name, f"bid-{name}", "BUY", price_ticks=5_900_000)
    venue.settle()
    seen: set[str] = set()
    for _ in range(len(NAMES) // 2):
        reads.clear()
        assert operator.reconcile()["balanced"]
        accounts = {stream for stream in reads if stream.startswith("account#")}
        assert len(accounts) <= 2 + ROUND
        seen |= accounts
    assert len(seen) == len(NAMES)
    assert not any(book.audit.waiting() for book in operations.reconciliation._books.values()), (
        "all were compared"
    )


def spoil_balance(body: dict[str, Any]) -> None:
    body["state"]["available"]["USD"] += 1


def test_a_wrong_balance_of_who_traded_is_found_in_one_run(
    venue: Venue, operator: Operator
) -> None:
    trade(venue, 1)
    append("account#alice", spoil_balance)
    assert rounds(operator, "BALANCE_DIFFERS") == 1


def test_a_wrong_hold_of_who_traded_is_found_in_one_run(venue: Venue, operator: Operator) -> None:
    venue.place("alice", "bid", "BUY", price_ticks=5_900_000)
    venue.settle()

    def halve(body: dict[str, Any]) -> None:
        (hold,) = body["state"]["holds"].values()
        freed = hold["held_minor"] - hold["held_minor"] // 2
        hold["held_minor"] //= 2
        body["state"]["available"]["USD"] += freed
        body["entries"] = [["available", "USD", freed], ["held", "USD", -freed]]

    append("account#alice", halve)
    assert rounds(operator, "HOLD_DIFFERS") == 1


def test_a_wrong_item_is_found_in_one_run(venue: Venue, operator: Operator) -> None:
    order_id = venue.place("alice", "bid", "BUY", price_ticks=5_900_000).order_id
    venue.settle()
    stored = bound(OrderModel, "orders").get("alice", order_id)
    stored.update(actions=[OrderModel.filled_lots.set(7)])
    assert rounds(operator, "PROJECTION_DIFFERS") == 1


def test_a_cursor_that_went_back_is_found_in_one_run(venue: Venue, operator: Operator) -> None:
    trade(venue, 1)
    assert operator.reconcile()["balanced"]
    item = bound(CursorItem, "cursors").get(settlement_cursor(SYMBOL))
    item.update(actions=[CursorItem.position.set(1)])
    assert rounds(operator, "CURSOR_WENT_BACK") == 1


@pytest.mark.parametrize("name", NAMES[2:])
def test_a_wrong_balance_of_who_stands_still_is_found_within_a_round(
    operator: Operator, name: str
) -> None:
    append(f"account#{name}", spoil_balance)
    assert rounds(operator, "BALANCE_DIFFERS") <= ROUNDS


def test_a_record_that_was_replaced_is_found_within_a_round_and_stays_found(
    operator: Operator,
) -> None:
    overwrite(last_record("account#quiet-07"), spoil_balance)
    assert rounds(operator, "CHAIN_BROKEN") <= ROUNDS
    for _ in range(ROUNDS):
        assert operator.codes() == ["CHAIN_BROKEN"]


@pytest.fixture
def looking(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """Return an operator who looks at all accounts in each run, some at once."""
    monkeypatch.setattr(turns, "LOOKS", len(NAMES))
    monkeypatch.setattr(turns, "AT_ONCE", 5)
    return operator


def test_who_stands_still_is_looked_at_in_each_run_and_not_read(
    venue: Venue, looking: Operator, reads: Counter[str]
) -> None:
    trade(venue, 1)
    for _ in range(3):
        assert looking.reconcile()["balanced"]
    accounts = {stream for stream in reads if stream.startswith("account#")}
    assert accounts == {"account#alice", "account#bob"}


@pytest.mark.parametrize("name", ["quiet-00", "quiet-04", "quiet-09"])
def test_a_wrong_balance_of_who_stands_still_is_found_in_one_run_of_looks(
    looking: Operator, name: str
) -> None:
    append(f"account#{name}", spoil_balance)
    assert rounds(looking, "BALANCE_DIFFERS") == 1


def test_a_record_that_was_replaced_is_found_in_one_run_of_looks(looking: Operator) -> None:
    overwrite(last_record("account#quiet-07"), spoil_balance)
    assert rounds(looking, "CHAIN_BROKEN") == 1


def test_of_more_accounts_than_a_run_may_look_at_each_has_its_look_in_turn() -> None:
    turn, seen = turns.Turns(), list[str]()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(turns, "LOOKS", 5)
        patched.setattr(turns, "AT_ONCE", 2)
        for _ in range(2):
            for together in turn.looks(NAMES):
                seen += together
    assert seen == list(NAMES[:10])


def test_a_transfer_between_accounts_that_are_not_read_together_is_no_alarm(
    venue: Venue, operator: Operator
) -> None:
    for sender, receiver in zip(NAMES, reversed(NAMES), strict=True):
        gate = f"transfer#{sender}"
        venue.accounts.commit(sender, lambda a, g=gate, r=receiver: send(a.state, g, r, "USD", 5))  # type: ignore[misc]
        venue.accounts.commit(
            receiver,
            lambda a, g=gate, s=sender: receive(  # type: ignore[misc]
                a.state,
                f"receipt#{s}#{g}",
                transfer_id=g,
                from_account_id=s,
                currency="USD",
                amount_minor=5,
            ),
        )
    for _ in range(2 * ROUNDS):
        assert operator.reconcile()["balanced"]
    assert {one["in_transit"] for one in operator.reconcile()["totals"]} == {"0"}


def test_a_transfer_that_never_arrives_is_named_though_its_sender_stands_still(
    venue: Venue, operator: Operator
) -> None:
    venue.accounts.commit("quiet-05", lambda a: send(a.state, "transfer#t", "bob", "USD", 5))
    codes: list[str] = []
    for _ in range(ROUNDS + 4):
        codes += operator.codes()
    assert "TRANSFER_STANDS_STILL" in codes


def test_money_that_comes_to_who_stands_still_balances_all_the_way(
    venue: Venue, operator: Operator
) -> None:
    for number, name in enumerate(NAMES):
        venue.accounts.commit(name, lambda a, n=number: deposit(a.state, f"more-{n}", "USD", 7))  # type: ignore[misc]
        trade(venue, number)
        assert operator.reconcile()["balanced"]
