"""The sweeper over the real tables: what stands still moves on, what moves is let be."""

from collections.abc import Iterable
from typing import Any

import pytest

from matching import handler as matching
from sweeper import handler as sweeper
from sweeper.accounts import AccountSweep
from sweeper.books import BookSweep
from sweeper.bounds import CLOCK_ERROR_MS, FEES_WAIT_MS, INDEX_LAG_MS, MAX_PENDING, YOUNG_MS
from sweeper.items import PendingItems
from sweeper.sweep import Sweeper
from tests.functions.killing import killed
from tests.functions.test_path import BTC, NOW_MS, SYMBOL, USD, Venue
from tests.tables_in_memory import overwritten
from zerodesk.accounts import Change, set_terms
from zerodesk.house import HouseState, fees_of
from zerodesk.instruments import TradingState
from zerodesk.kills import Kill
from zerodesk.limits import Limits
from zerodesk.losses import LossStop
from zerodesk.orders import BY_MARK, cancel_id_for, mass_cancel_id_for, order_id_for
from zerodesk.withdrawals import BOUND_MS
from zerodesk_aws import house, transfers, withdrawals
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.books import Books
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.events.risk import AccountStopped
from zerodesk_aws.deposits import KIND, gate_id
from zerodesk_aws.house import House
from zerodesk_aws.journal import Journal
from zerodesk_aws.kills import AccountKills
from zerodesk_aws.limits import MARKET, VENUE, LimitRegister
from zerodesk_aws.loss_stops import LossStops
from zerodesk_aws.mass_cancels import MassCancels
from zerodesk_aws.registers import ACCOUNTS, MARKETS, Register
from zerodesk_aws.switches import FIRING, Switches, switch_id
from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.cursors import Cursors, settlement_cursor
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.market_model import MarketItem
from zerodesk_aws.tables.order_model import OrderModel
from zerodesk_aws.tables.orders import OrderItem, Orders
from zerodesk_aws.transfers import Transfers
from zerodesk_aws.withdrawals import Withdrawals

MINUTE_MS = 60_000


class Started:
    """Stands in for a workflow or the queue: keeps what it is given."""

    def __init__(self) -> None:
        self.given: list[Any] = []

    def start(self, given: dict[str, Any]) -> None:
        self.given.append(given)

    def send(self, command: Any) -> None:
        self.given.append(command)

    def take(self) -> list[Any]:
        taken, self.given = self.given, []
        return taken


def a_bus(venue: Venue) -> Any:
    """Return the venue as a bus: it remembers what it is told."""
    return venue


class Night:
    """A venue whose messages got lost, and the sweeper that comes by."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self.queue, self.orders, self.settlements = Started(), Started(), Started()
        self.at_ms = NOW_MS
        books, items, cursors = Books("journal"), Orders("orders"), Cursors("cursors")
        accounts = AccountJournal("journal")
        queue: Any = self.queue
        self.loss_stops = LossStops(
            accounts, Markets("market"), MassCancels(accounts, items, queue), a_bus(venue)
        )
        order_workflow: Any = self.orders
        settlement_workflow: Any = self.settlements
        self.sweeper = Sweeper(
            books.journal,
            cursors,
            BookSweep(books, Markets("market"), cursors, queue, settlement_workflow),
            AccountSweep(
                accounts,
                items,
                PendingItems(items, cursors),
                queue,
                order_workflow,
                a_bus(venue),
                Markets("market"),
            ),
        )

    def sweep(self, after_ms: int = MINUTE_MS) -> dict[str, int]:
        self.at_ms = max(self.at_ms, self.venue.clock_ms) + after_ms
        return dict(self.sweeper.run(self.at_ms, lambda: False))

    def drive(self) -> None:
        """Do what the sweeper asked for."""
        for order in self.orders.take():
            self.venue.workflow(order)
        self.venue.clock_ms = max(self.venue.clock_ms, self.at_ms)
        self.venue.queue += self.queue.take()
        self.venue.match()
        for given in self.settlements.take():
            assert given == {"symbol": SYMBOL}
            self.venue.settle()


@pytest.fixture
def venue(context: Any) -> Venue:
    venue = Venue(context)
    journal = Journal("journal")
    venue.list_market()
    listed = Markets("market").get(SYMBOL)
    assert listed is not None
    Register(journal, MARKETS).add(SYMBOL, listed.market.to_dict())
    for account_id in ("alice", "bob"):
        Register(journal, ACCOUNTS).add(account_id, {"name": account_id})
    venue.open("alice", USD=100_000 * USD)
    venue.open("bob", BTC=2 * BTC)
    venue.settle()
    return venue


@pytest.fixture
def night(venue: Venue) -> Night:
    return Night(venue)


def test_a_venue_at_rest_is_let_be(venue: Venue, night: Night) -> None:
    venue.place("bob", "sell", "SELL")
    venue.place("alice", "buy", "BUY", quantity_lots=5_000)
    venue.settle()
    assert night.sweep() == {}
    assert night.sweep() == {}


def test_an_order_whose_workflow_never_ran_is_started_as_it_was_taken_in(
    venue: Venue, night: Night
) -> None:
    order = venue.intake("alice", "lost", "BUY")
    assert night.sweep() == {"Orders": 1}
    assert night.orders.given == [order]
    night.drive()
    assert venue.item("alice", "lost").status == "OPEN"


def test_an_order_that_is_young_is_at_work_and_let_be(venue: Venue, night: Night) -> None:
    venue.intake("alice", "new", "BUY")
    assert night.sweep(after_ms=YOUNG_MS - 1) == {}
    assert night.sweep(after_ms=1) == {"Orders": 1}


def test_an_order_that_stays_without_an_answer_is_started_every_time(
    venue: Venue, night: Night
) -> None:
    venue.intake("alice", "lost", "BUY")
    assert [night.sweep() for _ in range(4)] == [{"Orders": 1}] * 4


def test_an_order_that_the_index_shows_late_is_found(
    venue: Venue, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = venue.intake("alice", "late", "BUY")
    venue.intake("alice", "early", "BUY")
    whole = Orders.placed

    def lagging(orders: Orders, account_id: str, **span: Any) -> Iterable[Any]:
        found = whole(orders, account_id, **span)
        return [key for key in found if key.order_id != late["order_id"]]

    with monkeypatch.context() as lag:
        lag.setattr(Orders, "placed", lagging)
        night.sweep(after_ms=INDEX_LAG_MS - 10)
    night.sweep()
    assert late in night.orders.given


def settled_order(venue: Venue, name: str) -> None:
    venue.place("alice", name, "BUY", quantity_lots=10)
    venue.settle()


def test_an_order_of_a_clock_far_behind_is_found_by_the_second_look(
    venue: Venue, night: Night
) -> None:
    right_ms = venue.clock_ms
    settled_order(venue, "done")
    assert night.sweep(after_ms=10 * MINUTE_MS) == {}
    venue.clock_ms = right_ms - CLOCK_ERROR_MS // 2
    order = venue.intake("alice", "from the past", "BUY")
    assert night.sweep() == {}, "the first look has passed it"
    assert night.sweep(after_ms=CLOCK_ERROR_MS) == {"Orders": 1}
    assert night.orders.take() == [order]
    assert night.sweep() == {"Orders": 1}, "and it is kept in mind"


def test_an_order_of_a_clock_far_ahead_does_not_wait_for_that_time(
    venue: Venue, night: Night
) -> None:
    right_ms = venue.clock_ms
    venue.clock_ms += 10 * CLOCK_ERROR_MS
    order = venue.intake("alice", "from the future", "BUY")
    venue.clock_ms = right_ms
    assert night.sweep() == {"Orders": 1}
    assert night.orders.take() == [order]
    settled_order(venue, "done")
    assert night.sweep() == {"Orders": 1}
    note = Cursors("cursors").note("swept#alice")
    assert note is not None
    assert note["upto_ms"] <= night.at_ms, "nothing that is still to come is passed"


def test_a_note_of_older_code_is_read_and_everything_looked_for_again(
    venue: Venue, night: Night
) -> None:
    order = venue.intake("alice", "passed", "BUY")
    cursors = Cursors("cursors")
    cursors.keep_note("swept#alice", {"upto_ms": venue.clock_ms + MINUTE_MS, "pending": []})
    assert night.sweep() == {}
    assert night.sweep(after_ms=CLOCK_ERROR_MS) == {"Orders": 1}
    assert night.orders.take() == [order]


def test_an_order_far_behind_the_swept_cursor_is_kept_in_mind(venue: Venue, night: Night) -> None:
    venue.intake("alice", "stuck", "BUY")
    for number in range(3):
        venue.clock_ms += 10 * MINUTE_MS
        venue.place("alice", f"fine-{number}", "BUY", quantity_lots=10)
        venue.settle()
        assert night.sweep(after_ms=2 * MINUTE_MS) == {"Orders": 1}
    note = Cursors("cursors").note("swept#alice")
    assert note is not None
    assert note["pending"] == [order_id_for("alice", "stuck")]
    assert note["upto_ms"] > NOW_MS + 20 * MINUTE_MS


def test_what_was_swept_is_not_read_again(
    venue: Venue, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        venue.place("alice", f"done-{number}", "BUY", quantity_lots=10)
    venue.settle()
    night.sweep(after_ms=2 * MINUTE_MS)
    asked: list[int] = []
    whole = Orders.placed

    def watched(orders: Orders, account_id: str, **span: Any) -> Iterable[Any]:
        found = list(whole(orders, account_id, **span))
        asked.append(len(found))
        return found

    monkeypatch.setattr(Orders, "placed", watched)
    night.sweep()
    assert max(asked) <= 1, "the last one, whose time is the cursor"


def test_more_pending_items_than_are_kept_in_mind_stop_the_cursor(
    venue: Venue, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweeper.items.MAX_PENDING", 2)
    for number in range(3):
        venue.intake("alice", f"stuck-{number}", "BUY", quantity_lots=10)
    for _ in range(2):
        assert night.sweep(after_ms=2 * MINUTE_MS) == {"Orders": 3}
    assert Cursors("cursors").note("swept#alice") is None
    assert MAX_PENDING > 2


def test_a_hold_whose_command_got_lost_is_sent_as_it_was_held(venue: Venue, night: Night) -> None:
    decision = venue.workflow(venue.intake("alice", "lost", "BUY"))
    venue.queue.clear()
    assert night.sweep(after_ms=YOUNG_MS - 1) == {}
    assert night.sweep() == {"Holds": 1}
    assert night.queue.given == [decision["command"]]
    night.drive()
    assert venue.item("alice", "lost").status == "OPEN"


def test_a_hold_that_is_left_over_is_released_by_the_books_answer(
    venue: Venue, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A cancel overtook the order: the book buried it, and then the order's message got lost.
    order = venue.intake("alice", "buried", "BUY")
    cancel(venue, order)
    venue.match()
    venue.settle()
    assert venue.item("alice", "buried").status == "CANCELLED"
    hold_in_spite(venue, order, monkeypatch)
    assert night.sweep()["Holds"] == 1
    night.drive()
    venue.settle()
    assert venue.funds("alice") == {"USD": (100_000 * USD, 0)}


def hold_in_spite(venue: Venue, order: dict[str, Any], patch: pytest.MonkeyPatch) -> None:
    """Hold for an order as a risk check does that read its item before the cancel came."""
    with patch.context() as stale:
        stale.setattr(Orders, "status", lambda *_: "QUEUED")
        assert venue.workflow(order)["verdict"] == "HELD"
    venue.queue.clear()


def cancel(venue: Venue, order: dict[str, Any]) -> dict[str, Any]:
    command = {
        "kind": "cancel",
        "command_id": cancel_id_for(order["order_id"]),
        "account_id": order["account_id"],
        "symbol": SYMBOL,
        "order_id": order["order_id"],
        "accepted_at_ms": venue.clock_ms,
    }
    venue.orders.open_gate(
        order["account_id"],
        command["command_id"],
        kind="cancel",
        fingerprint="f",
        request=command,
        at_ms=venue.clock_ms,
    )
    venue.queue.append(command)
    return command


def test_an_order_that_rests_is_not_sent_again(venue: Venue, night: Night) -> None:
    venue.place("alice", "rests", "BUY")
    night.sweep()
    night.drive()
    assert night.sweep() == {}


def test_an_order_whose_time_has_come_in_a_quiet_book_expires_and_is_released(
    venue: Venue, night: Night
) -> None:
    ends_ms = venue.clock_ms + 2 * MINUTE_MS
    venue.place("alice", "gtd", "BUY", time_in_force="GTD", expires_at_ms=ends_ms)
    venue.settle()
    assert night.sweep() == {}
    assert night.sweep(2 * MINUTE_MS) == {"Expiries": 1}
    night.drive()
    assert venue.item("alice", "gtd").status == "EXPIRED"
    night.sweep()
    night.drive()
    assert venue.funds("alice")["USD"] == (100_000 * USD, 0)
    assert night.sweep() == {}


def test_an_order_that_is_answered_and_not_settled_is_left_to_settlement(
    venue: Venue, night: Night
) -> None:
    venue.place("bob", "sell", "SELL")
    venue.place("alice", "buy", "BUY")
    assert night.sweep() == {"Books": 1}
    night.drive()
    assert night.sweep() == {}
    assert venue.funds("alice")["BTC"] == (BTC, 0)


def test_a_cancel_without_an_answer_is_sent_as_of_now(venue: Venue, night: Night) -> None:
    venue.place("alice", "rests", "BUY")
    venue.settle()
    command = cancel(venue, venue.item("alice", "rests").request)
    venue.queue.clear()
    assert night.sweep(after_ms=60 * MINUTE_MS) == {"Cancels": 1}
    assert night.queue.given == [command | {"accepted_at_ms": night.at_ms}]
    night.drive()
    assert venue.item("alice", "rests").status == "CANCELLED"
    venue.settle()
    assert night.sweep() == {}


def test_a_cancel_of_many_without_an_answer_is_sent_as_of_now_and_spares_what_came_later(
    venue: Venue, night: Night
) -> None:
    venue.place("alice", "rests", "BUY", quantity_lots=10)
    venue.settle()
    lost: Any = Started()
    mass_cancels = MassCancels(AccountJournal("journal"), venue.orders, lost)
    command_id = mass_cancel_id_for("alice", "all")
    mass_cancels.open("alice", command_id, "all", None, at_ms=venue.clock_ms)
    venue.place("alice", "later", "BUY", quantity_lots=10)
    venue.settle()
    assert night.sweep(after_ms=60 * MINUTE_MS) == {"MassCancels": 1}
    night.drive()
    assert venue.item("alice", "rests").status == "CANCELLED"
    assert venue.item("alice", "later").status == "OPEN"
    venue.settle()
    assert night.sweep() == {"MassCancels": 1}
    gate = venue.orders.get("alice", command_id)
    assert gate is not None
    assert gate.status == "DONE"
    assert night.queue.given == []
    assert night.sweep() == {}


def test_a_switch_whose_time_is_up_fires_once_and_one_that_is_pushed_is_let_be(
    venue: Venue, night: Night
) -> None:
    venue.place("alice", "rests", "BUY", quantity_lots=10)
    venue.settle()
    queue: Any = night.queue
    mass_cancels = MassCancels(AccountJournal("journal"), venue.orders, queue)
    switches = Switches(venue.orders, mass_cancels)
    switches.push("alice", None, 3 * MINUTE_MS, at_ms=venue.clock_ms)
    assert night.sweep(2 * MINUTE_MS) == {}
    switches.push("alice", None, 3 * MINUTE_MS, at_ms=night.at_ms)
    assert night.sweep(2 * MINUTE_MS) == {}
    assert night.sweep() == {"Switches": 1}
    night.drive()
    assert venue.item("alice", "rests").status == "CANCELLED"
    venue.settle()
    # The cancel that it opened is younger than this run, and found by the next one.
    assert night.sweep() == {"MassCancels": 1}
    assert night.sweep() == {}
    switches.push("alice", None, MINUTE_MS, at_ms=night.at_ms)
    assert night.sweep() == {"Switches": 1}


def test_a_switch_that_a_stalled_push_drives_on_did_not_fire_before_its_time(
    venue: Venue, night: Night
) -> None:
    queue: Any = night.queue
    switches = Switches(venue.orders, MassCancels(AccountJournal("journal"), venue.orders, queue))
    at_ms = venue.clock_ms
    cancels_at_ms, _ = switches.push("alice", None, MINUTE_MS, at_ms=at_ms)
    armed = venue.orders.get("alice", switch_id(None))
    assert cancels_at_ms is not None
    assert armed is not None
    # Whoever decided that it fires died behind that, and goes by a later clock than the push does.
    venue.orders.change_gate(
        armed, status=FIRING, request=armed.request, at_ms=cancels_at_ms + 1_000
    )
    assert switches.push("alice", None, 0, at_ms=at_ms) == (None, True)
    named = mass_cancel_id_for("alice", f"{switch_id(None)}#{at_ms}")
    fired = venue.orders.get("alice", named)
    assert fired is not None
    assert fired.request["cancel_id"] == f"cancel_after-{cancels_at_ms}"
    assert fired.placed_at_ms == cancels_at_ms


def test_a_deposit_that_was_taken_in_and_not_credited_is_credited_once(
    venue: Venue, night: Night
) -> None:
    gate = gate_id("d-7")
    venue.orders.open_gate(
        "alice",
        gate,
        kind=KIND,
        fingerprint="f",
        request={"deposit_id": "d-7", "currency": "USD", "amount_minor": 5 * USD},
        at_ms=venue.clock_ms,
    )
    assert night.sweep() == {"Deposits": 1}
    assert venue.funds("alice")["USD"] == (100_005 * USD, 0)
    assert venue.orders.status("alice", gate) == "DONE"
    assert night.sweep() == {}
    assert venue.funds("alice")["USD"] == (100_005 * USD, 0)


def a_withdrawal(venue: Venue, name: str = "rent", amount_minor: int = 5 * USD) -> OrderItem:
    request = {"withdrawal_id": name, "currency": "USD", "amount_minor": amount_minor}
    item, _ = venue.orders.open_gate(
        "alice",
        withdrawals.gate_id(name),
        kind=withdrawals.KIND,
        fingerprint="f",
        request=request,
        at_ms=venue.clock_ms,
    )
    return item


def test_a_withdrawal_that_was_taken_in_and_not_reserved_is_reserved_once(
    venue: Venue, night: Night
) -> None:
    item = a_withdrawal(venue)
    assert night.sweep() == {"Withdrawals": 1}
    assert venue.funds("alice")["USD"] == (99_995 * USD, 5 * USD)
    assert venue.orders.status("alice", item.order_id) == "RESERVED"
    assert night.sweep() == {}, "it waits for the back office"


def test_a_withdrawal_that_is_not_covered_is_refused_by_the_sweeper_too(
    venue: Venue, night: Night
) -> None:
    item = a_withdrawal(venue, amount_minor=100_001 * USD)
    assert night.sweep() == {"Withdrawals": 1}
    assert venue.orders.status("alice", item.order_id) == "REJECTED"
    assert night.sweep() == {}


@pytest.mark.parametrize("end", ["post", "void"])
def test_a_withdrawal_whose_end_the_item_does_not_show_is_shown(
    venue: Venue, night: Night, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    office = Withdrawals(venue.accounts, venue.orders, a_bus(venue), Markets("market"))
    item = office.reserve(a_withdrawal(venue))
    with monkeypatch.context() as dying:
        dying.setattr(Orders, "move_gate", lambda *_, **__: None)
        _ = office.post(item) if end == "post" else office.void(item, "a test")
    assert venue.orders.status("alice", item.order_id) == "RESERVED"
    assert night.sweep() == {"Withdrawals": 1}
    status = {"post": "POSTED", "void": "VOIDED"}[end]
    assert venue.orders.status("alice", item.order_id) == status
    assert night.sweep() == {}


def test_a_withdrawal_that_stays_reserved_beyond_its_bound_is_void(
    venue: Venue, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerodesk_aws.withdrawals.now_ms", lambda: night.at_ms)
    office = Withdrawals(venue.accounts, venue.orders, a_bus(venue), Markets("market"))
    item = office.reserve(a_withdrawal(venue))
    assert night.sweep(after_ms=BOUND_MS) == {}
    assert night.sweep(after_ms=1) == {"Withdrawals": 1}
    assert venue.orders.status("alice", item.order_id) == "VOIDED"
    assert venue.funds("alice")["USD"] == (100_000 * USD, 0)
    assert office.post(item).status == "VOIDED", "a post that comes too late"
    assert night.sweep() == {}


def a_transfer(venue: Venue, amount_minor: int = 5 * USD) -> OrderItem:
    request = {
        "transfer_id": "gift",
        "to_account_id": "bob",
        "currency": "USD",
        "amount_minor": amount_minor,
    }
    item, _ = venue.orders.open_gate(
        "alice",
        transfers.gate_id("gift"),
        kind=transfers.KIND,
        fingerprint="f",
        request=request,
        at_ms=venue.clock_ms,
    )
    return item


def test_a_transfer_that_died_anywhere_is_driven_to_its_end_once(
    venue: Venue, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at_call in range(2, 60):
        with monkeypatch.context() as patch:
            patch.setattr(transfers, "gate_id", lambda _, n=at_call: f"transfer#gift-{n}")
            item = a_transfer(venue, USD)
        item.request["transfer_id"] = f"gift-{at_call}"
        stored = bound(OrderModel, "orders").get("alice", item.order_id)
        stored.update(actions=[OrderModel.request.set(item.request)])
        with killed(at_call, after=at_call % 2 == 0) as made:
            Transfers(venue.accounts, venue.orders, a_bus(venue), Markets("market")).drive(item)
        is_done = venue.orders.status("alice", item.order_id) == "DONE"
        assert night.sweep() == ({} if is_done else {"Transfers": 1})
        sent = (at_call - 1) * USD
        assert venue.funds("alice")["USD"] == (100_000 * USD - sent, 0)
        assert venue.funds("bob")["USD"] == (sent, 0)
        if at_call > len(made):
            break
    assert night.sweep() == {}


def test_what_the_bus_did_not_hear_of_a_transfer_the_sweeper_tells(
    venue: Venue, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = a_transfer(venue)
    with monkeypatch.context() as dying:
        dying.setattr(Venue, "publish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            Transfers(venue.accounts, venue.orders, a_bus(venue), Markets("market")).drive(item)
    venue.told.clear()
    assert night.sweep() == {"Transfers": 1}
    assert [one.detail_type for one in venue.told] == ["TransferSent", "TransferReceived"]
    assert night.sweep() == {}
    assert len(venue.told) == 2, "told once, with nobody dying"


def test_a_transfer_whose_receiver_is_in_trouble_is_not_in_the_way_of_the_rest(
    venue: Venue, night: Night
) -> None:
    a_transfer(venue)
    venue.clock_ms += 1
    lost = venue.intake("alice", "lost", "BUY")
    overwritten("account#bob", 2, b"nothing that can be read")
    assert night.sweep() == {"Failures": 2, "Orders": 1}, "bob himself fails, too"
    assert night.orders.given == [lost]
    assert venue.funds("alice")["USD"] == (99_995 * USD, 0), "sent, and in transit"


def test_a_transfer_that_is_not_covered_is_refused_by_the_sweeper_too(
    venue: Venue, night: Night
) -> None:
    item = a_transfer(venue, 100_001 * USD)
    assert night.sweep() == {"Transfers": 1}
    assert venue.orders.status("alice", item.order_id) == "REJECTED"
    assert night.sweep() == {}
    assert venue.funds("alice")["USD"] == (100_000 * USD, 0)


def test_fees_are_swept_to_the_house_once_they_are_old_enough(venue: Venue, night: Night) -> None:
    venue.place("bob", "sell", "SELL")
    venue.place("alice", "buy", "BUY")
    venue.settle()
    assert night.sweep(after_ms=FEES_WAIT_MS // 2) == {}
    assert night.sweep(after_ms=FEES_WAIT_MS) == {"Fees": 1}
    assert House(Journal("journal")).latest("USD").state == HouseState(42 * USD, {SYMBOL: 3})
    assert night.sweep() == {}


def test_records_without_fees_are_read_once_for_them(
    venue: Venue, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        venue.place("bob", f"rests-{number}", "SELL", quantity_lots=100)
    venue.settle()
    assert night.sweep(after_ms=2 * FEES_WAIT_MS) == {}
    folded: list[int] = []

    def watched(symbol: str, currency: str, records: Any) -> Any:
        rows = list(records)
        folded.append(len(rows))
        return fees_of(symbol, currency, rows)

    monkeypatch.setattr(house, "fees_of", watched)
    assert night.sweep() == {}
    assert folded == []
    venue.place("alice", "buy", "BUY", quantity_lots=100)
    venue.settle()
    assert night.sweep(after_ms=2 * FEES_WAIT_MS) == {"Fees": 1}
    assert folded == [1]
    cause = next(Journal("journal").read("house#USD")).body["cause"]
    assert (cause["from"], cause["to"]) == (1, 7), "nothing is left out between two sweeps"
    assert House(Journal("journal")).latest("USD").state.balance_minor == 420_000


@pytest.mark.parametrize("after", [False, True])
def test_a_sweep_of_fees_that_died_anywhere_is_finished_once(
    venue: Venue, night: Night, *, after: bool
) -> None:
    kept = House(Journal("journal"))
    for at_call in range(10):
        venue.place("bob", f"sell-{at_call}", "SELL", quantity_lots=100)
        venue.place("alice", f"buy-{at_call}", "BUY", quantity_lots=100)
        night.at_ms = venue.clock_ms + FEES_WAIT_MS
        with killed(at_call, after=after) as made:
            kept.sweep(SYMBOL, "USD", before_ms=night.at_ms)
        venue.settle()
        night.sweep()
        assert kept.latest("USD").state.balance_minor == (at_call + 1) * 420_000
        if at_call > len(made):
            break
    causes = [record.body["cause"] for record in Journal("journal").read("house#USD")]
    ends = [cause["to"] for cause in causes]
    assert [cause["from"] for cause in causes] == [1, *(end + 1 for end in ends[:-1])]


def test_a_book_with_young_records_is_let_be(venue: Venue, night: Night) -> None:
    venue.place("bob", "sell", "SELL")
    venue.place("alice", "buy", "BUY")
    assert night.sweep(after_ms=YOUNG_MS - 2) == {}


def test_a_listed_market_without_a_book_is_listed_again(venue: Venue, night: Night) -> None:
    listed = Markets("market").get(SYMBOL)
    assert listed is not None
    market = listed.market.to_dict() | {"symbol": "ETH-USD", "base": "ETH"}
    Register(Journal("journal"), MARKETS).add("ETH-USD", market)
    assert night.sweep() == {"Listings": 1}
    [command] = night.queue.given
    assert (command["kind"], command["command_id"]) == ("list", "list-ETH-USD")
    assert command["market"] == market
    matching.books.commit("ETH-USD", night.queue.take())
    assert Books("journal").current("ETH-USD").book.market_view()["state"] == "OPEN"


def test_a_market_item_that_lags_is_shown_as_the_book_is(
    venue: Venue, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(matching.markets, "project", lambda *_: 1 / 0)
        venue.place("bob", "sell", "SELL")
    venue.settle()
    behind = bound(MarketItem, "market").get(SYMBOL)
    assert night.sweep(after_ms=YOUNG_MS - 1) == {}
    assert night.sweep() == {"Markets": 1}
    shown = bound(MarketItem, "market").get(SYMBOL)
    assert (behind.book_sequence, shown.book_sequence) == (1, 2)
    assert shown.view["best_ask_ticks"] == 6_000_000
    assert night.sweep() == {}


def test_an_auction_whose_time_is_up_is_ended(venue: Venue, night: Night) -> None:
    held: Any = {
        "kind": "set_state",
        "command_id": "held",
        "symbol": SYMBOL,
        "state": "AUCTION",
        "auction": "OPENING",
        "lasts_ms": 2 * MINUTE_MS,
        "reason": "the day begins",
        "accepted_at_ms": venue.clock_ms,
    }
    venue.queue.append(held)
    venue.match()
    venue.place("bob", "sell", "SELL")
    venue.place("alice", "buy", "BUY")
    venue.settle()
    assert "Auctions" not in night.sweep()
    assert night.sweep()["Auctions"] == 1
    night.drive()
    assert venue.item("alice", "buy").status == "FILLED"
    assert "Auctions" not in night.sweep()


def test_a_quiet_book_whose_mark_is_stale_is_stopped_by_a_look_at_the_time(
    venue: Venue, night: Night
) -> None:
    changed: Any = {
        "kind": "change",
        "command_id": "bounded",
        "symbol": SYMBOL,
        "changes": {"stale_after_ms": 2 * MINUTE_MS},
        "reason": "a source was found",
        "by": "house",
        "accepted_at_ms": venue.clock_ms,
    }
    venue.queue.append(changed)
    venue.match()
    venue.settle()
    assert "StaleMarks" not in night.sweep()
    assert night.sweep(2 * MINUTE_MS)["StaleMarks"] == 1
    night.drive()
    shown = Markets("market").get(SYMBOL)
    assert shown is not None
    assert (shown.state, shown.state_by) == (TradingState.CANCEL_ONLY, BY_MARK)
    assert "StaleMarks" not in night.sweep()


@pytest.mark.parametrize("stops", [VENUE, MARKET + SYMBOL])
def test_a_book_that_a_kill_switch_did_not_reach_is_halted_and_cleared(
    venue: Venue, night: Night, stops: str
) -> None:
    venue.place("alice", "buy", "BUY")
    venue.settle()
    limits = LimitRegister(Journal("journal"))
    assert "Kills" not in night.sweep()
    limits.switch(stops, Kill("house", "runaway", venue.clock_ms), is_on=True)
    assert night.sweep()["Kills"] == 1
    night.drive()
    listed = Markets("market").get(SYMBOL)
    assert listed is not None
    assert (listed.state, listed.state_by) == (TradingState.HALTED, "house")
    assert venue.item("alice", "buy").status == "CANCELLED"
    assert "Kills" not in night.sweep()
    limits.switch(stops, Kill("house", "mended", venue.clock_ms), is_on=False)
    assert "Kills" not in night.sweep()


def test_a_killed_account_whose_cancels_never_came_has_them_from_the_sweeper(
    venue: Venue, night: Night
) -> None:
    venue.place("alice", "buy", "BUY")
    venue.settle()
    kills = AccountKills(AccountJournal("journal"), Orders("orders"), Started())  # type: ignore[arg-type]
    kill = kills.switch("alice", Kill("house", "leaked", venue.clock_ms), is_on=True)
    assert kill is not None
    assert night.sweep()["Kills"] == 1
    night.drive()
    assert venue.item("alice", "buy").status == "CANCELLED"
    assert kills.has_cancelled("alice", kill)
    assert "Kills" not in night.sweep()


def limit_loss(account_id: str, minor: int) -> None:
    def decide(account: Account) -> Change:
        terms = account.state.terms._replace(limits=Limits(daily_loss_minor={"USD": minor}))
        return set_terms(account.state, terms, author="house", reason="policy")

    AccountJournal("journal").commit(account_id, decide)


def mark(venue: Venue, price_ticks: int) -> None:
    index: Any = {
        "kind": "index",
        "command_id": f"i-{price_ticks}-{venue.clock_ms}",
        "symbol": SYMBOL,
        "price_ticks": price_ticks,
        "source": "feed",
        "observed_at_ms": venue.clock_ms,
        "accepted_at_ms": venue.clock_ms,
    }
    venue.queue.append(index)
    venue.match()
    venue.settle()


def losing(venue: Venue) -> None:
    """Let alice have half a bitcoin from 60,000, an order that rests, and a limit of 100 USD."""
    venue.place("bob", "sell", "SELL", quantity_lots=5_000)
    venue.place("alice", "buy", "BUY", quantity_lots=5_000)
    venue.place("alice", "resting", "BUY", quantity_lots=10, price_ticks=5_900_000)
    venue.settle()
    limit_loss("alice", 100 * USD)


def loss_stop_of(account_id: str) -> LossStop | None:
    return AccountJournal("journal").latest(account_id).state.terms.loss_stop


def test_an_account_that_has_lost_its_limit_is_stopped_cancelled_and_told_of_once(
    venue: Venue, night: Night
) -> None:
    losing(venue)
    assert "LossStops" not in night.sweep()
    mark(venue, 5_950_000)
    assert night.sweep()["LossStops"] == 1
    night.drive()
    venue.settle()
    assert venue.item("alice", "resting").status == "CANCELLED"
    stop = loss_stop_of("alice")
    assert stop is not None
    assert stop.reason == "lost 265 USD since 00:00 UTC, of 100 allowed"
    [told] = [one.detail for one in venue.told if one.detail_type == "AccountStopped"]
    assert AccountStopped.model_validate(told).reason == stop.reason
    assert "LossStops" not in night.sweep()
    assert loss_stop_of("bob") is None


def test_a_stopped_account_only_closes_though_the_marks_have_recovered(
    venue: Venue, night: Night
) -> None:
    losing(venue)
    mark(venue, 5_950_000)
    state = AccountJournal("journal").latest("alice").state
    limits = LimitRegister(Journal("journal")).latest()
    # As of now: the risk check goes by the clock.
    assert night.loss_stops.look("alice", state, limits, now_ms())
    night.drive()
    mark(venue, 6_100_000)
    venue.settle()
    refused = venue.place("alice", "more", "BUY", quantity_lots=10)
    assert refused.rejection["code"] == "RISK_DAILY_LOSS_LIMIT"
    assert venue.place("alice", "out", "SELL", quantity_lots=5_000).status == "OPEN"
    state = AccountJournal("journal").latest("alice").state
    assert not night.loss_stops.look("alice", state, limits, now_ms()), "what closes is let be"
    assert venue.item("alice", "out").status == "OPEN"


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at_call", range(6))
def test_a_loss_stop_whose_writer_died_anywhere_is_told_and_cancels_all_the_same(
    venue: Venue, night: Night, at_call: int, *, after: bool
) -> None:
    losing(venue)
    mark(venue, 5_950_000)
    state = AccountJournal("journal").latest("alice").state
    limits = LimitRegister(Journal("journal")).latest()
    with killed(at_call, after=after):
        night.loss_stops.look("alice", state, limits, venue.clock_ms)
    night.sweep()
    night.drive()
    venue.settle()
    assert venue.item("alice", "resting").status == "CANCELLED"
    assert any(one.detail_type == "AccountStopped" for one in venue.told)


def test_a_taker_whose_writer_died_between_its_records_is_filled_to_its_end(
    venue: Venue, night: Night
) -> None:
    for number in range(4):
        venue.place("bob", f"sell-{number}", "SELL", quantity_lots=1)
    venue.settle()
    venue.workflow(venue.intake("alice", "buy", "BUY", quantity_lots=4, time_in_force="IOC"))
    live = matching.books.current(SYMBOL)
    command: Any = venue.queue[0]
    decision = live.book.decide([command | {"sent_at_ms": venue.clock_ms}], max_fills=1)
    assert decision is not None
    assert decision.record is not None
    Journal("journal").append(
        f"book#{SYMBOL}", live.tip, decision.record, at_ms=decision.record["time_ms"]
    )
    matching.books._live.clear()
    venue.queue.clear()
    assert night.sweep(after_ms=YOUNG_MS - 1) == {}
    assert night.sweep() == {"Takers": 1, "Books": 1, "Markets": 1}
    night.drive()
    assert (venue.item("alice", "buy").status, venue.item("alice", "buy").filled_lots) == (
        "FILLED",
        4,
    )
    assert venue.funds("alice")["BTC"] == (4 * BTC // 10_000, 0)
    assert night.sweep() == {}


def test_one_account_in_trouble_is_not_in_the_way_of_the_others(
    venue: Venue, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    venue.intake("alice", "lost", "BUY")
    bobs = venue.intake("bob", "lost", "SELL")
    whole = AccountJournal.latest

    def failing(accounts: AccountJournal, account_id: str) -> Any:
        return 1 / 0 if account_id == "alice" else whole(accounts, account_id)

    monkeypatch.setattr(AccountJournal, "latest", failing)
    assert night.sweep() == {"Failures": 1, "Orders": 1}
    assert night.orders.given == [bobs]


def test_a_book_that_cannot_be_read_does_not_hold_up_the_accounts(
    venue: Venue, night: Night
) -> None:
    venue.place("bob", "rests", "SELL")
    venue.workflow(venue.intake("alice", "lost", "BUY", quantity_lots=10))
    venue.queue.clear()
    venue.intake("alice", "never-started", "BUY", quantity_lots=10)
    overwritten(f"book#{SYMBOL}", 2, b"nothing that can be read")
    assert night.sweep() == {"Failures": 1, "Holds": 1, "Orders": 1}, "the book itself fails"


def test_accounts_that_the_time_did_not_allow_for_come_first_some_other_time(
    venue: Venue, night: Night
) -> None:
    for account_id, side in (("alice", "BUY"), ("bob", "SELL")):
        venue.intake(account_id, "lost", side)
    for _ in range(2):
        night.at_ms += MINUTE_MS
        clock = iter([False, True])
        driven = night.sweeper.run(night.at_ms, lambda: next(clock))  # noqa: B023
        assert driven == {"Orders": 1, "AccountsLeft": 1}
    assert {order["account_id"] for order in night.orders.given} == {"alice", "bob"}


def test_sweeping_twice_at_once_changes_nothing_twice(venue: Venue, night: Night) -> None:
    venue.workflow(venue.intake("alice", "lost", "BUY"))
    venue.queue.clear()
    night.sweep()
    night.sweep()
    assert len(night.queue.given) == 2
    night.drive()
    venue.settle()
    assert venue.funds("alice")["USD"] == (40_000 * USD - 30 * USD, 60_000 * USD + 30 * USD)


def test_the_schedule_gets_the_summary(
    venue: Venue, night: Night, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper, "sweeper", night.sweeper)
    venue.intake("alice", "lost", "BUY")
    assert sweeper.handler({"schedule": "sweep-standstills"}, context) == {"Orders": 1}
    assert now_ms() > venue.clock_ms + YOUNG_MS


def test_what_a_market_traded_in_a_day_is_shown_where_margin_goes_by_it(
    venue: Venue, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Volumes" not in night.sweep()
    markets = Markets("market")
    shown = markets.get(SYMBOL)
    assert shown is not None
    # A spot market has no such term: its book stands in for a perpetual's.
    bounded = shown._replace(market=shown.market._replace(free_volume_bps=1_000))
    monkeypatch.setattr(Markets, "get", lambda *_, **__: bounded)
    venue.place("bob", "sell", "SELL")
    venue.place("alice", "buy", "BUY")
    venue.settle()
    assert night.sweep()["Volumes"] == 1
    hours = Cursors("cursors").traded(settlement_cursor(SYMBOL))
    assert markets.day_volume_lots(SYMBOL) == sum(hours.values()) > 0
