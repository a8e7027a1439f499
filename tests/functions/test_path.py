"""An order's whole way through the real handlers, over DynamoDB in process.

The queue, the workflow and the bus are stood in for by passing values, so each message can be
lost, repeated or reordered at will. What must hold: no unit is created or lost.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from threading import Barrier
from typing import Any

import pytest

from matching import handler as matching
from pricing import handler as pricing
from risk_check import handler as risk_check
from settlement import handler as settlement
from tests.functions.conftest import create_tables
from tests.functions.killing import failing, throttled
from tests.functions.market_reads import to_price
from tests.functions.workflow_files import errors_named, load, states
from tests.markets import a_market
from tests.shorter_moto import mocked_aws
from zerodesk.accounts import deposit, open_account
from zerodesk.orders import cancel_id_for, order_id_for
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.bus import Announcement
from zerodesk_aws.faults import JournalContentionError
from zerodesk_aws.tables.cursors import CursorItem, Cursors, settlement_cursor
from zerodesk_aws.tables.orders import OrderItem, Orders

NOW_MS = 1_764_000_000_000
SYMBOL = "BTC-USD"
USD = 10**6
BTC = 10**8


class Venue:
    """The path with its messages in hand."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.accounts = AccountJournal("journal")
        self.orders = Orders("orders")
        self.queue: list[dict[str, Any]] = []
        self.told: list[Announcement] = []
        self.clock_ms = NOW_MS
        matching.books._live.clear()
        matching.bus = self  # type: ignore[assignment]  # it listens, and tells nobody

    def publish(self, announcements: Iterable[Announcement]) -> None:
        self.told += announcements

    def open(self, account_id: str, **funds: int) -> None:
        self.accounts.commit(account_id, lambda a: open_account(a.state, account_id))
        for currency, minor in funds.items():
            self.accounts.commit(
                account_id,
                lambda a, c=currency, m=minor: deposit(a.state, f"d-{c}", c, m),  # type: ignore[misc]
            )

    def list_market(self) -> None:
        market = a_market(symbol=SYMBOL)
        self.queue.append(
            {
                "kind": "list",
                "command_id": f"list-{SYMBOL}",
                "symbol": SYMBOL,
                "market": market.to_dict(),
                "accepted_at_ms": NOW_MS,
            }
        )
        self.match()

    def intake(self, account_id: str, name: str, side: str, **asked: Any) -> dict[str, Any]:
        """Put an order's item, as intake does, and return the order."""
        self.clock_ms += 1
        order_id = order_id_for(account_id, name)
        order: dict[str, Any] = {
            "account_id": account_id,
            "order_id": order_id,
            "client_order_id": name,
            "symbol": SYMBOL,
            "side": side,
            "type": "LIMIT",
            "price_ticks": 6_000_000,
            "quantity_lots": 10_000,
            "time_in_force": "GTC",
            "post_only": False,
            "accepted_at_ms": self.clock_ms,
        } | asked
        self.orders.open_gate(
            account_id,
            order_id,
            kind="order",
            fingerprint="f",
            request=order,
            at_ms=self.clock_ms,
        )
        return order

    def workflow(self, order: dict[str, Any]) -> dict[str, Any]:
        """Price, Check risk, Submit to the book."""
        quote = pricing.handler(to_price(order), self.context)
        decision: dict[str, Any] = risk_check.handler(
            {"order": order, "quote": quote}, self.context
        )
        if decision["verdict"] == "HELD":
            self.queue.append(decision["command"])
        return decision

    def place(self, account_id: str, name: str, side: str, **asked: Any) -> OrderItem:
        order = self.intake(account_id, name, side, **asked)
        self.workflow(order)
        self.match()
        return self.item(account_id, name)

    def match(self) -> dict[str, Any]:
        batch, self.queue = self.queue, []
        return self.deliver(batch)

    def deliver(self, commands: list[dict[str, Any]]) -> dict[str, Any]:
        records = [
            {
                "messageId": f"m{number}",
                "body": json.dumps(command),
                "attributes": {
                    "MessageGroupId": command["symbol"],
                    "SentTimestamp": str(self.clock_ms),
                    "ApproximateReceiveCount": "1",
                },
            }
            for number, command in enumerate(commands)
        ]
        answer: dict[str, Any] = matching.handler({"Records": records}, self.context)
        return answer

    def settle(self) -> list[dict[str, Any]]:
        """Run the settlement workflow to its end; return what it announces."""
        entries: list[dict[str, Any]] = []
        while True:
            answer = settlement.handler({"symbol": SYMBOL}, self.context)
            entries += [entry for chunk in answer["announcements"] for entry in chunk]
            if not answer["more"]:
                return entries

    def item(self, account_id: str, name: str) -> OrderItem:
        item = self.orders.get(account_id, order_id_for(account_id, name))
        assert item is not None
        return item

    def funds(self, account_id: str) -> dict[str, tuple[int, int]]:
        """Return (available, held) per currency."""
        state = self.accounts.latest(account_id).state
        return {c: (state.available_minor(c), state.held_minor(c)) for c in state.currencies()}


@pytest.fixture(autouse=True)
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have moto for the tables: an order's way is walked with botocore and all."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mocked_aws():
        create_tables()
        yield


@pytest.fixture
def venue(context: Any) -> Venue:
    venue = Venue(context)
    venue.list_market()
    venue.open("alice", USD=100_000 * USD)
    venue.open("bob", BTC=2 * BTC)
    return venue


def test_an_order_that_meets_another_is_filled_and_settled_to_the_unit(venue: Venue) -> None:
    resting = venue.place("bob", "sell-1", "SELL")
    assert resting.status == "OPEN"
    taken = venue.place("alice", "buy-1", "BUY")
    assert taken.status == "FILLED"
    assert venue.item("bob", "sell-1").status == "FILLED"
    venue.settle()
    assert venue.funds("alice") == {"USD": (40_000 * USD - 30 * USD, 0), "BTC": (BTC, 0)}
    assert venue.funds("bob") == {"USD": (60_000 * USD - 12 * USD, 0), "BTC": (BTC, 0)}


def test_a_resting_order_holds_its_worst_case_until_it_is_cancelled(venue: Venue) -> None:
    order = venue.place("alice", "buy-1", "BUY")
    assert order.status == "OPEN"
    assert venue.funds("alice")["USD"] == (40_000 * USD - 30 * USD, 60_000 * USD + 30 * USD)
    venue.queue.append(
        {
            "kind": "cancel",
            "command_id": cancel_id_for(order.order_id),
            "account_id": "alice",
            "symbol": SYMBOL,
            "order_id": order.order_id,
            "accepted_at_ms": venue.clock_ms,
        }
    )
    venue.match()
    venue.settle()
    assert venue.item("alice", "buy-1").status == "CANCELLED"
    assert venue.funds("alice") == {"USD": (100_000 * USD, 0)}


def test_an_order_beyond_the_balance_is_refused_with_the_numbers_and_holds_nothing(
    venue: Venue,
) -> None:
    refused = venue.place("alice", "too-much", "BUY", quantity_lots=20_000)
    assert refused.status == "REJECTED"
    assert refused.rejection["code"] == "RISK_INSUFFICIENT_BALANCE"
    assert (refused.rejection["have"], refused.rejection["need"]) == ("100000", "120060")
    assert venue.funds("alice") == {"USD": (100_000 * USD, 0)}


def test_a_price_beyond_the_collar_is_refused_by_pricing_and_journaled(venue: Venue) -> None:
    refused = venue.place("alice", "too-far", "BUY", price_ticks=6_300_001)
    assert refused.rejection["code"] == "PRICING_COLLAR"
    last = next(venue.accounts.backwards("alice", None, limit=1))
    assert last.body["cause"]["kind"] == "reject"


def test_the_account_forgets_a_refusal_once_its_item_shows_it(venue: Venue) -> None:
    venue.place("alice", "too-far", "BUY", price_ticks=6_300_001)
    assert len(venue.accounts.latest("alice").state.answered) == 2, "a deposit and a refusal"
    venue.place("alice", "buy-1", "BUY")
    assert list(venue.accounts.latest("alice").state.answered) == ["d-USD"]


def test_two_orders_never_both_pass_on_the_same_money(venue: Venue) -> None:
    first = venue.intake("alice", "one", "BUY")
    second = venue.intake("alice", "two", "BUY")
    verdicts = [venue.workflow(order)["verdict"] for order in (first, second)]
    assert verdicts == ["HELD", "REJECTED"]


def test_a_workflow_that_runs_twice_holds_once_and_fills_once(venue: Venue) -> None:
    venue.place("bob", "sell-1", "SELL", quantity_lots=20_000)
    order = venue.intake("alice", "buy-1", "BUY")
    first, second = venue.workflow(order), venue.workflow(order)
    assert first == second
    venue.match()
    venue.settle()
    assert venue.item("alice", "buy-1").filled_lots == 10_000
    assert venue.funds("alice") == {"USD": (40_000 * USD - 30 * USD, 0), "BTC": (BTC, 0)}


STEPS = states(load("order_workflow")) | states(load("settlement_workflow"))
CALLS = {"Check risk": 5, "Settle accounts": 10}
"""The steps that call tables, and how many calls each of them makes."""


@pytest.mark.parametrize(
    ("step", "at_call"), [(step, call) for step, calls in CALLS.items() for call in range(calls)]
)
def test_a_step_that_meets_a_busy_table_is_tried_again_by_name_and_happens_once(
    venue: Venue, step: str, at_call: int
) -> None:
    def taken(name: str, do: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        if name != step:
            return do()
        answer: dict[str, Any] | None = None
        fault = ""
        with failing(at_call, after=False, fault=throttled) as made:
            try:
                answer = do()
            except Exception as raised:  # noqa: BLE001 - what it is is what is asked
                fault = type(raised).__name__
        assert len(made) > at_call
        if answer is not None:
            return answer
        assert fault in errors_named(STEPS[step])
        return do()

    venue.place("bob", "sell-1", "SELL", quantity_lots=20_000)
    order, context = venue.intake("alice", "buy-1", "BUY"), venue.context
    quote = pricing.handler(to_price(order), context)
    asked = {"order": order, "quote": quote}
    decision = taken("Check risk", lambda: risk_check.handler(asked, context))
    venue.queue.append(decision["command"])
    venue.match()
    taken("Settle accounts", lambda: settlement.handler({"symbol": SYMBOL}, context))
    venue.settle()
    assert venue.item("alice", "buy-1").filled_lots == 10_000
    assert venue.funds("alice") == {"USD": (40_000 * USD - 30 * USD, 0), "BTC": (BTC, 0)}


def test_a_workflow_that_comes_back_after_the_fill_changes_nothing(venue: Venue) -> None:
    venue.place("bob", "sell-1", "SELL", quantity_lots=20_000)
    order = venue.intake("alice", "buy-1", "BUY")
    venue.workflow(order)
    venue.match()
    venue.settle()
    before = venue.funds("alice")
    assert venue.workflow(order)["verdict"] == "DONE"
    assert venue.funds("alice") == before


def test_a_batch_that_comes_twice_trades_once_and_wakes_settlement(venue: Venue) -> None:
    venue.place("bob", "sell-1", "SELL", quantity_lots=20_000)
    decision = venue.workflow(venue.intake("alice", "buy-1", "BUY", quantity_lots=5_000))
    venue.match()
    venue.told.clear()
    venue.deliver([decision["command"]])
    venue.settle()
    assert venue.item("bob", "sell-1").filled_lots == 5_000
    assert {one.detail_type for one in venue.told} <= {"SettlementWanted"}


def test_settlement_tells_of_each_trade_and_each_account_once(venue: Venue) -> None:
    venue.place("bob", "sell-1", "SELL")
    venue.place("alice", "buy-1", "BUY")
    told = [entry["DetailType"] for entry in venue.settle()]
    assert sorted(told) == ["PositionChanged", "PositionChanged", "TradeSettled"]
    assert venue.settle() == []


def test_accounts_are_settled_at_once(venue: Venue, monkeypatch: pytest.MonkeyPatch) -> None:
    venue.place("bob", "sell-1", "SELL")
    venue.place("alice", "buy-1", "BUY")
    both = Barrier(2, timeout=10)
    commit = AccountJournal.commit

    def met(*asked: Any) -> Account:
        both.wait()
        return commit(*asked)

    monkeypatch.setattr(AccountJournal, "commit", met)
    venue.settle()
    assert venue.funds("alice")["BTC"] == (BTC, 0)
    assert venue.funds("bob")["USD"] == (60_000 * USD - 12 * USD, 0)


def test_an_account_that_cannot_be_settled_hinders_no_other_and_keeps_the_cursor(
    venue: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    venue.place("bob", "sell-1", "SELL")
    venue.place("alice", "buy-1", "BUY")
    commit = AccountJournal.commit

    def contended(accounts: AccountJournal, account_id: str, *asked: Any) -> Account:
        if account_id == "alice":
            raise JournalContentionError(account_id)
        return commit(accounts, account_id, *asked)

    with monkeypatch.context() as busy:
        busy.setattr(AccountJournal, "commit", contended)
        with pytest.raises(JournalContentionError):
            venue.settle()
    assert venue.funds("bob")["USD"] == (60_000 * USD - 12 * USD, 0)
    assert "BTC" not in venue.funds("alice")
    venue.settle()
    assert venue.funds("bob")["USD"] == (60_000 * USD - 12 * USD, 0)
    assert venue.funds("alice")["BTC"] == (BTC, 0)


def test_a_run_settles_only_as_many_trades_as_its_announcements_may_weigh(
    venue: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    venue.place("bob", "sell-1", "SELL")
    for number in range(3):
        venue.place("alice", f"buy-{number}", "BUY", quantity_lots=1_000)
    monkeypatch.setattr("settlement.run.MAX_TRADES", 2)
    first = settlement.handler({"symbol": SYMBOL}, venue.context)
    told = [entry["DetailType"] for chunk in first["announcements"] for entry in chunk]
    assert told.count("TradeSettled") == 2
    assert first["more"]
    assert [entry["DetailType"] for entry in venue.settle()].count("TradeSettled") == 1


@pytest.mark.parametrize("cursor_knows", [True, False])
def test_turnover_counts_once_whatever_the_cursor_knows_of_the_market(
    venue: Venue, *, cursor_knows: bool
) -> None:
    """A cursor that passed the listing before it kept the tick's value reads from the beginning."""
    for number in (1, 2):
        venue.place("bob", f"sell-{number}", "SELL", quantity_lots=1_000)
        venue.place("alice", f"buy-{number}", "BUY", quantity_lots=1_000)
        venue.settle()
        venue.settle()
        if not cursor_knows:
            item = settlement.settlement._cursors._items(settlement_cursor(SYMBOL))
            item.update(actions=[CursorItem.tick.remove()])
    day = str(NOW_MS // 86_400_000)
    for account_id in ("alice", "bob"):
        [turnover] = venue.accounts.latest(account_id).state.turnover.items()
        assert turnover == ("USD", {day: 2 * 6_000 * 10**6})


@pytest.mark.parametrize("trades", [False, True])
def test_a_run_comes_again_for_what_is_owed_since_and_not_for_an_order_that_rests(
    venue: Venue, monkeypatch: pytest.MonkeyPatch, *, trades: bool
) -> None:
    venue.place("bob", "sell-1", "SELL", quantity_lots=1_000)
    venue.place("alice", "buy-1", "BUY", quantity_lots=1_000)
    advance = Cursors.advance_and_release

    def meanwhile(*asked: Any) -> None:
        advance(*asked)
        venue.place("bob", "sell-2", "SELL", quantity_lots=1_000)
        if trades:
            venue.place("alice", "buy-2", "BUY", quantity_lots=1_000)

    monkeypatch.setattr(Cursors, "advance_and_release", meanwhile)
    answer = settlement.handler({"symbol": SYMBOL}, venue.context)
    assert answer["more"] is trades


def test_what_another_run_settled_between_the_read_and_the_lease_counts_as_traded_once(
    venue: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trade(name: str) -> int:
        venue.place("bob", f"sell-{name}", "SELL", quantity_lots=1_000)
        venue.place("alice", f"buy-{name}", "BUY", quantity_lots=1_000)
        venue.settle()
        return sum(Cursors("cursors").traded(settlement_cursor(SYMBOL)).values())

    first = trade("1")
    # As this run read it, before the other one moved it.
    monkeypatch.setattr(Cursors, "position", lambda *_: 0)
    assert trade("2") == 2 * first == 2_000


def test_items_that_matching_could_not_move_are_moved_by_settlement(
    venue: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    venue.place("bob", "sell-1", "SELL")
    with monkeypatch.context() as dying:
        dying.setattr(matching.orders, "showing", lambda _: 1 / 0)
        assert venue.place("alice", "buy-1", "BUY").status == "QUEUED"
    venue.settle()
    assert venue.item("alice", "buy-1").status == "FILLED"
    assert venue.item("bob", "sell-1").status == "FILLED"


def test_a_failed_batch_is_reported_whole_and_in_order(
    venue: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = [
        venue.workflow(venue.intake("alice", name, "BUY", quantity_lots=10))["command"]
        for name in ("one", "two")
    ]
    monkeypatch.setattr(matching.books.journal, "append", lambda *_, **__: 1 / 0)
    answer = venue.deliver(commands)
    failed = [one["itemIdentifier"] for one in answer["batchItemFailures"]]
    assert failed == ["m0", "m1"]


def test_a_function_that_was_frozen_catches_up_before_it_decides(venue: Venue) -> None:
    venue.place("bob", "sell-1", "SELL", quantity_lots=10_000)
    stale = matching.books._live[SYMBOL]
    frozen = type(stale)(type(stale.book).from_state(stale.book.state()), stale.tip)
    venue.place("alice", "buy-1", "BUY", quantity_lots=10_000)
    matching.books._live[SYMBOL] = frozen
    second = venue.place("alice", "buy-2", "BUY", quantity_lots=100)
    assert second.status == "OPEN", "the sell was taken while this process was frozen"


def test_a_message_that_is_no_command_does_not_hold_up_the_book(venue: Venue) -> None:
    good = venue.workflow(venue.intake("alice", "buy-1", "BUY"))["command"]
    venue.queue = [{"kind": "nonsense", "symbol": SYMBOL}, good]
    assert venue.match() == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert venue.item("alice", "buy-1").status == "OPEN"
