"""A book's records, audited by the formulas of its market."""

from typing import Any

import pytest

from tests.zerodesk.matching.streams import Run, a_stream
from tests.zerodesk.reconciliation.venue import market
from zerodesk.matching import Book, cancel, listing, order
from zerodesk.reconciliation import BookAudit

MARKET = market()
OVERFILL = {
    "type": "TradeExecuted",
    "command_id": "o2",
    "trade_id": "BTC-USD-1",
    "price_ticks": 100_000,
    "quantity_lots": 3,
    "maker_order_id": "o1",
    "maker_account_id": "alice",
    "maker_fee_minor": 60,
    "taker_order_id": "o2",
    "taker_account_id": "bob",
    "taker_fee_minor": 150,
    "taker_side": "BUY",
}


def audit(*batches: list[Any], max_fills: int = 100) -> BookAudit:
    """Return the audit of what the engine makes of batches of commands."""
    book, found = Book("BTC-USD"), BookAudit("BTC-USD")
    sequence = 0
    for batch in ([listing(MARKET)], *batches):
        rest = batch
        while rest or book.continuing:
            decision = book.decide(rest, max_fills=max_fills)
            assert decision is not None
            rest = rest[decision.consumed :]
            if decision.record is not None:
                sequence += 1
                found.apply(sequence, decision.record)
    return found


def sell(order_id: str, lots: int, **how: Any) -> Any:
    return order(MARKET, order_id, "alice", "SELL", lots, 100_000, **how)


def buy(order_id: str, lots: int, **how: Any) -> Any:
    return order(MARKET, order_id, "bob", "BUY", lots, 100_000, **how)


@pytest.mark.parametrize(
    "batches",
    [
        pytest.param(([sell("o1", 5)], [buy("o2", 3)]), id="a part of a maker"),
        pytest.param(([sell("o1", 5), buy("o2", 3)],), id="maker and taker in one record"),
        pytest.param(([sell("o1", 5), sell("o1", 5)],), id="a repeat in one record"),
        pytest.param(
            ([sell("o1", 2), buy("o2", 2, time_in_force="IOC"), buy("o2", 2)],),
            id="a taker and its repeat in one record",
        ),
        pytest.param(
            ([sell("o1", 2), cancel(MARKET, "o1", "alice"), sell("o1", 2)],),
            id="an order, its cancel and its repeat in one record",
        ),
        pytest.param(
            ([cancel(MARKET, "o1", "alice"), sell("o1", 2)],), id="a tombstone in one record"
        ),
        pytest.param(
            ([cancel(MARKET, "o1", "alice")], [sell("o1", 2)]), id="a tombstone before its order"
        ),
        pytest.param(
            ([sell("o1", 2)], [buy("o2", 1, post_only=True)]), id="a post-only order refused"
        ),
        pytest.param(([sell("o1", 2)], [buy("o2", 5, time_in_force="FOK")]), id="a FOK in vain"),
        pytest.param(
            ([sell("o1", 2)], [order(MARKET, "o2", "alice", "BUY", 2, 100_000)]),
            id="an account with itself",
        ),
        pytest.param(([sell("o1", 2)], [buy("o2", 2, at_ms=10**7)]), id="time passes"),
    ],
)
def test_what_the_engine_decides_is_sound(batches: tuple[list[Any], ...]) -> None:
    assert audit(*batches).findings.breaches == []


def test_a_taker_whose_fills_take_several_records_is_followed_through() -> None:
    makers = [sell(f"o{number}", 1) for number in range(1, 6)]
    found = audit(makers, [buy("o9", 7)], max_fills=2)
    assert found.findings.breaches == []
    assert found.sequence == 5
    assert (found.trades, list(found.orders)) == (5, ["o9"])
    assert found.orders["o9"].remaining_lots == 2


def test_the_hold_of_a_cheap_taker_rate_covers_a_dear_maker_rate() -> None:
    command = buy("o1", 10) | {"maker_bps": 50, "taker_bps": 5}
    command["held_minor"] = MARKET.buy_need_minor(100_000, 10, 50)
    assert audit([command]).findings.breaches == []


def test_fees_are_added_up_from_the_postings() -> None:
    assert dict(audit([sell("o1", 5)], [buy("o2", 3)]).fees) == {"USD": 60 + 150}


def test_accounts_of_one_record_wait_by_name_whatever_the_hash_seed() -> None:
    names = [f"seller-{number:02}" for number in range(20)]
    sells = [order(MARKET, f"o-{one}", one, "SELL", 1, 100_000) for one in reversed(names)]
    assert list(audit(sells).waiting()) == names


def test_an_order_filled_beyond_its_quantity_is_found_even_if_all_else_agrees() -> None:
    found = audit([sell("o1", 2)])
    bid = buy("o2", 3)
    held = bid["held_minor"]
    found.apply(
        3,
        {
            "time_ms": 0,
            "commands": [bid],
            "events": [OVERFILL],
            "postings": [
                ["alice", "o1", "BTC", -20_000, -10_000],
                ["alice", "o1", "USD", 0, 300_000 - 60],
                ["bob", "o2", "USD", -held, held - 300_000 - 150],
                ["bob", "o2", "BTC", 0, 30_000],
                ["fees#BTC-USD", "", "USD", 0, 210],
            ],
            "releases": [],
            "orders": {
                "o1": projection("alice", "CANCELLED", filled=3, remaining=-1),
                "o2": projection("bob", "FILLED", filled=3, remaining=0),
            },
            "continuing": False,
        },
    )
    assert [breach.code.value for breach in found.findings.breaches] == ["EXECUTION_DIFFERS"]


def projection(account_id: str, status: str, *, filled: int, remaining: int) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "status": status,
        "filled_lots": filled,
        "remaining_lots": remaining,
        "held_minor": 0,
    }


def test_a_record_without_its_parts_is_no_record() -> None:
    with pytest.raises(KeyError):
        audit([sell("o1", 2)]).apply(3, {"commands": [], "events": []})


def test_a_trade_before_the_listing_is_no_record() -> None:
    with pytest.raises(ValueError, match="before it is listed"):
        BookAudit("BTC-USD").apply(1, {"events": [OVERFILL], "commands": [], "postings": []})


def test_the_trading_state_is_followed() -> None:
    halt = {
        "kind": "set_state",
        "command_id": "h",
        "symbol": "BTC-USD",
        "state": "CANCEL_ONLY",
        "reason": "why not",
        "accepted_at_ms": 0,
    }
    assert audit().trading_state == "OPEN"
    assert audit([halt]).trading_state == "CANCEL_ONLY"


def reduced(by_lots: int, order_id: str = "o1") -> list[str]:
    """Return what the audit says of lots taken off an order of 5."""
    found = audit([sell("o1", 5)])
    event = {"type": "OrderReduced", "command_id": "o2", "order_id": order_id, "by_lots": by_lots}
    left = 5 - by_lots
    held_minor = MARKET.sell_need_minor(left)
    shown = {
        "account_id": "alice",
        "status": "EXPIRED" if not left else "OPEN",
        "filled_lots": 0,
        "remaining_lots": left,
        "filled_notional_minor": 0,
        "fee_minor": 0,
        "fee_currency": "USD",
        "held_minor": held_minor,
    }
    free_minor = MARKET.sell_need_minor(5) - held_minor
    body = {
        "time_ms": 0,
        "commands": [],
        "events": [event],
        "postings": [["alice", "o1", "BTC", -free_minor, free_minor]],
        "releases": [],
        "orders": {"o1": shown},
        "continuing": False,
    }
    found.apply(3, body)
    return [breach.code.value for breach in found.findings.breaches]


@pytest.mark.parametrize("by_lots", [1, 5])
def test_lots_that_are_taken_off_an_order_are_not_traded(by_lots: int) -> None:
    assert reduced(by_lots) == []


def test_no_more_is_taken_off_an_order_than_it_has() -> None:
    assert "EXECUTION_DIFFERS" in reduced(6)


def test_nothing_is_taken_off_an_order_that_is_not_there() -> None:
    assert "EXECUTION_DIFFERS" in reduced(1, "o9")


@pytest.mark.parametrize("seed", range(40))
def test_an_audit_agrees_with_its_book_whatever_terms_the_orders_have(seed: int) -> None:
    run, audit = Run(), BookAudit("BTC-USD")
    run.take(a_stream(seed, 60, special=True), [3], 2)
    for sequence, record in enumerate(run.records, start=1):
        audit.apply(sequence, record)
    assert audit.findings.clean, audit.findings.breaches
    assert audit.agrees_with(run.book.state())
    state = run.book.state()
    assert BookAudit.behind(state).agrees_with(state)
