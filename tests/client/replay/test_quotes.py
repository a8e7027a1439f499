"""Quotes become market makers' orders, and the trades are those of a naive book."""

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.builders import SAMPLE_QUOTES
from tests.client.conftest import Zerodesk
from tests.client.fake_venue import FakeVenue
from tests.client.naive_quotes import as_rows, trades_of_quotes
from zerodesk.orders import Side
from zerodesk_client.formats import FormatError, RecordedQuote, SkippedRow, open_quotes
from zerodesk_client.formats.lean_quotes import HEADER
from zerodesk_client.formats.sample_quotes import QUOTES, sample_lines
from zerodesk_client.replay import settled
from zerodesk_client.replay.quote_trades import QuoteTrade, expected_trades

a_quote = st.builds(
    RecordedQuote,
    row=st.just(0),
    time_ms=st.just(0),
    venue=st.sampled_from("KNQ"),
    side=st.sampled_from(Side),
    price=st.sampled_from([Decimal(price) for price in ("9.99", "10.00", "10.01")]),
    quantity=st.integers(0, 3).map(Decimal),
)


def read(path: Path) -> tuple[list[RecordedQuote], list[SkippedRow]]:
    with open_quotes(path) as (_, rows):
        everything = list(rows)
    quotes = [row for row in everything if isinstance(row, RecordedQuote)]
    return quotes, [row for row in everything if isinstance(row, SkippedRow)]


def rows_of(trades: Iterable[QuoteTrade]) -> list[object]:
    return [
        (
            *(one.taker_row, one.maker_row, one.taker, one.maker, one.taker_side.value),
            *(one.price, one.quantity),
        )
        for one in trades
    ]


@given(st.lists(a_quote, max_size=30))
def test_the_expected_trades_are_those_of_a_naive_book(quotes: list[RecordedQuote]) -> None:
    numbered = [
        RecordedQuote(row, 0, one.venue, one.side, one.price, one.quantity)
        for row, one in enumerate(quotes, start=1)
    ]
    assert rows_of(expected_trades(numbered)) == trades_of_quotes(numbered)


def test_the_sample_in_the_repository_is_what_its_generator_makes() -> None:
    assert SAMPLE_QUOTES.read_text().splitlines() == list(sample_lines())


def test_the_sample_crosses_takes_back_and_flags() -> None:
    quotes, skipped = read(SAMPLE_QUOTES)
    trades = list(expected_trades(quotes))
    assert (len(quotes), len(skipped)) == (QUOTES, 1)
    assert len(trades) > 20
    assert any(one.maker == one.taker for one in trades)
    assert any(not quote.quantity for quote in quotes)


@pytest.mark.parametrize(
    "row",
    ["1,2,3,4", "1,x,100,0,0,K,1,0", "1,100,100,0,0,,1,0", "1,100,100,0,0,K/,1,0"],
)
def test_a_row_that_is_no_quote_is_named(tmp_path: Path, row: str) -> None:
    file = tmp_path / "quotes.csv"
    file.write_text(",".join(HEADER) + f"\n1,100,100,0,0,K,1,0\n{row}\n")
    with pytest.raises(FormatError, match="row 2"):
        read(file)


def test_a_venue_makes_of_quotes_what_a_naive_book_does(zerodesk: Zerodesk) -> None:
    result = zerodesk("replay", str(SAMPLE_QUOTES), "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["as_recorded"]
    assert as_rows(found["expected"]) == trades_of_quotes(read(SAMPLE_QUOTES)[0])
    assert len(found["traded"]) == len(found["expected"])
    assert found["rows"]["skipped"] == {"flagged as suspicious": 1}


def test_quotes_are_taken_up_by_their_run_and_nothing_happens_twice(
    zerodesk: Zerodesk, venue: FakeVenue
) -> None:
    words = ("replay", str(SAMPLE_QUOTES), "--limit", "120", "--run-id", "mine01")
    first = zerodesk(*words)
    placed = len(venue.orders)
    again = zerodesk(*words)
    assert (first.exit_code, again.exit_code) == (0, 0), again.output
    assert "every trade is the expected one" in again.stdout
    assert len(venue.orders) == placed


def test_a_trade_at_another_price_is_a_difference(
    zerodesk: Zerodesk, venue: FakeVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settled, "SETTLE_S", 0.0)

    def forge(method: str, path: str) -> None:
        if path.endswith("/trades"):
            (listed,) = venue.markets.values()
            listed.trades[3]["price"] = "13.85"

    venue.before = forge
    result = zerodesk("replay", str(SAMPLE_QUOTES))
    assert result.exit_code == 1
    assert "DIFFERS" in result.stdout


def test_quotes_have_no_pace_and_nothing_in_flight(zerodesk: Zerodesk) -> None:
    result = zerodesk("replay", str(SAMPLE_QUOTES), "--in-flight", "2")
    assert result.exit_code != 0
    assert "one after the other" in result.stderr
