"""A record as it is kept and as it is read: either gives the other, and nothing is kept alike."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.matching.builders import a_book, a_buy, a_cancel, a_sell, an_index
from tests.zerodesk.matching.streams import Run, streams
from zerodesk.codec import canonical_json, record_text
from zerodesk.commands import Command
from zerodesk.matching import JournalCorruptError
from zerodesk.rows import expand, pack


def a_kept_record() -> dict[str, Any]:
    """A record with a row of each kind, and with what is no row."""
    book = a_book(a_sell("o1", 5, 100), a_sell("o3", 5, 101))
    bare = a_buy("o4", 1, 90)
    del bare["sent_at_ms"]
    decision = book.decide(
        [
            a_buy("o2", 2, 100),
            a_buy("o5", 1, 99, time_in_force="IOC"),
            bare,
            a_cancel("o3"),
            a_cancel("o2"),
            a_cancel("o9"),
            a_buy("o6", 1, 102, held_minor=0),
            an_index(),
        ]
    )
    assert decision is not None
    assert decision.kept is not None
    return decision.kept


def test_a_record_has_a_row_of_each_kind() -> None:
    kept = a_kept_record()
    rows = {entry[0] for entry in kept["events"] if isinstance(entry, tuple)}
    assert rows == {
        "TradeExecuted",
        "OrderOpened",
        "OrderExpired",
        "OrderCancelled",
        "CommandRefused",
    }
    assert {len(e) for e in kept["commands"] if isinstance(e, tuple)} == {6, 13, 14}
    assert {len(e) for e in kept["orders"].values() if isinstance(e, tuple)} == {2, 4, 7}


@settings(max_examples=200)
@given(streams(), st.integers(1, 5))
def test_what_is_read_is_kept_as_it_was_decided(commands: list[Command], batch: int) -> None:
    run = Run.of(commands)
    for start in range(0, len(commands), batch):
        decision = run.book.decide(commands[start : start + batch])
        if decision is None or decision.kept is None:
            continue
        text = canonical_json(decision.kept)
        read = expand(json.loads(text))
        assert read == decision.record
        # Its names in another order, as an archive has them.
        assert record_text(json.loads(canonical_json(read))) == text
        assert record_text(decision.kept) == text


def test_a_record_of_the_first_format_is_kept_as_it_is_read() -> None:
    body = {"commands": [{"kind": "cancel"}], "events": [], "orders": {}}
    assert expand(body) is body
    assert pack(body) is body


CHANGES: dict[str, Any] = {
    "another cause of a trade": lambda r: r["events"][0].update(command_id="o3"),
    "a trade that says more": lambda r: r["events"][0].update(note=""),
    "a trade numbered otherwise": lambda r: r["events"][0].update(trade_id="BTC-USD-01"),
    "an order opened by another": lambda r: r["events"][2].update(command_id="o9"),
    "a cancel that says more": lambda r: r["events"][3].update(tombstone_from_ms=1),
    "a refusal that says more": lambda r: r["events"][4]["rejection"].update(have="1"),
    "a command of another book": lambda r: r["commands"][0].update(symbol="ETH-USD"),
    "a command that says more": lambda r: r["commands"][0].update(note=""),
    "a command that says less": lambda r: r["commands"][0].pop("post_only"),
    "a projection in another currency": lambda r: r["orders"]["o2"].update(fee_currency="EUR"),
    "a projection that says more": lambda r: r["orders"]["o2"].update(note=""),
    "a projection that is not sure": lambda r: r["orders"]["o2"].update(if_pending=True),
    "an answer that is sure": lambda r: r["orders"]["c3"].pop("if_pending"),
    "an answer that says more": lambda r: r["orders"]["c3"].update(note=""),
    "an answer of another kind": lambda r: r["orders"]["c2"].update(kind="amend"),
    "another record altogether": lambda r: r.update(note=""),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_a_record_says_otherwise_is_kept_otherwise(change: str) -> None:
    read = expand(a_kept_record())
    altered = copy.deepcopy(read)
    CHANGES[change](altered)
    assert altered != read
    assert record_text(altered) != record_text(read)
    assert expand(json.loads(record_text(altered))) == json.loads(canonical_json(altered))


STRANGE: dict[str, Any] = {
    "an event of no known kind": lambda k: k["events"].append(["OrderVanished", "o1"]),
    "an event that says less": lambda k: k["events"].append(["OrderExpired", "o1"]),
    "a command of no known kind": lambda k: k["commands"].append(["wish", "w1"]),
    "a command that says less": lambda k: k["commands"].append(["cancel", "c1"]),
    "no postings": lambda k: k.pop("postings"),
    "no symbol": lambda k: k.pop("symbol"),
}


@pytest.mark.parametrize("strange", STRANGE)
def test_what_is_no_record_is_read_as_it_is_for_its_reader_to_refuse(strange: str) -> None:
    kept = json.loads(canonical_json(a_kept_record()))
    STRANGE[strange](kept)
    read = expand(kept)
    assert record_text(read) == canonical_json(kept)
    with pytest.raises(JournalCorruptError):
        a_book(a_sell("o1", 5, 100), a_sell("o3", 5, 101)).apply(read)
