"""A position is taken over past the queue: no unit too much, nobody turned, everything paid."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zerodesk.matching.streams import OPTION, PERPETUAL
from zerodesk.codec import state_hash
from zerodesk.commands import DeleverageCommand, look_at_the_time
from zerodesk.instruments import Market
from zerodesk.matching import Book
from zerodesk.matching.commands import listing, order
from zerodesk.reconciliation import BookAudit
from zerodesk.rows import expand
from zerodesk.settlement import dues_by_account
from zerodesk.turnover import TickValue

FROM = 1_000
"""The price at which everybody came in."""

FOREVER_MS = 2**52


def a_takeover(price: int, *others: tuple[str, int], of: str = "bust") -> DeleverageCommand:
    return {
        "kind": "deleverage",
        "command_id": "d1",
        "account_id": of,
        "symbol": PERPETUAL.symbol,
        "price_ticks": price,
        "others": [list(one) for one in others],
        "marked_until_ms": FOREVER_MS,
        "accepted_at_ms": 0,
    }


class Venue:
    """A book with its journal, folded and audited by others as it goes."""

    def __init__(self, market: Market = PERPETUAL) -> None:
        self.market = market
        self.book, self.fold = Book(market.symbol), Book(market.symbol)
        self.audit = BookAudit(market.symbol)
        self.bodies: list[dict[str, Any]] = []
        self.take(listing(market))

    def take(self, *commands: Any) -> dict[str, Any]:
        decision = self.book.decide([one | {"symbol": self.market.symbol} for one in commands])
        assert decision is not None
        record = decision.record
        assert record is not None
        body = expand(record)
        self.fold.apply(body)
        self.bodies.append(body)
        self.audit.apply(len(self.bodies), body)
        assert state_hash(self.fold.state()) == state_hash(self.book.state())
        assert self.audit.findings.breaches == []
        assert self.audit.agrees_with(self.book.state())
        return body

    def open(self, shorts: dict[str, int], bust: str = "bust") -> None:
        """Have an account buy from some others."""
        for name, lots in shorts.items():
            self.take(
                order(self.market, f"s-{name}", name, "SELL", lots, FROM),
                order(self.market, f"b-{name}", bust, "BUY", lots, FROM),
            )

    def lots(self) -> dict[str, int]:
        return {name: row[0] for name, row in self.book.state().get("positions", {}).items()}


@pytest.fixture
def venue() -> Venue:
    venue = Venue()
    venue.open({"ann": 6, "ben": 4})
    return venue


def told(body: dict[str, Any]) -> dict[str, Any]:
    [event] = [one for one in body["events"] if one["type"] == "PositionsDeleveraged"]
    return dict(event)


def test_those_on_the_other_side_give_up_in_their_order_what_is_taken_over(venue: Venue) -> None:
    body = venue.take(a_takeover(900, ("ben", 4), ("ann", 6)))
    assert told(body)["taken"] == [["ben", 4], ["ann", 6]]
    assert venue.lots() == {}
    value = PERPETUAL.tick_value_minor
    # Bought ten at 1,000 and left at 900; the shorts made what was lost, and the book keeps none.
    assert (
        body["postings"]
        == [
            ["bust", "", "USD", 0, -1_000 * value],
            ["ben", "", "USD", 0, 400 * value],
            ["ann", "", "USD", 0, 600 * value],
            [f"open#{PERPETUAL.symbol}", "", "USD", 0, 0],
        ]
        or sum(row[4] for row in body["postings"]) == 0
    )


def test_an_option_is_bought_back_of_those_who_hold_it_at_the_price() -> None:
    venue = Venue(OPTION)
    venue.open({"bust": 10}, bust="ann")
    venue.take(
        order(OPTION, "s-ann", "ann", "SELL", 4, FROM),
        order(OPTION, "b-ben", "ben", "BUY", 4, FROM),
    )
    body = venue.take(a_takeover(900, ("ben", 4), ("ann", 5)))
    assert (told(body)["side"], told(body)["taken"]) == ("BUY", [["ben", 4], ["ann", 5]])
    assert venue.lots() == {"bust": -1, "ann": 1}
    value = 900 * OPTION.tick_value_minor
    # What one pays the others get; the book's own account, which is empty, has no part in it.
    assert body["postings"] == [
        ["bust", "", "USD", 0, -9 * value],
        ["ben", "", "USD", 0, 4 * value],
        ["ann", "", "USD", 0, 5 * value],
    ]


def test_an_option_that_is_long_is_paid_for_by_those_who_wrote_it() -> None:
    venue = Venue(OPTION)
    venue.open({"ann": 6, "ben": 4})
    body = venue.take(a_takeover(900, ("ben", 4)))
    value = 900 * OPTION.tick_value_minor
    assert body["postings"] == [
        ["bust", "", "USD", 0, 4 * value],
        ["ben", "", "USD", 0, -4 * value],
    ]
    assert venue.lots() == {"bust": 6, "ann": -6}


def test_a_takeover_of_an_option_holds_until_a_time_of_its_book() -> None:
    venue = Venue(OPTION)
    venue.open({"ann": 6})
    venue.take(look_at_the_time(OPTION.symbol, 5_000))
    late = a_takeover(900, ("ann", 6)) | {"command_id": "d0", "marked_until_ms": 4_999}
    [refused] = venue.take(late)["events"]
    assert "MATCHING_STALE_INDEX" in str(refused)
    sent_late = a_takeover(900, ("ann", 6)) | {"marked_until_ms": 6_000, "sent_at_ms": 6_001}
    [refused] = venue.take(sent_late | {"command_id": "d1"})["events"]
    assert refused["type"] == "CommandRefused"
    in_time = a_takeover(900, ("ann", 6)) | {"command_id": "d2", "marked_until_ms": 6_001}
    assert told(venue.take(in_time))["taken"] == [["ann", 6]]


def test_nobody_gives_up_more_than_is_asked_or_open(venue: Venue) -> None:
    body = venue.take(a_takeover(900, ("ann", 2), ("ben", 99), ("nobody", 5)))
    assert told(body)["taken"] == [["ann", 2], ["ben", 4]]
    assert venue.lots() == {"bust": 4, "ann": -4}


def test_a_repeat_and_a_second_takeover_find_nothing_left(venue: Venue) -> None:
    venue.take(a_takeover(900, ("ann", 6), ("ben", 4)))
    repeated = venue.book.decide([a_takeover(900, ("ann", 6))])
    assert repeated is not None
    assert repeated.record is None
    second = a_takeover(900, ("ann", 6)) | {"command_id": "d2"}
    [event] = venue.take(second)["events"]
    assert event["type"] == "CommandRefused"


def test_a_takeover_holds_for_the_marks_it_was_decided_for_and_for_no_later_one(
    venue: Venue,
) -> None:
    venue.take(
        {
            "kind": "index",
            "command_id": "i1",
            "symbol": PERPETUAL.symbol,
            "price_ticks": 950,
            "source": "feed",
            "observed_at_ms": 5_000,
            "accepted_at_ms": 5_000,
        }
    )
    late = a_takeover(900, ("ann", 6)) | {"command_id": "d0", "marked_until_ms": 4_999}
    [refused] = venue.take(late)["events"]
    assert refused["type"] == "CommandRefused"
    assert "MATCHING_STALE_INDEX" in str(refused)
    assert "until 4999" in str(refused)
    in_time = a_takeover(900, ("ann", 6)) | {"marked_until_ms": 5_000}
    assert told(venue.take(in_time))["taken"] == [["ann", 6]]


def test_who_is_on_the_same_side_is_passed_over(venue: Venue) -> None:
    venue.take(
        order(PERPETUAL, "s-ann2", "ann", "SELL", 3, FROM),
        order(PERPETUAL, "b-cat", "cat", "BUY", 3, FROM),
    )
    body = venue.take(a_takeover(900, ("cat", 3), ("ann", 1)))
    assert told(body)["taken"] == [["ann", 1]]


def test_a_reduce_only_order_that_rests_is_cut_to_what_is_left(venue: Venue) -> None:
    venue.take(order(PERPETUAL, "r1", "ann", "BUY", 6, 900, reduce_only=True))
    body = venue.take(a_takeover(950, ("ann", 4)))
    [cut] = [one for one in body["events"] if one["type"] == "OrderReduced"]
    assert (cut["by_lots"], cut["remaining_lots"]) == (4, 2)


def test_a_takeover_that_is_undone_leaves_nothing(venue: Venue) -> None:
    before = state_hash(venue.book.state())
    decision = venue.book.decide([a_takeover(900, ("ann", 6))])
    assert decision is not None
    venue.book.undo(decision)
    assert state_hash(venue.book.state()) == before


def test_in_a_market_that_is_not_open_nothing_is_taken_over(venue: Venue) -> None:
    venue.take(
        {
            "kind": "set_state",
            "command_id": "h1",
            "symbol": PERPETUAL.symbol,
            "state": "HALTED",
            "reason": "a look",
            "accepted_at_ms": 0,
        }
    )
    [event] = venue.take(a_takeover(900, ("ann", 6)))["events"]
    assert event["type"] == "CommandRefused"


def test_both_sides_are_settled_as_by_fills_without_a_fee(venue: Venue) -> None:
    venue.take(a_takeover(900, ("ben", 4)))
    dues = dues_by_account(PERPETUAL.symbol, [(9, venue.bodies[-1])], TickValue.of(PERPETUAL))
    assert sorted(dues) == ["ben", "bust"]
    [fill] = dues["ben"][0].fills
    assert (fill["side"], fill["quantity_lots"], fill["price_ticks"]) == ("BUY", 4, 900)
    assert (fill["fee_minor"], fill["liquidity"]) == (0, "DELEVERAGED")


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9), min_size=1),
    st.lists(st.tuples(st.sampled_from("abcdefg"), st.integers(0, 12)), unique_by=lambda x: x[0]),
    st.integers(1, 2_000),
    st.sampled_from(("long", "short")),
    st.sampled_from((PERPETUAL, OPTION)),
)
def test_positions_sum_to_zero_and_shrink_alone(
    shorts: dict[str, int], others: list[tuple[str, int]], price: int, side: str, market: Market
) -> None:
    venue = Venue(market)
    venue.open(shorts)
    before = venue.lots()
    of = "bust" if side == "long" else next(iter(shorts))
    named = others if side == "long" else [("bust", lots) for _, lots in others[:1]]
    body = venue.take(a_takeover(price, *named, of=of))
    after = venue.lots()
    assert sum(after.values()) == 0
    for name, lots in before.items():
        assert abs(after.get(name, 0)) <= abs(lots)
        assert after.get(name, 0) * lots >= 0
    assert sum(row[3] + row[4] for row in body["postings"]) == 0
