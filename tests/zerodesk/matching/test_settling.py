"""The end of an option: orders cancelled, positions paid, to the unit, in any cut into records."""

import random
from typing import Any

import pytest

from tests.zerodesk.matching.streams import OPTION, START_MS, Run, a_stream, of_a_derivative
from zerodesk.accounts import AccountState
from zerodesk.codec import decode_body, encode_body
from zerodesk.commands import Command
from zerodesk.dues import Due, settle
from zerodesk.funding import FUNDING_EVERY_MS, funding_time
from zerodesk.matching import Book
from zerodesk.matching.commands import listing, order
from zerodesk.options import OptionTerms
from zerodesk.orders import settling_id_for
from zerodesk.reconciliation import BookAudit
from zerodesk.settlement import dues_by_account, leaves_something
from zerodesk.times import iso_ms
from zerodesk.turnover import TickValue

EXPIRY_MS = OptionTerms.of(OPTION.symbol).expiry_ms
TICK = TickValue.of(OPTION)
STRIKE_MINOR = 100_000 * 10**6
TICK_MINOR = 250_000
"""The option's tick is 0.25."""


def an_end(price_minor: int, *, at_ms: int = EXPIRY_MS, name: str = "") -> Any:
    return {
        "kind": "settle",
        "command_id": settling_id_for(OPTION.symbol, at_ms) + name,
        "symbol": OPTION.symbol,
        "price_minor": price_minor,
        "first_sequence": 7,
        "last_sequence": 9,
        "reason": "the average",
        "by": "time",
        "accepted_at_ms": at_ms,
        "sent_at_ms": at_ms,
    }


def traded() -> list[Command]:
    """Alice has sold 5 to bob and 1 to carol, who wants more."""
    return [
        listing(OPTION, at_ms=START_MS),
        order(OPTION, "a1", "alice", "SELL", 6, 100, at_ms=START_MS),
        order(OPTION, "b1", "bob", "BUY", 5, 100, at_ms=START_MS),
        order(OPTION, "c1", "carol", "BUY", 4, 100, at_ms=START_MS),
        order(OPTION, "b2", "bob", "SELL", 2, 120, at_ms=START_MS),
    ]


def events_of(run: Run, kind: str) -> list[dict[str, Any]]:
    return [event for record in run.records for event in record["events"] if event["type"] == kind]


def paid(run: Run) -> dict[str, int]:
    return {one["account_id"]: one["paid_minor"] for one in events_of(run, "PositionSettled")}


def ended(price_minor: int, max_fills: int = 1_000) -> Run:
    commands = [*traded(), an_end(price_minor)]
    run = Run.of(commands)
    run.take(commands, [3], max_fills)
    return run


@pytest.mark.parametrize("max_fills", [1, 2, 1_000])
def test_holders_get_what_writers_pay_and_the_books_own_account_is_even(max_fills: int) -> None:
    # In the money by 10.5, which is 42 ticks of 0.25.
    run = ended(STRIKE_MINOR + 10_500_000, max_fills)
    worth = 42 * OPTION.tick_value_minor
    assert paid(run) == {"alice": -6 * worth, "bob": 5 * worth, "carol": worth}
    assert run.open == 0
    assert run.book.state().get("positions") is None
    assert run.book.state().get("settling") is None
    outcomes = [one["outcome"] for one in events_of(run, "PositionSettled")]
    assert outcomes == ["ASSIGNED", "EXERCISED", "EXERCISED"]


def test_a_part_of_a_tick_is_paid_to_nobody() -> None:
    run = ended(STRIKE_MINOR + 3 * TICK_MINOR - 1)
    assert paid(run)["carol"] == 2 * OPTION.tick_value_minor


def test_out_of_the_money_everybody_is_told_and_nobody_paid() -> None:
    commands = [*traded(), an_end(STRIKE_MINOR)]
    run = Run.of(commands)
    run.take(commands, [1], 1_000)
    assert paid(run) == {"alice": 0, "bob": 0, "carol": 0}
    last = run.records[-1]
    assert leaves_something(last)
    dues = dues_by_account(OPTION.symbol, [(1, last)], TICK)
    prices = {who: [fill["price_ticks"] for fill in due[0].fills] for who, due in dues.items()}
    assert prices == {"alice": [0], "bob": [0], "carol": [0]}


def test_open_orders_are_cancelled_and_their_holds_come_back() -> None:
    run = ended(STRIKE_MINOR)
    gone = {event["order_id"] for event in events_of(run, "OrderCancelled")}
    assert gone == {"b2", "c1"}
    assert run.book.open_orders() == {}
    assert run.book.market_view()["state"] == "DELISTED"


def test_an_option_does_not_end_early_twice_or_at_no_price() -> None:
    early = an_end(STRIKE_MINOR, at_ms=EXPIRY_MS - 1, name="-early")
    nothing = an_end(0, name="-nothing")
    again = an_end(2 * STRIKE_MINOR, name="-again")
    commands = [*traded(), early, nothing, an_end(STRIKE_MINOR), an_end(STRIKE_MINOR), again]
    run = Run.of(commands)
    run.take(commands, [1], 1_000)
    refused = [event["command_id"] for event in events_of(run, "CommandRefused")]
    assert refused == [one["command_id"] for one in (early, nothing, again)]
    assert len(events_of(run, "OptionSettled")) == 1


def test_what_has_no_expiry_does_not_end() -> None:
    from tests.zerodesk.matching.streams import PERPETUAL

    commands: list[Any] = [
        listing(PERPETUAL, at_ms=START_MS),
        an_end(STRIKE_MINOR) | {"symbol": PERPETUAL.symbol},
    ]
    run = Run.of(commands)
    run.take(commands, [1], 1_000)
    assert len(events_of(run, "CommandRefused")) == 1


def test_behind_its_expiry_an_option_takes_cancels_only() -> None:
    late = order(OPTION, "d1", "dan", "BUY", 1, 130, at_ms=EXPIRY_MS)
    commands: list[Any] = [*traded(), late, an_end(STRIKE_MINOR)]
    run = Run.of(commands)
    run.take(commands, [1], 1_000)
    assert run.answers["d1"][:2] == ("REJECTED", "MATCHING_MARKET_NOT_OPEN")
    [stopped, _] = events_of(run, "MarketStateChanged")
    assert (stopped["state"], stopped["by"]) == ("CANCEL_ONLY", "time")
    assert stopped["reason"] == f"it expired at {iso_ms(EXPIRY_MS)}"


def test_an_auction_that_ends_behind_the_expiry_trades_nothing() -> None:
    begins: Any = {
        "kind": "set_state",
        "command_id": "auction",
        "symbol": OPTION.symbol,
        "state": "AUCTION",
        "reason": "to test",
        "lasts_ms": 1_000,
        "accepted_at_ms": EXPIRY_MS - 900,
        "sent_at_ms": EXPIRY_MS - 900,
    }
    gathered = [
        order(OPTION, "e1", "dan", "BUY", 1, 130, at_ms=EXPIRY_MS - 800),
        order(OPTION, "e2", "erin", "SELL", 1, 125, at_ms=EXPIRY_MS - 700),
    ]
    look: Any = {"kind": "expire", "command_id": "look", "symbol": OPTION.symbol}
    look |= {"accepted_at_ms": EXPIRY_MS + 200}
    commands = [*traded(), begins, *gathered, look, an_end(STRIKE_MINOR, at_ms=EXPIRY_MS + 300)]
    run = Run.of(commands)
    run.take(commands, [1], 1_000)
    assert len(run.trades) == 2
    assert run.answers["e1"][0] == "CANCELLED"


@pytest.mark.parametrize("seed", range(25))
def test_any_book_ends_with_nothing_open_folds_and_audits_clean(seed: int) -> None:
    noise = random.Random(seed)
    commands: list[Any] = of_a_derivative(
        a_stream(seed, noise.randint(10, 80), special=seed % 2 == 0), seed, OPTION
    )
    price = STRIKE_MINOR + noise.choice((-1, 1)) * noise.randrange(0, 10**9)
    commands.append(an_end(price))
    run, folded = Run(Book(OPTION.symbol, anchor_every=1)), Book(OPTION.symbol)
    run.take(commands, [noise.randint(1, 4)], noise.choice((1, 2, 1_000)))
    audit = BookAudit(OPTION.symbol)
    for sequence, record in enumerate(run.records, start=1):
        read = decode_body(encode_body(record))
        folded.apply(read)
        audit.apply(sequence, read)
        assert Book.from_state(folded.state()).state() == folded.state()
    assert folded.state() == run.book.state()
    assert audit.findings.clean, audit.findings.breaches
    assert (audit.positions, audit.orders, audit.open.get("USD", 0)) == ({}, {}, 0)
    assert run.book.open_orders() == {}
    assert sum(paid(run).values()) == 0


def test_a_decision_that_lost_its_race_is_taken_back_whole() -> None:
    book = Book(OPTION.symbol)
    book.decide(traded())
    before = book.state()
    decision = book.decide([an_end(STRIKE_MINOR + 10**9)], max_fills=2)
    assert decision is not None
    book.undo(decision)
    assert book.state() == before


def test_an_account_that_settles_the_end_has_no_position_and_its_cash() -> None:
    run = ended(STRIKE_MINOR + 10_500_000, max_fills=1)
    rows = list(enumerate(run.records, start=1))
    worth = 42 * OPTION.tick_value_minor
    end = dues_by_account(OPTION.symbol, rows, TICK)["bob"][-1:]
    assert isinstance(end[0], Due)
    bought = {"side": "BUY", "price_ticks": 100, "quantity_lots": 5, "fee_minor": 0}
    fill = bought | {"order_id": "b1", "executed_at_ms": START_MS}
    opening = Due(1, (), (), (fill,))
    held = settle(AccountState(opened=True), OPTION.symbol, 1, [opening])
    assert held is not None
    after = settle(held.state, OPTION.symbol, len(rows), end)
    assert after is not None
    position = after.state.positions[OPTION.symbol]
    assert (position.quantity_lots, position.cost_tick_lots) == (0, 0)
    assert position.realised_tick_lots == 5 * 42 - 500
    assert after.state.available == {"USD": 5 * worth}


def test_a_payoff_that_is_a_unit_too_much_is_found_by_fold_and_audit() -> None:
    run = ended(STRIKE_MINOR + 10_500_000)
    records = [decode_body(encode_body(record)) for record in run.records]
    at = next(i for i, r in enumerate(records) if r["events"][-1]["type"] == "PositionSettled")
    for event in records[at]["events"]:
        if event["type"] == "PositionSettled":
            event["payoff_ticks"] += 1
    audit, book = BookAudit(OPTION.symbol), Book(OPTION.symbol)
    for sequence, record in enumerate(records[: at + 1], start=1):
        audit.apply(sequence, record)
    assert "EXECUTION_DIFFERS" in {one.code.value for one in audit.findings.breaches}
    for record in records[:at]:
        book.apply(record)
    from zerodesk.matching import JournalCorruptError

    with pytest.raises(JournalCorruptError):
        book.apply(records[at])


def test_an_option_is_never_funded_and_its_mark_is_no_median() -> None:
    book = Book(OPTION.symbol)
    book.decide(traded())
    at_ms = funding_time(EXPIRY_MS - FUNDING_EVERY_MS)
    told: Any = {"command_id": "i", "symbol": OPTION.symbol, "accepted_at_ms": at_ms}
    index = told | {"kind": "index", "price_ticks": 90, "source": "s", "observed_at_ms": at_ms}
    fund = told | {"kind": "fund", "command_id": "f", "funding_at_ms": at_ms}
    decision = book.decide([index, fund])
    assert decision is not None
    assert decision.record is not None
    changed, refused = decision.record["events"]
    assert "basis_ticks" not in changed
    assert refused["type"] == "CommandRefused"
    mark = book.market_view()["mark"]
    assert (mark["price_ticks"], mark["source"]) == (90, "INDEX")
