"""The audit of a perpetual's book finds nothing in it, from any record on, and every unit moved."""

from typing import Any

import pytest

from tests.zerodesk.matching.streams import PERPETUAL, Run, a_stream, of_a_derivative
from zerodesk.codec import decode_body, encode_body
from zerodesk.matching import Book
from zerodesk.reconciliation import BookAudit


def a_run(seed: int, length: int = 80) -> list[dict[str, Any]]:
    commands = of_a_derivative(a_stream(seed, length, special=seed % 2 == 0), seed)
    run = Run.of(commands)
    run.take(commands, [3], 1_000)
    return [decode_body(encode_body(record)) for record in run.records]


def audited(records: list[dict[str, Any]]) -> BookAudit:
    audit = BookAudit(PERPETUAL.symbol)
    for sequence, record in enumerate(records, start=1):
        audit.apply(sequence, record)
    return audit


@pytest.mark.parametrize("seed", range(20))
def test_its_open_account_has_minus_the_cost_of_all_positions_which_sum_to_zero(seed: int) -> None:
    audit = audited(a_run(seed))
    assert audit.findings.clean, audit.findings.breaches
    lots, cost = (sum(column) for column in zip(*audit.positions.values(), (0, 0), strict=True))
    assert (lots, audit.open["USD"]) == (0, -cost * PERPETUAL.tick_value_minor)


@pytest.mark.parametrize("seed", range(10))
def test_an_audit_that_begins_in_the_middle_joins_the_one_before(seed: int) -> None:
    records = a_run(seed)
    middle, book = len(records) // 2, Book(PERPETUAL.symbol)
    for record in records[:middle]:
        book.apply(record)
    first, later = audited(records[:middle]), BookAudit.behind(book.state())
    assert first.agrees_with(book.state())
    for sequence, record in enumerate(records[middle:], start=middle + 1):
        later.apply(sequence, record)
    first.join(later)
    whole = audited(records)
    assert (first.positions, first.open, first.orders) == (
        whole.positions,
        whole.open,
        whole.orders,
    )
    assert first.findings.clean


def a_record_that_pays() -> tuple[list[dict[str, Any]], int]:
    """Return records, and which of them pays for what was closed."""
    for seed in range(50):
        records = a_run(seed)
        for at, record in enumerate(records):
            if any(row[0] == "open#BTC-PERP" for row in record["postings"]):
                return records, at
    raise AssertionError("no position was ever closed")


def test_a_unit_that_is_paid_too_much_is_found() -> None:
    records, at = a_record_that_pays()
    [row] = [row for row in records[at]["postings"] if row[0] == "open#BTC-PERP"]
    paid = next(row for row in records[at]["postings"] if "#" not in row[0])
    row[4] -= 1
    paid[4] += 1
    codes = {breach.code.value for breach in audited(records[: at + 1]).findings.breaches}
    assert "POSTINGS_DIFFER" in codes
