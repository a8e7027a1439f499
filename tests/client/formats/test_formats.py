import gzip
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from zerodesk_client.formats import (
    ENTRY_POINTS,
    FormatError,
    RecordedTrade,
    SkippedRow,
    open_trades,
    registry,
)

LEAN = "ms_since_midnight_ET,price_x10000,size,exchange,sale_condition,suspicious\n"
PLAIN = "time,price,quantity\n"
OCTOBER_8_2013_MS = 1_381_190_400_000


def read(path: Path) -> list[RecordedTrade | SkippedRow]:
    with open_trades(path) as (_, rows):
        return list(rows)


def a_file(folder: Path, text: str, name: str = "spy_20131008_trades.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_lean_prices_are_ten_thousandths_and_the_day_is_in_the_name(tmp_path: Path) -> None:
    path = a_file(tmp_path, LEAN + "14417034,1674200,210,Q,2000,0\n")
    assert read(path) == [
        RecordedTrade(1, OCTOBER_8_2013_MS + 14_417_034, Decimal("167.4200"), Decimal(210))
    ]


def test_rows_that_are_no_trades_are_skipped_with_their_reason(tmp_path: Path) -> None:
    path = a_file(tmp_path, LEAN + "1,1,0,Q,0,0\n2,1,1,Q,0,1\n3,0,1,Q,0,0\n")
    assert read(path) == [
        SkippedRow(1, "no size or no price"),
        SkippedRow(2, "flagged as suspicious"),
        SkippedRow(3, "no size or no price"),
    ]


def test_the_plain_format_reads_iso_times_and_decimals(tmp_path: Path) -> None:
    rows = "2026-03-02T15:30:00.250+01:00,100.10,0.5,ignored\n2026-03-02T14:30:01Z,100,0\n"
    first, second = read(a_file(tmp_path, "time,price,quantity,venue\n" + rows))
    assert first == RecordedTrade(1, 1_772_461_800_250, Decimal("100.10"), Decimal("0.5"))
    assert second == SkippedRow(2, "no quantity or no price")


def test_a_packed_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "trades"
    path.write_bytes(gzip.compress((PLAIN + "2026-03-02T14:30:00Z,1,2\n").encode()))
    assert [row.row for row in read(path)] == [1]


@pytest.mark.parametrize(
    "row",
    [
        "2026-03-02T14:30:00Z,1e3,2",
        "2026-03-02T14:30:00Z,NaN,2",
        "2026-03-02T14:30:00,1,2",
        "yesterday,1,2",
        "2026-03-02T14:30:00Z,1",
    ],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path: Path, row: str) -> None:
    good = "2026-03-02T14:30:00Z,1,2\n"
    with pytest.raises(FormatError, match="row 2"):
        read(a_file(tmp_path, PLAIN + good + row + "\n"))


def test_an_unknown_header_lists_the_formats_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"(?s)zerodesk_trades.*lean_trades"):
        read(a_file(tmp_path, "a,b,c\n"))


@pytest.mark.parametrize("content", [b"", b"\x1f\x8bbroken", b"\xff\xfe\x00"])
def test_what_is_no_text_is_no_file_of_trades(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(FormatError):
        read(path)


def test_a_missing_file_is_a_format_error(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="No such file"):
        read(tmp_path / "none.csv")


class TabularTrades:
    name = "tabular"
    description = "P,Q"
    clock = "UTC"

    def recognises(self, header: Sequence[str]) -> bool:
        return list(header) == ["P", "Q"]

    def read(
        self, _path: Path, _header: Sequence[str], rows: Iterable[Sequence[str]], /
    ) -> Iterator[RecordedTrade]:
        for number, (price, quantity) in enumerate(rows, start=1):
            yield RecordedTrade(number, number, Decimal(price), Decimal(quantity))


def test_a_format_of_an_installed_package_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = EntryPoint("tabular", f"{__name__}:TabularTrades", ENTRY_POINTS)
    monkeypatch.setattr(EntryPoint, "load", lambda _: TabularTrades)

    def installed(group: str) -> EntryPoints:
        assert group == ENTRY_POINTS
        return EntryPoints([offered])

    monkeypatch.setattr(registry, "entry_points", installed)
    assert read(a_file(tmp_path, "P,Q\n5,6\n")) == [RecordedTrade(1, 1, Decimal(5), Decimal(6))]
