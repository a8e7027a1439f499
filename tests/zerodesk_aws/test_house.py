"""The house's journal: each fee once, whoever sweeps, and not at every look."""

from typing import Any

import pytest

from zerodesk.house import HouseState
from zerodesk_aws import house as houses
from zerodesk_aws.faults import JournalContentionError
from zerodesk_aws.house import House, house_stream
from zerodesk_aws.journal import EMPTY, Journal, SequenceTakenError, Tip

SYMBOL = "BTC-USD"
LATER_MS = 10**15


@pytest.fixture
def journal(journal_table: str) -> Journal:
    return Journal(journal_table)


def collect(journal: Journal, *fees_minor: int, after: Tip = EMPTY) -> Tip:
    """Append a record of the book for each fee, zero for one without."""
    for fee_minor in fees_minor:
        rows = [["alice", "o", "USD", 0, -fee_minor], [f"fees#{SYMBOL}", "", "USD", 0, fee_minor]]
        body: dict[str, Any] = {"postings": rows if fee_minor else []}
        after = journal.append(f"book#{SYMBOL}", after, body, at_ms=1_000 + after.sequence)
    return after


def test_fees_are_swept_once(journal: Journal) -> None:
    tip = collect(journal, 5, 0, 7)
    house = House(journal)
    assert house.sweep(SYMBOL, "USD", before_ms=LATER_MS)
    assert not house.sweep(SYMBOL, "USD", before_ms=LATER_MS)
    collect(journal, 30, after=tip)
    assert house.sweep(SYMBOL, "USD", before_ms=LATER_MS)
    latest = house.latest("USD")
    assert (latest.sequence, latest.state) == (2, HouseState(42, {SYMBOL: 4}))


def test_young_fees_stay_with_their_book(journal: Journal) -> None:
    collect(journal, 5)
    assert not House(journal).sweep(SYMBOL, "USD", before_ms=999)
    assert House(journal).sweep(SYMBOL, "USD", before_ms=1_000)


def test_a_book_without_fees_costs_the_house_no_record(journal: Journal) -> None:
    collect(journal, 0, 0)
    assert not House(journal).sweep(SYMBOL, "USD", before_ms=LATER_MS)
    assert House(journal).latest("USD").sequence == 0


def test_a_full_stretch_without_fees_is_swept_so_that_it_is_not_read_again(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(houses, "MAX_RECORDS", 2)
    collect(journal, 0, 0, 9)
    house = House(journal)
    assert [house.sweep(SYMBOL, "USD", before_ms=LATER_MS) for _ in range(3)] == [True, True, False]
    assert house.latest("USD").state == HouseState(9, {SYMBOL: 3})


def test_who_loses_the_race_brings_only_what_is_missing(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = collect(journal, 5, 7)
    whole = Journal.append
    raced: list[bool] = []

    def overtaken(self: Journal, stream: str, *given: Any, **named: Any) -> Tip:
        if stream == house_stream("USD") and not raced:
            raced.append(True)
            monkeypatch.setattr(houses, "MAX_RECORDS", 1)
            House(journal).sweep(SYMBOL, "USD", before_ms=LATER_MS)
        return whole(self, stream, *given, **named)

    monkeypatch.setattr(Journal, "append", overtaken)
    assert House(journal).sweep(SYMBOL, "USD", before_ms=LATER_MS)
    assert House(journal).latest("USD").state == HouseState(12, {SYMBOL: tip.sequence})
    causes = [record.body["cause"] for record in journal.read(house_stream("USD"))]
    assert [(cause["from"], cause["to"]) for cause in causes] == [(1, 1), (2, 2)]


def test_races_that_never_end_are_a_fault(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect(journal, 5)
    monkeypatch.setattr(houses, "PAUSE_SECONDS_MAX", 0)

    def always_late(*_: Any, **__: Any) -> Tip:
        raise SequenceTakenError

    monkeypatch.setattr(Journal, "append", always_late)
    with pytest.raises(JournalContentionError):
        House(journal).sweep(SYMBOL, "USD", before_ms=LATER_MS)
