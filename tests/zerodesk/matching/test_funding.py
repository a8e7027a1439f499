"""Fundings in the book: once a time, zero-sum, in as many records as it takes, on fresh prices."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.codec import state_hash
from zerodesk.funding import FUNDING_EVERY_MS
from zerodesk.instruments import Market
from zerodesk.listings import list_market
from zerodesk.marks import FRESH_MS
from zerodesk.matching import Book, JournalCorruptError, listing, order
from zerodesk.orders import COMMAND_BOUND_MS
from zerodesk.tiers import Tier

TIME_MS = 60_000 * FUNDING_EVERY_MS
TERMS: dict[str, Any] = {
    "tick_size": Decimal(1),
    "lot_size": Decimal("0.0001"),
    "min_notional": Decimal(0),
    "max_quantity": Decimal(100),
    "maker_bps": 0,
    "taker_bps": 0,
    "collar_bps": 500,
    "reference_price": Decimal(1_000),
}
PERP: Market = list_market(symbol="BTC-PERP", quote="USD", margin=(Tier(0, 1_000, 500),), **TERMS)


class Venue:
    """A book of a perpetual, its records, and what its postings moved."""

    def __init__(self, max_fills: int = 350) -> None:
        self.book, self.max_fills = Book(PERP.symbol), max_fills
        self.records: list[dict[str, Any]] = []
        self.moved: dict[str, int] = {}
        self.at_ms = TIME_MS - 1_000
        self.take(listing(PERP, at_ms=self.at_ms))

    def take(self, *commands: Any) -> None:
        rest = list(commands)
        while rest or self.book.continuing:
            decision = self.book.decide(rest, max_fills=self.max_fills)
            assert decision is not None
            del rest[: decision.consumed]
            if decision.record is None:
                continue
            self.records.append(decision.record)
            for account_id, _, _, held, available in decision.record["postings"]:
                self.moved[account_id] = self.moved.get(account_id, 0) + held + available

    def trade(self, buyer: str, seller: str, lots: int, price: int) -> None:
        number = len(self.records)
        sold = order(PERP, f"s{number}", seller, "SELL", lots, price, at_ms=self.at_ms)
        bought = order(PERP, f"b{number}", buyer, "BUY", lots, price, at_ms=self.at_ms)
        self.take(sold, bought)

    def index(self, price: int) -> None:
        self.take(
            {
                "kind": "index",
                "command_id": f"i{len(self.records)}",
                "symbol": PERP.symbol,
                "price_ticks": price,
                "source": "feed",
                "observed_at_ms": self.at_ms,
                "accepted_at_ms": self.at_ms,
            }
        )

    def quote(self, bid: int, ask: int) -> None:
        """Have the book quoted, and the index told, so that there is a basis."""
        number = len(self.records)
        self.take(
            order(PERP, f"qb{number}", "maker", "BUY", 1, bid, at_ms=self.at_ms),
            order(PERP, f"qs{number}", "maker", "SELL", 1, ask, at_ms=self.at_ms),
        )

    def fund(self, funding_at_ms: int = TIME_MS, name: str = "f") -> None:
        self.at_ms = max(self.at_ms, funding_at_ms)
        self.take(
            {
                "kind": "fund",
                "command_id": name,
                "symbol": PERP.symbol,
                "funding_at_ms": funding_at_ms,
                "accepted_at_ms": self.at_ms,
            }
        )

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [one for body in self.records for one in body["events"] if one["type"] == kind]


def at_a_premium(max_fills: int = 350) -> Venue:
    """A book that trades 1 % above its index: ann is long of what ben and cat are short of."""
    venue = Venue(max_fills)
    venue.trade("ann", "ben", 30, 1_010)
    venue.trade("ann", "cat", 7, 1_010)
    venue.quote(1_009, 1_011)
    venue.index(1_000)
    venue.moved.clear()
    return venue


def test_who_is_long_pays_the_clamped_premium_to_who_is_short() -> None:
    venue = at_a_premium()
    venue.fund()
    [said] = venue.events("FundingSet")
    assert (said["mark_price_ticks"], said["index_price_ticks"]) == (1_010, 1_000)
    # 1 % is more than anybody pays at once.
    assert said["rate_millionths"] == 3_750
    worth = 37 * 1_010 * PERP.tick_value_minor
    paid = worth * 3_750 // 1_000_000
    assert venue.moved["ann"] == -paid
    assert venue.moved["ben"] + venue.moved["cat"] == paid
    assert abs(venue.moved["ben"] * 37 - paid * 30) < 37
    assert "open#BTC-PERP" not in venue.moved


def test_a_time_is_funded_once_whoever_says_so_and_when() -> None:
    venue = at_a_premium()
    venue.fund(name="home")
    moved = dict(venue.moved)
    venue.fund(name="home")
    venue.fund(name="away")
    venue.at_ms += COMMAND_BOUND_MS + 60_000
    venue.fund(name="home")
    assert venue.moved == moved
    assert len(venue.events("FundingSet")) == 1


def test_a_time_that_has_not_come_or_is_none_is_not_funded() -> None:
    venue = at_a_premium()
    for number, at_ms in enumerate((TIME_MS + FUNDING_EVERY_MS, TIME_MS - 5)):
        venue.at_ms = TIME_MS
        command = {"kind": "fund", "command_id": f"f{number}", "symbol": PERP.symbol}
        venue.take(command | {"funding_at_ms": at_ms, "accepted_at_ms": TIME_MS})
    assert venue.moved == {}
    assert len(venue.events("CommandRefused")) == 2


def test_of_several_missed_times_the_latest_alone_is_funded() -> None:
    venue = at_a_premium()
    venue.fund(TIME_MS + 2 * FUNDING_EVERY_MS)
    venue.fund(TIME_MS, name="late")
    assert [one["funding_at_ms"] for one in venue.events("FundingSet")] == [
        TIME_MS + 2 * FUNDING_EVERY_MS
    ]


def test_without_a_fresh_index_price_nobody_is_funded_and_the_time_is_over() -> None:
    venue = at_a_premium()
    venue.at_ms = TIME_MS + FRESH_MS
    venue.fund()
    [said] = venue.events("FundingSet")
    assert said["reason"]
    assert "rate_millionths" not in said
    venue.index(1_000)
    venue.fund(name="again")
    assert venue.moved == {}
    assert len(venue.events("FundingSet")) == 1


def test_what_is_paid_over_several_records_stands_in_between_and_nothing_else_enters() -> None:
    venue = at_a_premium(max_fills=1)
    before = len(venue.records)
    venue.fund()
    paying = venue.records[before:]
    assert len(paying) == 3
    assert [body["continuing"] for body in paying] == [True, True, False]
    # Ann pays first, and what she paid is in nobody's account until the last one got it.
    assert [row[0] for row in paying[0]["postings"]] == ["ann", "open#BTC-PERP"]
    assert venue.moved["open#BTC-PERP"] == 0
    later = order(PERP, "o9", "dan", "BUY", 1, 900, at_ms=venue.at_ms)
    venue.take(later)
    assert venue.book.sequence == len(venue.records)


@given(
    lots=st.lists(st.integers(1, 50), min_size=2, max_size=6),
    above=st.integers(-30, 30),
    max_fills=st.sampled_from([1, 2, 3, 350]),
)
def test_any_funding_folds_restores_and_sums_to_zero(
    lots: list[int], above: int, max_fills: int
) -> None:
    venue = Venue(max_fills)
    for number, size in enumerate(lots):
        buyer, seller = f"p{number}", f"p{(number * 7 + 3) % len(lots)}"
        venue.trade(buyer, seller, size, 1_000 + above)
    venue.quote(1_000 + above - 1, 1_000 + above + 2)
    venue.index(1_000)
    venue.moved.clear()
    venue.fund()
    assert sum(venue.moved.values()) == 0
    assert venue.moved.get("open#BTC-PERP", 0) == 0
    folded = Book(PERP.symbol)
    for body in venue.records:
        restored = Book.from_state(folded.state())
        folded.apply(body)
        restored.apply(body)
        assert restored.digest() == folded.digest()
        assert state_hash(restored.state()) == state_hash(folded.state())
    assert state_hash(folded.state()) == state_hash(venue.book.state())
    assert folded.digest() == venue.book.digest()


def test_what_comes_behind_a_funding_in_its_record_folds() -> None:
    venue = at_a_premium()
    behind = Book(PERP.symbol)
    for body in venue.records:
        behind.apply(body)
    command: Any = {"kind": "fund", "command_id": "f", "symbol": PERP.symbol}
    command |= {"funding_at_ms": TIME_MS, "accepted_at_ms": TIME_MS}
    venue.take(command, order(PERP, "o9", "dan", "BUY", 1, 900, at_ms=TIME_MS))
    behind.apply(venue.records[-1])
    assert behind.digest() == venue.book.digest()


def test_an_undone_funding_is_as_if_it_had_not_been() -> None:
    venue = at_a_premium()
    before = venue.book.state()
    command: Any = {"kind": "fund", "command_id": "f", "symbol": PERP.symbol}
    command |= {"funding_at_ms": TIME_MS, "accepted_at_ms": TIME_MS}
    decision = venue.book.decide([command], max_fills=1)
    assert decision is not None
    assert decision.continuing
    venue.book.undo(decision)
    assert venue.book.state() == before


@pytest.mark.parametrize("what", ["amount_minor", "account_id", "quantity_lots"])
def test_a_record_that_pays_other_than_is_due_is_refused(what: str) -> None:
    venue = at_a_premium()
    behind = Book(PERP.symbol)
    for body in venue.records:
        behind.apply(body)
    venue.fund()
    body = venue.records[-1]
    [paid] = [one for one in body["events"] if one.get("account_id") == "ann"]
    paid[what] = "dan" if what == "account_id" else paid[what] + 1
    with pytest.raises(JournalCorruptError):
        behind.apply(body)


def test_a_posting_that_is_not_as_its_event_says_is_refused() -> None:
    venue = at_a_premium()
    behind = Book(PERP.symbol)
    for body in venue.records:
        behind.apply(body)
    venue.fund()
    rows = venue.records[-1]["postings"]
    venue.records[-1]["postings"] = [
        [*row[:4], row[4] + {"ben": 1, "cat": -1}.get(row[0], 0)] for row in rows
    ]
    with pytest.raises(JournalCorruptError):
        behind.apply(venue.records[-1])


def test_the_mark_is_the_median_while_all_of_it_is_fresh_and_the_index_else() -> None:
    venue = Venue()
    assert venue.book.market_view()["mark"]["source"] == "REFERENCE"
    venue.trade("ann", "ben", 3, 1_030)
    venue.index(1_000)
    # There is no book around the trade: nobody knows a basis.
    assert venue.book.market_view()["mark"]["price_ticks"] == 1_000
    venue.quote(1_009, 1_012)
    venue.index(1_000)
    mark = venue.book.market_view()["mark"]
    assert (mark["price_ticks"], mark["source"]) == (1_010, "MEDIAN")
    assert mark["at_ms"] == venue.at_ms
    # The trade is old, the index is not: two of three make no median.
    venue.at_ms += FRESH_MS + 1
    venue.index(1_001)
    mark = venue.book.market_view()["mark"]
    assert (mark["price_ticks"], mark["source"]) == (1_001, "INDEX")


def test_no_single_trade_moves_the_mark_beyond_index_and_fair_price() -> None:
    venue = Venue()
    venue.trade("ann", "ben", 3, 1_005)
    venue.quote(1_009, 1_011)
    venue.index(1_000)
    for price in (1_009, 1_011):
        venue.trade("ann", "ben", 1, price)
        assert 1_000 <= venue.book.market_view()["mark"]["price_ticks"] <= 1_010


def test_a_spot_market_has_no_funding_and_no_basis() -> None:
    spot = list_market(symbol="BTC-USD", **TERMS)
    book = Book(spot.symbol)
    book.decide([listing(spot, at_ms=TIME_MS)])
    command: Any = {"kind": "fund", "command_id": "f", "symbol": spot.symbol}
    decision = book.decide([command | {"funding_at_ms": TIME_MS, "accepted_at_ms": TIME_MS}])
    assert decision is not None
    assert decision.record is not None
    [event] = decision.record["events"]
    assert event["type"] == "CommandRefused"


def test_a_reduce_only_stop_whose_trigger_is_undone_is_armed_and_not_cut() -> None:
    """A race was lost behind the trigger: the stop waits again, and does not rest."""
    venue = Venue()
    venue.trade("ann", "ben", 5, 1_000)
    stop = order(PERP, "stop", "ann", "SELL", 5, 1_000, at_ms=venue.at_ms, reduce_only=True)
    venue.take({**stop, "trigger": "STOP", "trigger_ticks": 980})
    venue.quote(970, 1_020)
    falls: list[Any] = [
        order(PERP, "bid", "cat", "BUY", 1, 975, at_ms=venue.at_ms),
        order(PERP, "fall", "ben", "SELL", 1, 975, at_ms=venue.at_ms),
    ]
    before = venue.book.state()
    decision = venue.book.decide(falls)
    assert decision is not None
    assert "OrderTriggered" in {one["type"] for one in (decision.record or {})["events"]}
    venue.book.undo(decision)
    assert venue.book.state() == before
    # Ann sells half of it herself: nothing of hers rests that could be cut.
    venue.take(order(PERP, "own", "ann", "SELL", 3, 1_010, at_ms=venue.at_ms))
    venue.take(order(PERP, "takes", "cat", "BUY", 3, 1_010, at_ms=venue.at_ms))
    assert venue.events("OrderReduced") == []
    [stopped] = venue.book.state()["falling"]
    assert stopped["command"]["command_id"] == "stop"
