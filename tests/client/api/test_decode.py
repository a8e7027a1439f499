from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from zerodesk.orders import Side
from zerodesk_client.api import Depth, Level, UnexpectedAnswerError
from zerodesk_client.api.decode import decode, encode


@dataclass(frozen=True)
class Thing:
    name: str
    size: Decimal
    at: datetime
    side: Side
    count: int = 0
    maybe: Decimal | None = None


THING = {"name": "n", "size": "1.50", "at": "2026-11-21T07:00:00.000Z", "side": "BUY"}


def test_a_value_is_read_by_its_annotations() -> None:
    thing = decode(Thing, THING | {"maybe": "2"})
    assert thing == Thing(
        "n", Decimal("1.50"), datetime(2026, 11, 21, 7, tzinfo=UTC), Side.BUY, 0, Decimal(2)
    )


def test_encoding_gives_back_what_was_read() -> None:
    assert encode(decode(Thing, THING)) == THING | {"count": 0, "maybe": None}


def test_fields_that_a_later_venue_adds_are_ignored() -> None:
    assert decode(Thing, THING | {"new": 1}).name == "n"


def test_rows_are_read_by_position() -> None:
    depth = decode(Depth, {"symbol": "S", "book_sequence": 1, "bids": [["1", "2", 3]], "asks": []})
    assert depth.bids == (Level(Decimal(1), Decimal(2), 3),)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("size", 1.5),
        ("size", "much"),
        ("name", 1),
        ("count", True),
        ("count", "1"),
        ("side", "HOLD"),
        ("at", "yesterday"),
        ("maybe", 1),
    ],
)
def test_a_value_of_another_type_is_not_understood(field: str, value: object) -> None:
    with pytest.raises(UnexpectedAnswerError, match=field):
        decode(Thing, THING | {field: value})


def test_a_missing_field_is_named() -> None:
    with pytest.raises(UnexpectedAnswerError, match="has no side"):
        decode(Thing, {key: THING[key] for key in ("name", "size", "at")})


def test_decimals_are_written_without_exponents_and_times_in_utc() -> None:
    assert encode(Decimal("1E+3")) == "1000"
    east = datetime(2026, 11, 21, 9, tzinfo=timezone(timedelta(hours=2)))
    assert encode([east]) == ["2026-11-21T07:00:00.000Z"]
