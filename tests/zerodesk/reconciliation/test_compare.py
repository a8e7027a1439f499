"""Accounts against books: from where they are compared, and what merely stands."""

import copy

import pytest

from tests.zerodesk.reconciliation.venue import Auditor, Body, Venue, follow
from zerodesk.reconciliation import BookAudit, BreachCode, Comparison, Readings

BOOK = "BTC-USD"


@pytest.fixture
def venue() -> Venue:
    venue = Venue(BOOK)
    venue.run(venue.funds("alice", BTC=10**6))
    venue.run(venue.funds("bob", USD=10**7))
    venue.settle_all()
    return venue


def standings(venue: Venue) -> set[str]:
    auditor = Auditor(venue)
    assert auditor.codes() == set()
    return {standing.code.value for standing in auditor.comparison.standings}


def test_a_quiet_venue_has_nothing_standing(venue: Venue) -> None:
    venue.run(venue.places("alice", BOOK, "SELL", 5, 100_000))
    venue.settle_all()
    assert standings(venue) == set()


def test_a_hold_on_its_way_to_the_book_stands(venue: Venue) -> None:
    venue.run(venue.places("alice", BOOK, "SELL", 5, 100_000))
    assert standings(venue) == {"HOLD_STANDS_STILL"}


def test_records_that_are_not_settled_stand_and_their_holds_do_not(venue: Venue) -> None:
    venue.run(venue.places("alice", BOOK, "SELL", 5, 100_000))
    venue.run(venue.matches(BOOK))
    assert standings(venue) == {"SETTLEMENT_STANDS_STILL"}


def test_a_hold_that_the_book_refused_and_is_not_settled_waits_for_settlement(
    venue: Venue,
) -> None:
    venue.run(venue.places("alice", BOOK, "SELL", 5, 100_000))
    venue.run(venue.places("bob", BOOK, "BUY", 5, 100_000, post_only=True))
    venue.run(venue.matches(BOOK))
    assert "REJECTED" in {item["status"] for item in venue.items.values()}
    assert standings(venue) == {"SETTLEMENT_STANDS_STILL"}


def test_a_hold_that_was_made_after_its_order_was_buried_stands(venue: Venue) -> None:
    order = venue.places("alice", BOOK, "SELL", 5, 100_000)
    next(order)
    venue.run(venue.cancels("o1"))
    venue.settle_all()
    for _ in range(2):
        next(order)
    assert venue.latest("alice")[1].holds
    assert standings(venue) == {"HOLD_STANDS_STILL"}
    venue.run(order)
    venue.settle_all()
    assert standings(venue) == set()


def test_a_market_that_shows_an_earlier_record_stands(venue: Venue) -> None:
    venue.run(venue.places("alice", BOOK, "SELL", 5, 100_000))
    venue.settle_all()
    venue.shown_markets[BOOK] -= 1
    assert standings(venue) == {"MARKET_STANDS_STILL"}


def test_a_listed_market_without_a_book_stands() -> None:
    assert _of_books({"ETH-USD": BookAudit("ETH-USD")}) == ["LISTING_STANDS_STILL"]


def test_a_book_that_is_not_listed_shows_nothing_and_need_not() -> None:
    book = BookAudit("ETH-USD")
    book.apply(1, NOTHING_HAPPENED)
    assert _of_books({"ETH-USD": book}) == ["SETTLEMENT_STANDS_STILL"]


NOTHING_HAPPENED = {
    "time_ms": 0,
    "commands": [],
    "events": [],
    "postings": [],
    "releases": [],
    "orders": {},
    "continuing": False,
}


def _of_books(books: dict[str, BookAudit]) -> list[str]:
    none = frozenset[str]()
    readings = Readings({}, {}, {}, books, {}, none, frozenset(books))
    return [standing.code.value for standing in Comparison(readings).run().standings]


def test_each_position_of_a_cursor_is_a_standstill_of_its_own(venue: Venue) -> None:
    keys = set()
    for _ in range(2):
        venue.run(venue.places("alice", BOOK, "SELL", 1, 100_000))
        venue.run(venue.matches(BOOK))
        auditor = Auditor(venue)
        auditor.run()
        keys |= {standing.key for standing in auditor.comparison.standings}
        venue.run(venue.settles(BOOK))
    assert len(keys) == 2


def test_an_order_that_came_to_rest_after_the_watermark_has_its_hold_compared(
    venue: Venue,
) -> None:
    venue.run(venue.places("bob", BOOK, "BUY", 5, 100_000))
    venue.settle_all()
    assert not venue.latest("bob")[1].watermarks, "resting moved no money"
    venue.accounts["bob"].append(without_hold(venue.accounts["bob"][-1], "o1"))
    assert Auditor(venue).codes() == {"HOLD_MISSING"}


def test_an_order_that_rests_has_its_hold_compared_before_the_cursor_has_passed_it(
    venue: Venue,
) -> None:
    venue.run(venue.places("bob", BOOK, "BUY", 5, 100_000))
    venue.run(venue.matches(BOOK))
    venue.accounts["bob"].append(without_hold(venue.accounts["bob"][-1], "o1"))
    assert Auditor(venue).codes() == {"HOLD_MISSING"}


def without_hold(record: Body, order_id: str) -> Body:
    """Return the next record of an account, which gives a hold back, well balanced."""
    state = copy.deepcopy(record["state"])
    minor = state["holds"].pop(order_id)["held_minor"]
    state["available"]["USD"] += minor
    entries = [["held", "USD", -minor], ["available", "USD", minor]]
    return {"cause": {"kind": "defect"}, "entries": entries, "state": state}


def test_an_order_with_a_due_ahead_is_compared_as_of_before_it(venue: Venue) -> None:
    venue.run(venue.places("bob", BOOK, "BUY", 5, 100_000))
    venue.run(venue.matches(BOOK))
    venue.run(venue.places("alice", BOOK, "SELL", 2, 100_000))
    venue.run(venue.matches(BOOK))
    assert Auditor(venue).codes() == set(), "bob still holds for all five lots"
    venue.accounts["bob"].append(without_hold(venue.accounts["bob"][-1], "o1"))
    assert Auditor(venue).codes() == {"HOLD_MISSING"}


def test_a_cursor_that_goes_back_is_told_once(venue: Venue) -> None:
    venue.run(venue.places("alice", BOOK, "SELL", 5, 100_000))
    venue.settle_all()
    auditor = Auditor(venue)
    assert auditor.codes() == set()
    venue.cursors[BOOK] -= 1
    assert auditor.codes() == {"CURSOR_WENT_BACK"}
    assert auditor.codes() == set(), "settlement repeats from there, and that is harmless"


def test_an_account_that_is_not_known_stands(venue: Venue) -> None:
    auditor = Auditor(venue)
    venue.run(venue.places("alice", BOOK, "SELL", 5, 100_000))
    venue.settle_all()
    book = auditor.books[BOOK]
    follow(book, venue.books[BOOK])
    books = {BOOK: book}
    readings = Readings({BOOK: 2}, {BOOK: 2}, {}, books, {BOOK: 2}, frozenset(), frozenset(books))
    [standing] = Comparison(readings).run().standings
    assert (standing.code, standing.subject) == (BreachCode.ACCOUNT_UNKNOWN, "account#alice")
    readings.known_accounts = frozenset({"alice"})
    assert Comparison(readings).run().standings == []


def test_sums_over_part_of_the_accounts_are_shown_and_not_judged(venue: Venue) -> None:
    venue.accounts["bob"][-1]["state"]["available"]["USD"] += 1
    auditor = Auditor(venue)
    auditor.run()
    auditor.readings.whole = False
    comparison = Comparison(auditor.readings).run()
    assert comparison.findings.clean
    assert comparison.totals
    auditor.readings.whole = True
    assert not Comparison(auditor.readings).run().findings.clean
