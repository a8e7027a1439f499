"""Recorded trades through the HTTPS API: what the venue does is what the file says."""

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.conftest import Venue
from tests.end_to_end.replaying import GENERATED, RECORDED, started, verdict

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.local_cloud

TRADES = 1_000


def test_a_thousand_recorded_trades_come_out_as_recorded(venue: Venue) -> None:
    """The recorded SPY day where it is at hand, the generated file where it is not."""
    file: Path = RECORDED if RECORDED.exists() else GENERATED
    found = verdict(started(file, TRADES), within_s=300)
    assert found["trades"] == TRADES
    assert found["as_recorded"]
    assert found["reconciliation"]["balanced"]
