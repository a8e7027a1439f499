from pathlib import Path

import pytest

from zerodesk_client.replay.selection import SelectionError, parse_start, select

ROWS = """time,price,quantity
2026-03-02T09:29:59Z,1,1
2026-03-02T09:30:00Z,2,0
2026-03-02T09:30:01Z,3,1
2026-03-03T09:30:00Z,4,1
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "trades.csv"
    path.write_text(ROWS)
    return path


@pytest.mark.parametrize(
    ("start", "rows"),
    [
        ("1", [1, 3, 4]),
        ("3", [3, 4]),
        ("09:30", [3, 4]),
        ("9:30:01.000", [3, 4]),
        ("2026-03-03T00:00", [4]),
        ("2026-03-03T10:30:00+01:00", [4]),
    ],
)
def test_a_start_is_a_row_or_a_time(file: Path, start: str, rows: list[int]) -> None:
    assert [trade.row for trade in select(file, parse_start(start), None).rows] == rows


def test_the_limit_counts_trades_and_not_skipped_rows(file: Path) -> None:
    selection = select(file, parse_start("1"), 2)
    assert [trade.row for trade in selection.rows] == [1, 3]
    assert selection.skipped == {"no quantity or no price": 1}


def test_rows_before_the_start_are_not_counted_as_skipped(file: Path) -> None:
    assert select(file, parse_start("3"), None).skipped == {}


@pytest.mark.parametrize("text", ["0", "-1", "25:00", "9:61", "noon", "٣", ""])
def test_what_is_no_start_is_refused(text: str) -> None:
    with pytest.raises(SelectionError, match="row number"):
        parse_start(text)


def test_a_start_behind_the_last_trade_selects_nothing(file: Path) -> None:
    with pytest.raises(SelectionError, match="no trade"):
        select(file, parse_start("5"), None)
