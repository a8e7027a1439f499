"""Recorded trades through the HTTPS API: what the venue does is what the file says."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.client.naive_quotes import as_rows, trades_of_quotes
from tests.end_to_end.conftest import Venue
from tests.end_to_end.replaying import (
    GENERATED,
    GENERATED_QUOTES,
    RECORDED,
    RECORDED_QUOTES,
    started,
    verdict,
)
from zerodesk_client.replay.selection import Start, select_quotes

pytestmark = pytest.mark.local_cloud

TRADES = 1_000
QUOTES = 60
FIRST_ROW = 2_001
"""From here on the recorded quotes of four venues cross often: fourteen trades in sixty quotes."""


def test_a_thousand_recorded_trades_come_out_as_recorded(venue: Venue) -> None:
    """The recorded SPY day where it is at hand, the generated file where it is not."""
    file: Path = RECORDED if RECORDED.exists() else GENERATED
    found = verdict(started(file, TRADES), within_s=300)
    assert found["trades"] == TRADES
    assert found["as_recorded"]
    assert found["reconciliation"]["balanced"]


def test_crossing_quotes_trade_as_a_naive_book_says(venue: Venue) -> None:
    """Generated quotes of five venues: whoever has a clone has these."""
    assert len(quotes_traded(GENERATED_QUOTES, first_row=170)) >= 3


@pytest.mark.real_data
@pytest.mark.skipif(not RECORDED_QUOTES.exists(), reason=f"{RECORDED_QUOTES.name} is not here")
def test_recorded_quotes_of_four_venues_trade_as_a_naive_book_says(venue: Venue) -> None:
    assert len(quotes_traded(RECORDED_QUOTES, first_row=FIRST_ROW)) >= 10


def quotes_traded(file: Path, *, first_row: int) -> list[object]:
    """Replay some quotes and return their trades, which are those of a naive book."""
    found = verdict(started(file, QUOTES, "--from", str(first_row)), within_s=120)
    quotes = select_quotes(file, Start(row=first_row), QUOTES).rows
    expected = trades_of_quotes(quotes)
    assert as_rows(found["expected"]) == expected
    assert as_numbers(found["traded"]) == as_numbers(found["expected"])
    assert found["reconciliation"]["balanced"]
    return [*expected]


def as_numbers(trades: list[dict[str, str]]) -> list[tuple[object, ...]]:
    """What is compared of trades: 13.9 and 13.9000 are one price."""
    return [
        (one["taker"], one["maker"], one["taker_side"], Decimal(one["price"]), one["quantity"])
        for one in trades
    ]
