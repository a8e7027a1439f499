"""Reconciliation over the real tables: what it reads, keeps, finds and sets in motion."""

import copy
import json
import zlib
from collections.abc import Iterable
from typing import Any

import pytest

from matching import handler as matching
from reconciliation import handler as reconciliation
from reconciliation import operations
from reconciliation.alarm import Alarm
from reconciliation.run import Reconciliation
from tests.functions.test_path import BTC, NOW_MS, SYMBOL, USD, Venue
from tests.tables_in_memory import overwritten, put_in_place, taken_away
from zerodesk.accounts import deposit
from zerodesk.commands import Command
from zerodesk.orders import BY_MARK
from zerodesk.reconciliation import Check
from zerodesk.reconciliation.standstill import BOUND_MS
from zerodesk.reversals import NamedRecord, reverse
from zerodesk.transfers import receive, send
from zerodesk.withdrawals import post, withdraw
from zerodesk_aws.bus import Announcement
from zerodesk_aws.contracts.events.reconciliation import ReconciliationBreached
from zerodesk_aws.house import House
from zerodesk_aws.journal import EMPTY, Journal, Tip
from zerodesk_aws.registers import ACCOUNTS, MARKETS, Register
from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.cursors import CursorItem, Cursors, settlement_cursor
from zerodesk_aws.tables.holders import Holders
from zerodesk_aws.tables.journal import JournalItem
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.order_model import OrderModel
from zerodesk_aws.tables.orders import Orders

MINUTE_MS = 60_000
BOOK = f"book#{SYMBOL}"


class Outside:
    """Stands in for the bus and the queue: hears of events, takes commands."""

    def __init__(self) -> None:
        self.told: list[Announcement] = []
        self.sent: list[Command] = []

    def publish(self, announcements: Iterable[Announcement]) -> None:
        self.told += announcements

    def send(self, command: Command) -> None:
        self.sent.append(command)


class Operator:
    """Runs reconciliation, minute by minute."""

    def __init__(self, outside: Outside, patch: pytest.MonkeyPatch) -> None:
        self.outside, self._patch = outside, patch
        self.at_ms = NOW_MS
        patch.setattr(operations, "now_ms", lambda: self.at_ms)
        patch.setattr(operations, "alarm", Alarm(outside, outside))  # type: ignore[arg-type]
        self.as_a_new_process()

    def as_a_new_process(self) -> None:
        fresh = Reconciliation(
            Journal("journal"),
            Orders("orders"),
            Markets("market"),
            Cursors("cursors"),
            Holders("holders"),
        )
        self._patch.setattr(operations, "reconciliation", fresh)

    def reconcile(self, budget_seconds: float = 60.0) -> dict[str, Any]:
        self.at_ms += MINUTE_MS
        return operations.reconcile(budget_seconds)

    def codes(self) -> list[str]:
        return [breach["code"] for breach in self.reconcile()["breaches"]]


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def operator(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Operator:
    return Operator(outside, monkeypatch)


@pytest.fixture
def venue(context: Any) -> Venue:
    """Bob sold one of his two bitcoins to Alice, and has half a bitcoin more on offer."""
    Register(Journal("journal"), MARKETS).add(SYMBOL, {"quote": "USD"})
    return unlisted_venue(context)


def unlisted_venue(context: Any) -> Venue:
    venue = Venue(context)
    registers = Journal("journal")
    for account_id in ("alice", "bob"):
        Register(registers, ACCOUNTS).add(account_id, {"name": account_id})
    venue.list_market()
    venue.open("alice", USD=100_000 * USD)
    venue.open("bob", BTC=2 * BTC)
    venue.place("bob", "sell-1", "SELL")
    venue.place("alice", "buy-1", "BUY")
    venue.place("bob", "sell-2", "SELL", quantity_lots=5_000)
    venue.settle()
    return venue


def last_record(stream: str) -> JournalItem:
    records = bound(JournalItem, "journal").query(
        stream, scan_index_forward=False, consistent_read=True
    )
    return next(iter(records))


def overwrite(item: JournalItem, change: Any) -> None:
    """Change a record's body where it stands, as nobody may."""
    body = json.loads(zlib.decompress(item.body))
    change(body)
    overwritten(item.stream, int(item.sequence), zlib.compress(json.dumps(body).encode()))


def append(stream: str, change: Any) -> None:
    """Append a copy of the last record with something changed: well chained, and wrong."""
    journal = Journal("journal")
    latest = journal.latest(stream)
    assert latest is not None
    body = copy.deepcopy(latest.body) | {"cause": {"kind": "defect"}, "entries": []}
    change(body)
    journal.append(stream, Tip(latest.sequence, latest.hash), body, at_ms=NOW_MS)


def totals(report: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return the totals that are not zero, by currency."""
    return {
        one["currency"]: {
            name: amount for name, amount in one.items() if name != "currency" and amount != "0"
        }
        for one in report["totals"]
    }


def test_what_is_withdrawn_counts_from_when_it_is_posted(venue: Venue, operator: Operator) -> None:
    venue.accounts.commit("alice", lambda a: withdraw(a.state, "w", "USD", 10 * USD, at_ms=0))
    assert totals(operator.reconcile())["USD"] == {
        "deposits": "100000",
        "users": "99958",
        "fees": "42",
    }
    venue.accounts.commit("alice", lambda a: post(a.state, "w"))
    report = operator.reconcile()
    assert report["balanced"], report["breaches"]
    assert totals(report)["USD"] == {
        "deposits": "100000",
        "withdrawals": "10",
        "users": "99948",
        "fees": "42",
    }


def sends(venue: Venue, amount_minor: int) -> None:
    venue.accounts.commit("alice", lambda a: send(a.state, "t", "bob", "USD", amount_minor))


def receives(venue: Venue, amount_minor: int, name: str = "r") -> None:
    venue.accounts.commit(
        "bob",
        lambda a: receive(
            a.state,
            name,
            transfer_id="t",
            from_account_id="alice",
            currency="USD",
            amount_minor=amount_minor,
        ),
    )


def test_what_is_sent_is_in_transit_until_it_is_received(venue: Venue, operator: Operator) -> None:
    sends(venue, 8 * USD)
    report = operator.reconcile()
    assert report["balanced"], report["breaches"]
    assert totals(report)["USD"] == {
        "deposits": "100000",
        "users": "99950",
        "in_transit": "8",
        "fees": "42",
    }
    receives(venue, 8 * USD)
    report = operator.reconcile()
    assert report["balanced"], report["breaches"]
    assert totals(report)["USD"]["users"] == "99958"
    operator.as_a_new_process()
    assert operator.reconcile()["totals"] == report["totals"]


def test_a_transfer_that_does_not_arrive_is_a_breach_in_the_end(
    venue: Venue, operator: Operator
) -> None:
    sends(venue, 8 * USD)
    found = [operator.codes() for _ in range(1 + BOUND_MS // MINUTE_MS + 1)]
    assert found[0] == []
    assert found[-1] == ["TRANSFER_STANDS_STILL"]
    receives(venue, 8 * USD)
    assert operator.codes() == []


def test_a_transfer_that_arrives_as_another_amount_is_a_breach_at_once(
    venue: Venue, operator: Operator
) -> None:
    sends(venue, 8 * USD)
    receives(venue, 9 * USD)
    assert operator.codes() == ["TRANSFER_DIFFERS"]


def test_a_transfer_that_arrives_twice_is_a_breach(venue: Venue, operator: Operator) -> None:
    sends(venue, 8 * USD)
    receives(venue, 8 * USD)
    assert operator.codes() == []
    receives(venue, 8 * USD, "again")
    found = [operator.codes() for _ in range(1 + BOUND_MS // MINUTE_MS + 1)]
    assert found[-1] == ["RECEIPT_UNSENT"]


def test_an_account_that_has_to_be_read_anew_does_not_meet_its_old_transfers_again(
    venue: Venue, operator: Operator
) -> None:
    sends(venue, 8 * USD)
    receives(venue, 8 * USD)
    assert operator.codes() == []
    operations.reconciliation._accounts["alice"].readable = False
    assert [operator.codes() for _ in range(5)] == [[]] * 5


def reverses(venue: Venue) -> None:
    """Deposit a dollar, and reverse the deposit."""
    credited = venue.accounts.commit("alice", lambda a: deposit(a.state, "typo", "USD", USD))
    (record,) = venue.accounts.read("alice", credited.sequence - 1)
    entries = tuple(
        (account, currency, minor) for account, currency, minor in record.body["entries"]
    )
    named = NamedRecord(record.sequence, record.hash, {"kind": "deposit"}, entries)

    def decide(account: Any) -> Any:
        return reverse(account.state, "r", named, {"reason": "a typo"})

    venue.accounts.commit("alice", decide)


def test_what_is_reversed_has_come_and_gone(venue: Venue, operator: Operator) -> None:
    reverses(venue)
    report = operator.reconcile()
    assert report["balanced"], report["breaches"]
    assert totals(report)["USD"] == {
        "deposits": "100001",
        "withdrawals": "1",
        "users": "99958",
        "fees": "42",
    }


def test_a_record_that_is_reversed_twice_is_a_breach(venue: Venue, operator: Operator) -> None:
    reverses(venue)
    cause = last_cause("account#alice")
    append("account#alice", lambda body: body.update(cause=cause))
    assert operator.codes() == ["REVERSED_TWICE"]


def last_cause(stream: str) -> dict[str, Any]:
    latest = Journal("journal").latest(stream)
    assert latest is not None
    return dict(latest.body["cause"])


def sweep_fees() -> None:
    assert House(Journal("journal")).sweep(SYMBOL, "USD", before_ms=2 * NOW_MS)


def test_fees_that_are_swept_are_the_houses(venue: Venue, operator: Operator) -> None:
    sweep_fees()
    report = operator.reconcile()
    assert report["balanced"], report["breaches"]
    assert totals(report)["USD"] == {"deposits": "100000", "users": "99958", "house": "42"}
    assert report["books"][0]["fees"] == {"USD": "42"}, "all that it ever collected"
    venue.place("alice", "buy-2", "BUY", quantity_lots=5_000)
    venue.settle()
    assert totals(operator.reconcile())["USD"]["fees"] == "21"
    operator.as_a_new_process()
    assert totals(operator.reconcile())["USD"]["fees"] == "21"


@pytest.mark.parametrize(
    ("entry_minor", "code"), [(43 * USD, "FEES_DIFFER"), (41 * USD, "FEES_DIFFER")]
)
def test_a_house_that_got_more_or_less_than_the_book_collected_is_found(
    venue: Venue, operator: Operator, outside: Outside, entry_minor: int, code: str
) -> None:
    swept = {"balance_minor": entry_minor, "swept": {SYMBOL: 4}}
    entries = [["house", "USD", entry_minor], [f"fees#{SYMBOL}", "USD", -entry_minor]]
    body = {"cause": {"kind": "sweep"}, "entries": entries, "state": swept}
    Journal("journal").append("house#USD", EMPTY, body, at_ms=NOW_MS)
    assert operator.codes() == [code]
    assert [command["symbol"] for command in outside.sent] == [SYMBOL]


def test_a_balance_of_the_house_that_does_not_follow_from_its_entries_is_found(
    venue: Venue, operator: Operator
) -> None:
    sweep_fees()
    append("house#USD", lambda body: body["state"].update(balance_minor=50 * USD))
    assert operator.codes() == ["BALANCE_DIFFERS", "TOTALS_DIFFER"]


def test_a_house_that_is_swept_beyond_its_book_or_back_is_found(
    venue: Venue, operator: Operator
) -> None:
    sweep_fees()
    append("house#USD", lambda body: body["state"].update(swept={SYMBOL: 9}))
    assert operator.codes() == ["WATERMARK_AHEAD"]
    append("house#USD", lambda body: body["state"].update(swept={SYMBOL: 1}))
    assert operator.codes() == ["WATERMARK_WENT_BACK", "WATERMARK_AHEAD"]


def test_a_quiet_venue_balances_and_says_so_in_every_check(
    venue: Venue, operator: Operator
) -> None:
    report = operator.reconcile()
    assert report["balanced"], report["breaches"]
    assert report["accounts"] == 2
    [book] = report["books"]
    assert book == {
        "symbol": SYMBOL,
        "sequence": 4,
        "settled_sequence": 4,
        "records": 4,
        "trades": 1,
        "open_orders": 1,
        "fees": {"USD": "42"},
    }
    assert totals(report) == {
        "BTC": {"deposits": "2", "users": "2"},
        "USD": {"deposits": "100000", "users": "99958", "fees": "42"},
    }
    assert all(check["checked"] and not check["breaches"] for check in report["checks"])


def test_what_is_traded_and_not_settled_is_in_clearing_and_no_breach(
    venue: Venue, operator: Operator
) -> None:
    venue.place("alice", "buy-2", "BUY", quantity_lots=5_000)
    report = operator.reconcile()
    assert report["balanced"], report["breaches"]
    in_clearing = {one["currency"]: one["in_clearing"] for one in report["totals"]}
    assert in_clearing == {"BTC": "0", "USD": "-21"}, "the fee is taken, and not paid yet"


def test_a_warm_process_reads_only_what_was_appended(
    venue: Venue, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = operator.reconcile()
    read: list[tuple[str, int]] = []
    whole = Journal.read

    def counted(journal: Journal, stream: str, after: int = 0, **how: Any) -> Any:
        for record in whole(journal, stream, after, **how):
            read.append((stream, record.sequence))
            yield record

    monkeypatch.setattr(Journal, "read", counted)
    venue.place("alice", "buy-2", "BUY", quantity_lots=1_000)
    read.clear()
    second = operator.reconcile()
    assert second["books"][0]["sequence"] == first["books"][0]["sequence"] + 1
    # Its tip again, what is new, and after the accounts that there is no more.
    assert [sequence for stream, sequence in read if stream == BOOK] == [4, 5, 5]


def test_a_cold_process_comes_to_the_same_report(venue: Venue, operator: Operator) -> None:
    warm = [operator.reconcile(), operator.reconcile()][1]
    operator.as_a_new_process()
    cold = operator.reconcile()
    for name in ("books", "totals", "accounts", "breaches", "balanced"):
        assert cold[name] == warm[name]


def test_a_run_without_time_says_so_and_the_next_ones_come_to_the_end(
    venue: Venue, operator: Operator
) -> None:
    report = operator.reconcile(budget_seconds=0.0)
    assert (report["complete"], report["balanced"], report["breaches"]) == (False, False, [])
    for _ in range(20):
        report = operator.reconcile(budget_seconds=0.0)
    assert report["breaches"] == []
    assert operator.reconcile()["balanced"]


class SlowReads:
    """A journal and items of which every read takes ten seconds of a clock."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now_s, self.streams, self.books = 0.0, list[str](), 0
        patch.setattr(operations, "monotonic", lambda: self.now_s)
        read, progress = Journal.read, Orders.progress

        def slowly(journal: Journal, stream: str, *where: Any, **how: Any) -> Any:
            self.now_s += 10
            self.streams.append(stream)
            return read(journal, stream, *where, **how)

        def compared(orders: Orders, keys: Any) -> Any:
            self.now_s += 10
            self.books += 1
            return progress(orders, keys)

        patch.setattr(Journal, "read", slowly)
        patch.setattr(Orders, "progress", compared)


def test_a_run_whose_time_is_up_asks_for_nothing_more(
    venue: Venue, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = operator.reconcile()
    slow = SlowReads(monkeypatch)
    operator.as_a_new_process()
    report = operator.reconcile(budget_seconds=20.0)
    assert (report["complete"], report["breaches"]) == (False, [])
    assert len(slow.streams) == 2
    assert slow.books == 0
    assert slow.now_s == 20.0
    again = operator.reconcile(budget_seconds=1_000.0)
    assert (again["complete"], again["balanced"]) == (True, True)
    assert again["totals"] == whole["totals"]
    assert slow.books == len(whole["books"])


def test_items_that_no_time_was_left_for_are_compared_by_the_next_run(
    venue: Venue, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    SlowReads(monkeypatch)
    for share in ("ACCOUNTS_SHARE", "READING_SHARE"):
        monkeypatch.setattr(operations, share, 1_000.0)
    report = operator.reconcile(budget_seconds=1.0)
    assert (report["complete"], projections(report)) == (True, 0)
    assert projections(operator.reconcile(budget_seconds=1_000.0)) > 0


def projections(report: dict[str, Any]) -> int:
    """Return how many items a run compared."""
    [check] = [one for one in report["checks"] if one["name"] == Check.PROJECTIONS]
    return int(check["checked"])


def test_a_changed_balance_in_the_latest_record_is_found_within_one_run(
    venue: Venue, operator: Operator, outside: Outside
) -> None:
    assert operator.reconcile()["balanced"]
    overwrite(last_record("account#alice"), lambda body: body["state"]["available"].clear())
    [breach] = operator.reconcile()["breaches"]
    assert (breach["code"], breach["subject"]) == ("CHAIN_BROKEN", "account#alice")
    [halt] = outside.sent
    assert (halt["kind"], halt["symbol"]) == ("set_state", SYMBOL)


def test_a_latest_record_replaced_by_a_well_hashed_one_is_found(
    venue: Venue, operator: Operator
) -> None:
    operator.reconcile()
    item = last_record("account#alice")
    body = json.loads(zlib.decompress(item.body))
    body["state"]["available"]["USD"] += 1
    stream, sequence, before = item.stream, int(item.sequence), item.previous_hash
    taken_away(stream, sequence)
    Journal("journal").append(stream, Tip(sequence - 1, before), body, at_ms=NOW_MS)
    assert operator.codes() == ["CHAIN_BROKEN"]
    assert operator.codes() == ["CHAIN_BROKEN"], "and it stays so"


def test_a_broken_chain_is_named_by_stream_and_record(venue: Venue, operator: Operator) -> None:
    taken_away(BOOK, 2)
    report = operator.reconcile()
    [breach] = report["breaches"]
    assert (breach["code"], breach["subject"], breach["sequence"]) == ("CHAIN_BROKEN", BOOK, 2)
    assert not report["complete"], "what hangs on it was not compared"


def test_a_record_that_is_none_is_named(venue: Venue, operator: Operator) -> None:
    append(BOOK, lambda body: body.pop("postings"))
    [breach] = operator.reconcile()["breaches"]
    assert (breach["code"], breach["sequence"]) == ("RECORD_UNREADABLE", 5)
    assert operator.codes() == ["RECORD_UNREADABLE"], "it is read anew, and is still none"


def test_a_record_that_was_none_and_is_repaired_leaves_no_trace(
    venue: Venue, operator: Operator
) -> None:
    venue.place("alice", "buy-2", "BUY", quantity_lots=1_000)
    last = last_record(BOOK)
    body = json.loads(zlib.decompress(last.body))
    body.pop("releases")
    sound = taken_away(BOOK, 5)
    Journal("journal").append(BOOK, Tip(4, last.previous_hash), body, at_ms=NOW_MS)
    assert operator.codes() == ["RECORD_UNREADABLE"]
    put_in_place(sound)
    venue.settle()
    report = operator.reconcile()
    assert report["balanced"], report["breaches"]


def test_a_book_that_no_register_lists_is_found_through_its_accounts(
    context: Any, operator: Operator
) -> None:
    unlisted_venue(context)
    for settled_sequence in (0, 4):
        report = operator.reconcile()
        assert report["balanced"], report["breaches"]
        [book] = report["books"]
        # The first run learns of the book after it has read the cursors.
        assert (book["symbol"], book["settled_sequence"]) == (SYMBOL, settled_sequence)


def test_an_item_that_settlement_has_yet_to_show_is_no_breach(
    venue: Venue, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(matching.orders, "showing", lambda _: 1 / 0)
        assert venue.place("alice", "buy-2", "BUY", quantity_lots=1_000).status == "QUEUED"
    assert operator.codes() == []
    venue.settle()
    assert operator.codes() == []
    assert venue.item("alice", "buy-2").status == "FILLED"


def test_a_broken_register_is_named(venue: Venue, operator: Operator, outside: Outside) -> None:
    operator.reconcile()
    overwrite(last_record(ACCOUNTS), lambda body: body["state"].pop("bob"))
    [breach] = operator.reconcile()["breaches"]
    assert (breach["code"], breach["subject"]) == ("CHAIN_BROKEN", ACCOUNTS)
    assert [command["symbol"] for command in outside.sent] == [SYMBOL]
    venue.place("alice", "buy-2", "BUY", quantity_lots=1_000)
    venue.settle()
    assert operator.codes() == ["CHAIN_BROKEN"], "the accounts that are known are still read"


def test_a_balance_that_does_not_follow_from_its_entries_is_found(
    venue: Venue, operator: Operator
) -> None:
    append("account#bob", lambda body: body["state"]["available"].update(BTC=10**12))
    assert "BALANCE_DIFFERS" in operator.codes()


def test_a_hold_that_its_order_does_not_account_for_is_found(
    venue: Venue, operator: Operator
) -> None:
    def release(body: dict[str, Any]) -> None:
        state = body["state"]
        [held] = [hold["held_minor"] for hold in state["holds"].values()]
        body["entries"] = [["held", "BTC", -held], ["available", "BTC", held]]
        state["available"]["BTC"] += held
        state["holds"] = {}

    append("account#bob", release)
    [breach] = operator.reconcile()["breaches"]
    assert breach["code"] == "HOLD_MISSING"
    assert "account#bob" in breach["subject"]


def test_an_item_that_tells_another_story_is_found(venue: Venue, operator: Operator) -> None:
    operator.reconcile()
    stored = bound(OrderModel, "orders").get("bob", venue.item("bob", "sell-2").order_id)
    stored.update(actions=[OrderModel.filled_lots.set(1)])
    [breach] = operator.reconcile()["breaches"]
    assert breach["code"] == "PROJECTION_DIFFERS"
    assert venue.item("bob", "sell-2").order_id in breach["subject"]


def test_a_cursor_that_was_moved_on_is_found(venue: Venue, operator: Operator) -> None:
    bound(CursorItem, "cursors")(settlement_cursor(SYMBOL)).update(
        actions=[CursorItem.position.set(9)]
    )
    assert operator.codes() == ["CURSOR_AHEAD"]


def test_a_breach_is_told_once_and_halts_its_book_once(
    venue: Venue, operator: Operator, outside: Outside
) -> None:
    append("account#bob", lambda body: body["state"]["available"].update(BTC=10**12))
    for _ in range(3):
        assert operator.codes()
    told = [one.detail["code"] for one in outside.told]
    assert sorted(told) == sorted(set(told))
    assert {one.detail_type for one in outside.told} == {"ReconciliationBreached"}
    assert {one.source for one in outside.told} == {"zerodesk.reconciliation"}
    for one in outside.told:
        assert ReconciliationBreached.model_validate(one.detail).symbols == [SYMBOL]
    [halt] = outside.sent
    assert halt["kind"] == "set_state"
    assert (halt["state"], halt["symbol"]) == ("CANCEL_ONLY", SYMBOL)
    assert outside.told[0].detail["code"] in halt["reason"]
    operator.as_a_new_process()
    assert operator.codes()
    assert len(outside.sent) == 1, "what was told is kept beyond the process"


def test_a_halted_book_takes_cancels_only(
    venue: Venue, operator: Operator, outside: Outside
) -> None:
    append("account#bob", lambda body: body["state"]["available"].update(BTC=10**12))
    operator.reconcile()
    venue.deliver([dict(command) for command in outside.sent])
    refused = venue.place("alice", "late", "BUY", quantity_lots=1_000)
    assert refused.rejection["code"] == "MATCHING_MARKET_NOT_OPEN"


def test_a_book_that_is_halted_already_is_left_alone(
    venue: Venue, operator: Operator, outside: Outside
) -> None:
    halt = {"kind": "set_state", "command_id": "h", "symbol": SYMBOL, "state": "HALTED"}
    venue.deliver([halt | {"reason": "by hand", "accepted_at_ms": NOW_MS}])
    append("account#bob", lambda body: body["state"]["available"].update(BTC=10**12))
    assert operator.codes()
    assert outside.told
    assert outside.sent == [], "CANCEL_ONLY would allow more than HALTED"


def test_a_book_that_a_fresh_mark_would_open_is_stopped_to_stay_so(
    venue: Venue, operator: Operator, outside: Outside
) -> None:
    halt = {"kind": "set_state", "command_id": "h", "symbol": SYMBOL, "state": "CANCEL_ONLY"}
    venue.deliver([halt | {"reason": "no price", "by": BY_MARK, "accepted_at_ms": NOW_MS}])
    append("account#bob", lambda body: body["state"]["available"].update(BTC=10**12))
    assert operator.codes()
    [stop] = [dict(command) for command in outside.sent]
    assert (stop["state"], stop["by"]) == ("CANCEL_ONLY", "reconciliation")


def test_an_event_that_is_lost_is_told_by_the_next_run(
    venue: Venue, operator: Operator, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    append("account#bob", lambda body: body["state"]["available"].update(BTC=10**12))
    with monkeypatch.context() as dying:
        dying.setattr(outside, "publish", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            operator.reconcile()
    assert operator.codes()
    assert outside.told
    assert len({json.dumps(command["command_id"]) for command in outside.sent}) == 1


def stuck_hold(venue: Venue) -> None:
    venue.workflow(venue.intake("alice", "lost", "BUY", quantity_lots=1_000))
    venue.queue.clear()


def test_a_hold_without_an_answer_is_a_breach_only_when_it_was_watched_too_long(
    venue: Venue, operator: Operator
) -> None:
    stuck_hold(venue)
    watched = BOUND_MS // MINUTE_MS + 1
    for _ in range(watched):
        assert operator.codes() == []
    assert operator.codes() == ["HOLD_STANDS_STILL"]


def test_a_hold_that_the_book_answers_in_time_is_none(venue: Venue, operator: Operator) -> None:
    decision = venue.workflow(venue.intake("alice", "late", "BUY", quantity_lots=1_000))
    for _ in range(2):
        assert operator.codes() == []
    venue.deliver([decision["command"]])
    for _ in range(5):
        assert operator.codes() == []
        venue.settle()


def test_time_in_which_nobody_watched_does_not_count(venue: Venue, operator: Operator) -> None:
    stuck_hold(venue)
    assert operator.codes() == []
    operator.at_ms += 24 * 60 * MINUTE_MS
    assert operator.codes() == []


def test_a_new_process_goes_on_watching(venue: Venue, operator: Operator) -> None:
    stuck_hold(venue)
    for _ in range(BOUND_MS // MINUTE_MS + 1):
        operator.as_a_new_process()
        assert operator.codes() == []
    operator.as_a_new_process()
    assert operator.codes() == ["HOLD_STANDS_STILL"]


def test_a_book_that_is_not_settled_for_long_is_a_breach(venue: Venue, operator: Operator) -> None:
    venue.place("alice", "buy-2", "BUY", quantity_lots=1_000)
    codes = [operator.codes() for _ in range(4)]
    assert codes == [[], [], [], ["SETTLEMENT_STANDS_STILL"]]
    venue.settle()
    assert operator.codes() == []


def test_an_account_that_trades_and_is_not_registered_is_a_breach(
    venue: Venue, operator: Operator
) -> None:
    venue.open("carol", USD=10_000 * USD)
    venue.place("carol", "buy", "BUY", quantity_lots=1_000)
    venue.settle()
    codes = [operator.codes() for _ in range(4)]
    assert codes == [[], [], [], ["ACCOUNT_UNKNOWN"]]


def test_a_market_without_a_book_is_a_breach_in_the_end(venue: Venue, operator: Operator) -> None:
    Register(Journal("journal"), MARKETS).add("ETH-USD", {"quote": "USD"})
    codes = [operator.codes() for _ in range(4)]
    assert codes == [[], [], [], ["LISTING_STANDS_STILL"]]


def test_an_empty_venue_balances(operator: Operator) -> None:
    report = operator.reconcile()
    assert report["balanced"]
    assert (report["books"], report["accounts"], report["totals"]) == ([], 0, [])


def test_the_schedule_gets_the_outcome(venue: Venue, operator: Operator, context: Any) -> None:
    answer = reconciliation.handler({"schedule": "reconcile-books"}, context)
    assert answer["balanced"]
    assert answer["breaches"] == []


def request(role: str, **extra: Any) -> dict[str, Any]:
    return {
        "httpMethod": "POST",
        "path": "/v1/reconciliations",
        "headers": {},
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
        "requestContext": {
            "resourcePath": "/v1/reconciliations",
            "httpMethod": "POST",
            "requestId": "r",
            "identity": {},
            "authorizer": {"account_id": "ops", "role": role, "key_id": "k"},
        },
    } | extra


def test_an_operator_gets_the_report(venue: Venue, operator: Operator, context: Any) -> None:
    answer = reconciliation.handler(request("operator"), context)
    assert answer["statusCode"] == 200
    report = json.loads(answer["body"])
    assert report["balanced"]
    assert report["books"][0]["fees"] == {"USD": "42"}


def test_a_trader_is_refused_and_nothing_is_read(
    venue: Venue, operator: Operator, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "reconcile", lambda _: 1 / 0)
    answer = reconciliation.handler(request("trader"), context)
    assert answer["statusCode"] == 403


def test_there_is_one_route() -> None:
    from reconciliation.routes import app

    assert list(app.routes) == ["/v1/reconciliations"]
