"""What goes wrong is found, named for what it is, and laid to the right book.

A small quiet market, one thing in it altered, and a cold audit of everything. Records are altered
as if whoever wrote them had been wrong: hashes play no part here.
"""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.zerodesk.reconciliation.venue import Auditor, Body, Venue

BOOK = "BTC-USD"
SELLER_ORDER = "o1"
BUYER_ORDER = "o3"


@pytest.fixture
def venue() -> Venue:
    """Alice sold 3 of 5 lots to Bob at 100,000 ticks; he bids for 2 at 98,000. All is settled."""
    venue = Venue(BOOK)
    venue.run(venue.funds("alice", BTC=10**6))
    venue.run(venue.funds("bob", USD=10**7))
    venue.run(venue.places("alice", BOOK, "SELL", 5, 100_000))
    venue.run(venue.matches(BOOK))
    venue.run(venue.places("bob", BOOK, "BUY", 3, 100_000))
    venue.run(venue.matches(BOOK))
    venue.run(venue.places("bob", BOOK, "BUY", 2, 98_000))
    venue.settle_all()
    return venue


def codes(venue: Venue) -> set[str]:
    return Auditor(venue).codes()


def record_with_trade(venue: Venue) -> Body:
    return next(
        body
        for body in venue.books[BOOK]
        if any(event["type"] == "TradeExecuted" for event in body["events"])
    )


def trade(venue: Venue) -> dict[str, Any]:
    [event] = [e for e in record_with_trade(venue)["events"] if e["type"] == "TradeExecuted"]
    return event  # type: ignore[no-any-return]


def posting(venue: Venue, account_id: str, currency: str) -> list[Any]:
    [row] = [
        row
        for row in record_with_trade(venue)["postings"]
        if row[0] == account_id and row[2] == currency
    ]
    return row  # type: ignore[no-any-return]


def last_state(venue: Venue, account_id: str) -> dict[str, Any]:
    return venue.accounts[account_id][-1]["state"]  # type: ignore[no-any-return]


def appended(venue: Venue, account_id: str, entries: list[list[Any]], **changes: Any) -> Body:
    """Append a balanced record to an account, as a defect in a writer would."""
    body = {
        "cause": {"kind": "defect"},
        "entries": entries,
        "state": copy.deepcopy(last_state(venue, account_id)) | changes,
    }
    venue.accounts[account_id].append(body)
    return body


def test_the_market_as_it_is_balances(venue: Venue) -> None:
    result = Auditor(venue).run()
    assert result["balanced"], result["breaches"]
    assert all(check["checked"] for check in result["checks"][:4])
    [book] = result["books"]
    assert (book["trades"], book["open_orders"], book["fees"]) == (1, 2, {"USD": "0.00021"})


def a_balance_is_raised(venue: Venue) -> None:
    last_state(venue, "bob")["available"]["USD"] += 1


def a_balance_is_moved_to_another_currency(venue: Venue) -> None:
    available = last_state(venue, "bob")["available"]
    available["USD"], available["EUR"] = available["USD"] - 1, 1


def a_hold_is_raised_in_the_state_alone(venue: Venue) -> None:
    last_state(venue, "bob")["holds"][BUYER_ORDER]["held_minor"] += 1


def a_deposit_comes_from_nowhere(venue: Venue) -> None:
    venue.accounts["bob"][1]["entries"][1][2] += 1


def an_entry_is_without_effect(venue: Venue) -> None:
    appended(venue, "bob", [["available", "EUR", 5], ["external", "EUR", -5]])


def an_account_is_overdrawn(venue: Venue) -> None:
    minor = last_state(venue, "bob")["available"]["USD"] + 1
    body = appended(venue, "bob", [["available", "USD", -minor], ["external", "USD", minor]])
    body["state"]["available"]["USD"] = -1


def a_hold_is_given_back_while_its_order_is_open(venue: Venue) -> None:
    state = last_state(venue, "bob")
    minor = state["holds"][BUYER_ORDER]["held_minor"]
    available = state["available"] | {"USD": state["available"]["USD"] + minor}
    entries = [["held", "USD", -minor], ["available", "USD", minor]]
    appended(venue, "bob", entries, holds={}, available=available)


def a_hold_is_given_back_in_part(venue: Venue) -> None:
    state = last_state(venue, "bob")
    available = state["available"] | {"USD": state["available"]["USD"] + 1}
    entries = [["held", "USD", -1], ["available", "USD", 1]]
    body = appended(venue, "bob", entries, available=available)
    body["state"]["holds"][BUYER_ORDER]["held_minor"] -= 1


def a_settlement_is_posted_twice(venue: Venue) -> None:
    settled = next(b for b in venue.accounts["bob"] if b["cause"]["kind"] == "settle")
    minor = next(m for account, currency, m in settled["entries"] if currency == "BTC")
    body = appended(
        venue, "bob", [["available", "BTC", minor], ["clearing#BTC-USD", "BTC", -minor]]
    )
    body["cause"] = settled["cause"]
    body["state"]["available"]["BTC"] += minor


def a_settlement_forgets_a_fill(venue: Venue) -> None:
    settled = next(b for b in venue.accounts["bob"] if b["cause"]["kind"] == "settle")
    settled["cause"]["fills"] = []


def a_fill_is_told_at_another_price(venue: Venue) -> None:
    settled = next(b for b in venue.accounts["bob"] if b["cause"]["kind"] == "settle")
    settled["cause"]["fills"][0]["price_ticks"] += 1


def the_cursor_is_beyond_the_book(venue: Venue) -> None:
    venue.cursors[BOOK] += 1


def the_cursor_passes_an_account(venue: Venue) -> None:
    settled = [n for n, b in enumerate(venue.accounts["bob"]) if b["cause"]["kind"] == "settle"]
    del venue.accounts["bob"][settled[0] :]


def an_account_has_lost_all_its_trading(venue: Venue) -> None:
    del venue.accounts["bob"][2:]


def an_account_is_settled_with_what_the_book_never_posted(venue: Venue) -> None:
    venue.run(venue.funds("carol", USD=10))
    body = appended(venue, "carol", [["available", "USD", 5], ["clearing#BTC-USD", "USD", -5]])
    body["state"]["available"]["USD"] += 5


def a_watermark_is_beyond_the_book(venue: Venue) -> None:
    appended(venue, "bob", [], watermarks={BOOK: len(venue.books[BOOK]) + 1})


def a_watermark_goes_back(venue: Venue) -> None:
    appended(venue, "bob", [], watermarks={BOOK: 1})


def a_book_posts_money_that_nobody_paid(venue: Venue) -> None:
    posting(venue, "bob", "BTC")[4] += 1


def a_book_posts_to_the_wrong_account(venue: Venue) -> None:
    posting(venue, "bob", "BTC")[0] = "alice"


def a_book_takes_from_one_and_gives_to_the_other(venue: Venue) -> None:
    posting(venue, "bob", "USD")[4] += 1
    posting(venue, "alice", "USD")[4] -= 1


def a_trade_is_beyond_the_limit_of_the_maker(venue: Venue) -> None:
    trade(venue)["price_ticks"] = 99_999


def a_maker_had_another_limit(venue: Venue) -> None:
    [command] = [
        command
        for body in venue.books[BOOK]
        for command in body["commands"]
        if command["command_id"] == SELLER_ORDER
    ]
    command["price_ticks"] += 1


def a_trade_is_larger_than_the_order(venue: Venue) -> None:
    trade(venue)["quantity_lots"] = 6


def a_trade_pays_another_fee(venue: Venue) -> None:
    trade(venue)["taker_fee_minor"] += 1


def a_trade_is_of_an_order_that_is_not_open(venue: Venue) -> None:
    trade(venue)["maker_order_id"] = "o99"


def a_trade_is_laid_to_another_account(venue: Venue) -> None:
    trade(venue)["maker_account_id"] = "bob"


def a_book_holds_less_than_an_order_needs(venue: Venue) -> None:
    body = record_with_trade(venue)
    row = posting(venue, "alice", "BTC")
    row[3], row[4] = row[3] - 1, row[4] + 1
    body["orders"][SELLER_ORDER]["held_minor"] -= 1


def a_book_releases_the_hold_of_an_open_order(venue: Venue) -> None:
    venue.books[BOOK][-1]["releases"].append(["alice", SELLER_ORDER])


def a_book_moves_a_hold_in_another_currency(venue: Venue) -> None:
    record_with_trade(venue)["postings"].append(["alice", SELLER_ORDER, "USD", -1, 1])


def a_record_shows_more_filled_than_it_traded(venue: Venue) -> None:
    record_with_trade(venue)["orders"][SELLER_ORDER]["filled_lots"] += 1


def an_item_shows_another_status(venue: Venue) -> None:
    venue.items["alice", SELLER_ORDER]["status"] = "FILLED"


def an_item_shows_more_filled(venue: Venue) -> None:
    venue.items["alice", SELLER_ORDER]["filled_lots"] += 1


def an_item_is_behind_the_cursor(venue: Venue) -> None:
    venue.items["alice", SELLER_ORDER] |= {"book_sequence": 1, "status": "QUEUED"}


def an_item_is_gone(venue: Venue) -> None:
    del venue.items["alice", SELLER_ORDER]


CORRUPTIONS: dict[Callable[[Venue], None], set[str]] = {
    a_balance_is_raised: {"BALANCE_DIFFERS", "TOTALS_DIFFER"},
    a_balance_is_moved_to_another_currency: {"BALANCE_DIFFERS", "TOTALS_DIFFER"},
    a_hold_is_raised_in_the_state_alone: {"BALANCE_DIFFERS", "HOLD_DIFFERS", "TOTALS_DIFFER"},
    a_deposit_comes_from_nowhere: {"ENTRIES_NOT_ZERO", "TOTALS_DIFFER"},
    an_entry_is_without_effect: {"BALANCE_DIFFERS", "TOTALS_DIFFER"},
    an_account_is_overdrawn: {"OVERDRAWN"},
    a_hold_is_given_back_while_its_order_is_open: {"HOLD_MISSING"},
    a_hold_is_given_back_in_part: {"HOLD_DIFFERS"},
    a_settlement_is_posted_twice: {"POSITION_DIFFERS", "FILLS_DIFFER", "TOTALS_DIFFER"},
    a_settlement_forgets_a_fill: {"FILLS_DIFFER", "POSITION_DIFFERS"},
    a_fill_is_told_at_another_price: {"FILLS_DIFFER", "POSITION_DIFFERS"},
    the_cursor_is_beyond_the_book: {"CURSOR_AHEAD"},
    the_cursor_passes_an_account: {"SETTLEMENT_SKIPPED"},
    an_account_has_lost_all_its_trading: {"SETTLEMENT_SKIPPED"},
    an_account_is_settled_with_what_the_book_never_posted: {"POSITION_DIFFERS", "TOTALS_DIFFER"},
    a_watermark_is_beyond_the_book: {"WATERMARK_AHEAD"},
    a_watermark_goes_back: {"WATERMARK_WENT_BACK"},
    a_book_posts_money_that_nobody_paid: {
        "ENTRIES_NOT_ZERO",
        "POSTINGS_DIFFER",
        "POSITION_DIFFERS",
    },
    a_book_posts_to_the_wrong_account: {"POSTINGS_DIFFER", "POSITION_DIFFERS"},
    a_book_takes_from_one_and_gives_to_the_other: {"POSTINGS_DIFFER", "POSITION_DIFFERS"},
    a_trade_is_beyond_the_limit_of_the_maker: {
        "EXECUTION_DIFFERS",
        "POSTINGS_DIFFER",
        "FILLS_DIFFER",
    },
    a_maker_had_another_limit: {"EXECUTION_DIFFERS"},
    a_trade_is_larger_than_the_order: {
        "EXECUTION_DIFFERS",
        "HOLD_NOT_NEED",
        "POSTINGS_DIFFER",
        "FILLS_DIFFER",
    },
    a_trade_pays_another_fee: {"EXECUTION_DIFFERS", "POSTINGS_DIFFER", "FILLS_DIFFER"},
    a_trade_is_of_an_order_that_is_not_open: {"EXECUTION_DIFFERS", "HOLD_NOT_NEED"},
    a_trade_is_laid_to_another_account: {
        "EXECUTION_DIFFERS",
        "HOLD_NOT_NEED",
        "POSTINGS_DIFFER",
        "FILLS_DIFFER",
    },
    a_book_holds_less_than_an_order_needs: {"HOLD_NOT_NEED", "HOLD_DIFFERS"},
    a_book_releases_the_hold_of_an_open_order: {"EXECUTION_DIFFERS"},
    a_book_moves_a_hold_in_another_currency: {"EXECUTION_DIFFERS"},
    a_record_shows_more_filled_than_it_traded: {"EXECUTION_DIFFERS", "PROJECTION_DIFFERS"},
    an_item_shows_another_status: {"PROJECTION_DIFFERS"},
    an_item_shows_more_filled: {"PROJECTION_DIFFERS"},
    an_item_is_behind_the_cursor: {"PROJECTION_DIFFERS"},
    an_item_is_gone: {"PROJECTION_MISSING"},
}


@pytest.mark.parametrize("corrupt", CORRUPTIONS, ids=lambda corrupt: corrupt.__name__)
def test_it_is_found_and_named(venue: Venue, corrupt: Callable[[Venue], None]) -> None:
    corrupt(venue)
    assert codes(venue) == CORRUPTIONS[corrupt]


@pytest.mark.parametrize("corrupt", CORRUPTIONS, ids=lambda corrupt: corrupt.__name__)
def test_it_is_laid_to_its_book(venue: Venue, corrupt: Callable[[Venue], None]) -> None:
    corrupt(venue)
    auditor = Auditor(venue)
    auditor.run()
    assert {symbol for breach in auditor.findings.breaches for symbol in breach.symbols} == {BOOK}


def test_a_position_that_is_not_its_fills_is_found(venue: Venue) -> None:
    state = copy.deepcopy(last_state(venue, "alice"))
    state["positions"][BOOK][1] += 1
    venue.accounts["alice"][-1]["state"] = state
    assert "POSITION_DIFFERS" in codes(venue)
