from datetime import UTC, datetime
from decimal import Decimal

from tests.client.builders import a_market
from zerodesk.orders import Side
from zerodesk_client.api import Trade
from zerodesk_client.formats import RecordedTrade
from zerodesk_client.replay.comparison import VolumeDifference, compare_trades, fees

AT = datetime(2026, 11, 21, tzinfo=UTC)


def recorded(*pairs: tuple[str, str]) -> list[RecordedTrade]:
    return [
        RecordedTrade(row, 0, Decimal(price), Decimal(quantity))
        for row, (price, quantity) in enumerate(pairs, start=1)
    ]


def traded(*pairs: tuple[str, str]) -> list[Trade]:
    """Trades in the order in which they happened; the venue lists the newest first."""
    return [Trade("t", Decimal(p), Decimal(q), Side.BUY, AT) for p, q in reversed(pairs)]


def unequal(file: list[RecordedTrade], venue: list[Trade]) -> set[str]:
    checks, _ = compare_trades(file, venue, a_market())
    return {check.name for check in checks if not check.is_equal}


def test_the_same_trades_in_another_order_are_equal_but_for_the_last_price() -> None:
    file = recorded(("1", "5"), ("2", "5"), ("1", "3"))
    assert unequal(file, traded(("1", "3"), ("2", "5"), ("1", "5"))) == set()
    assert unequal(file, traded(("1", "3"), ("1", "5"), ("2", "5"))) == {"last price"}


def test_one_trade_in_two_pieces_is_a_difference() -> None:
    assert unequal(recorded(("1", "5")), traded(("1", "2"), ("1", "3"))) == {"trades"}


def test_volume_at_another_price_is_named() -> None:
    file, venue = recorded(("1", "5"), ("2", "5")), traded(("3", "5"), ("2", "5"))
    checks, differences = compare_trades(file, venue, a_market())
    assert differences == [
        VolumeDifference(Decimal(1), Decimal(5), Decimal(0)),
        VolumeDifference(Decimal(3), Decimal(0), Decimal(5)),
    ]
    assert {check.name for check in checks if not check.is_equal} == {
        "prices with the file's volume",
        "prices that the file does not have",
    }


def test_a_market_without_trades_is_a_difference_throughout() -> None:
    assert len(unequal(recorded(("1", "5")), [])) == 4


def test_equal_numbers_are_equal_however_they_are_written() -> None:
    assert unequal(recorded(("1.50", "5.0")), traded(("1.5", "5"))) == set()


def test_fees_are_rounded_down_per_fill_on_both_sides() -> None:
    # 0.0333 USD notional: 2 basis points are 6.66 millionths, 5 are 16.65; down to 6 and 16.
    assert fees(recorded(("3.33", "0.01")), a_market()) == Decimal("0.000022")
