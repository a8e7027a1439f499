"""A position that is large against its market needs more margin, at the volume of the record."""

from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway
from tests.functions.test_perpetuals import BTC_PERP, trade, venue
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.clock import now_ms
from zerodesk_aws.tables.market import Markets

__all__ = ["venue"]

PERP = "BTC-PERP"


def bounded(venue: Gateway, share_bps: int | None, symbol: str = PERP) -> Answered:
    body = {"free_volume_bps": share_bps, "reason": "it is thin"}
    return venue.operator("PATCH", f"/v1/markets/{symbol}", body)


def traded(lots: int) -> None:
    assert Markets("market").keep_volume(PERP, lots, now_ms())


def buy(venue: Gateway, name: str, quantity: str = "0.9") -> dict[str, Any]:
    terms = {"symbol": PERP, "quantity": quantity, "price": "60000"}
    answer: dict[str, Any] = venue.place("ann", name, "BUY", **terms).json
    return answer


def cause() -> dict[str, Any]:
    journal = AccountJournal("journal")
    [record] = journal.read("ann", journal.latest("ann").sequence - 1)
    found: dict[str, Any] = record.body["cause"]
    return found


def test_an_order_is_decided_by_the_volume_that_its_record_keeps(venue: Gateway) -> None:
    assert bounded(venue, 1_000).json["free_volume_bps"] == 1_000
    refused = buy(venue, "one")["rejection"]
    # Ten per cent of 54,000, half of 15.75 % of all of it, as none is traded, and it has 6,973.
    assert (refused["code"], refused["need"]) == ("RISK_INSUFFICIENT_MARGIN", "9652.5")
    assert cause()["decided_on"]["volumes"] == {PERP: 0}
    traded(90_000)
    assert buy(venue, "two")["status"] == "OPEN"
    assert cause()["decided_on"]["volumes"] == {PERP: 90_000}


def test_margin_shows_what_a_position_needs_for_its_size_and_without_the_term_as_before(
    venue: Gateway,
) -> None:
    trade(venue, "t1", "ann", "ben", "0.5", "60000")
    venue.settle(PERP)

    def needs() -> tuple[str, str]:
        [one] = venue.call("GET", "/v1/accounts/ann/margin", who="ann").json["margins"]
        return one["initial"], one["maintenance"]

    assert needs() == ("3000", "1500")
    bounded(venue, 1_000)
    traded(20_000)
    # Two of five tenths are free; 18,000 lose 2,835 at worst, and 80 % of half of it is kept.
    assert needs() == ("4417.5", "2634")
    bounded(venue, None)
    assert needs() == ("3000", "1500")


@pytest.mark.parametrize("share_bps", [0, 100_001])
def test_a_share_that_is_none_is_refused(venue: Gateway, share_bps: int) -> None:
    refused = bounded(venue, share_bps)
    assert (refused.status, refused.json["field"]) == (400, "free_volume_bps")
    other = BTC_PERP | {"symbol": "ETH-PERP", "base": "ETH", "free_volume_bps": share_bps}
    listed = venue.operator("POST", "/v1/markets", other)
    assert (listed.status, listed.json["field"]) == (400, "free_volume_bps")


def test_a_spot_market_has_no_such_share(venue: Gateway) -> None:
    refused = bounded(venue, 1_000, "BTC-USD")
    assert (refused.status, refused.json["field"]) == (400, "free_volume_bps")
