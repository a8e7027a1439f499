import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.instruments import SYMBOL
from zerodesk.pricing.order_quote import collar_around
from zerodesk_client.formats import RecordedTrade
from zerodesk_client.replay.market import (
    ReplayOptionError,
    collar_bps,
    market_for,
    new_run_id,
    symbol_for,
)
from zerodesk_client.replay.scoreboard import Pair


def trades(*pairs: tuple[str, str]) -> list[RecordedTrade]:
    return [
        RecordedTrade(row, row, Decimal(price), Decimal(quantity))
        for row, (price, quantity) in enumerate(pairs, start=1)
    ]


@given(st.lists(st.integers(1, 10**7), min_size=2, max_size=20))
def test_the_collar_admits_every_trade_around_the_mark_of_any_other(ticks: list[int]) -> None:
    bps = collar_bps(Decimal(min(ticks)), Decimal(max(ticks)))
    for mark in ticks:
        assert all(collar_around(mark, bps).admits(price) for price in ticks)


@given(st.lists(st.integers(10_000, 10**7), min_size=2, max_size=5, unique=True))
def test_a_collar_one_basis_point_narrower_does_not(ticks: list[int]) -> None:
    bps = collar_bps(Decimal(min(ticks)), Decimal(max(ticks)))
    assert bps == 1 or not collar_around(min(ticks), bps - 1).admits(max(ticks))


def test_steps_are_the_finest_decimals_and_filters_the_widest_trades() -> None:
    market = market_for(trades(("100.10", "5"), ("100.2", "0.25")), "XY-USD")
    listing = market.listing
    assert (listing.tick_size, listing.lot_size) == (Decimal("0.01"), Decimal("0.01"))
    assert (listing.min_notional, listing.max_quantity) == (Decimal("25.05"), Decimal(5))
    assert listing.reference_price == Decimal("100.10")
    assert market.pairs == (Pair(10_010, 500), Pair(10_020, 25))


def test_trades_at_one_price_still_have_a_collar() -> None:
    assert market_for(trades(("100", "1")), "XY-USD").listing.collar_bps == 1


@pytest.mark.parametrize("name", ["spy_20131008_trades.csv.gz", "42.csv", "verylongfilename.csv"])
def test_every_run_of_every_file_has_a_symbol_of_its_own(name: str) -> None:
    symbols = {symbol_for(Path(name), new_run_id()) for _ in range(50)}
    assert len(symbols) == 50
    assert all(re.fullmatch(SYMBOL, symbol) for symbol in symbols)


def test_a_symbol_that_is_none_is_refused() -> None:
    with pytest.raises(ReplayOptionError, match="BASE-QUOTE"):
        market_for(trades(("1", "1")), "spy")
