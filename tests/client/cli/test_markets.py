"""What an operator sets up over the command line: markets of every kind, surfaces, partners."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.client.conftest import Zerodesk
from tests.client.fake_venue import FakeVenue

SPOT = (
    *("tick_size=0.01", "lot_size=0.0001", "min_notional=1", "max_quantity=100"),
    *("maker_bps=2", "taker_bps=5", "collar_bps=500", "reference_price=60000"),
)
TIERS = "margin=0:1000/500,120000:2000/1000"
CALL = "BTC-25DEC26-60000-C"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "surface.json"
    path.write_text('{"model": "essvi", "theta": [0.25]}')
    return path


@pytest.fixture(autouse=True)
def _a_market(zerodesk: Zerodesk) -> None:
    assert zerodesk("market", "list", "btc-usd", *SPOT).exit_code == 0


def told(zerodesk: Zerodesk, *words: str, code: int = 0) -> Any:
    result = zerodesk(*words, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_a_perpetual_is_listed_with_its_tiers(zerodesk: Zerodesk, venue: FakeVenue) -> None:
    band = "band=200/60/300"
    result = zerodesk("market", "list", "btc-perp", "--quote", "usd", *SPOT, TIERS, band)
    assert result.exit_code == 0, result.stderr
    listed = venue.markets["BTC-PERP"].listing
    assert (listed["base"], listed["quote"]) == ("BTC", "USD")
    assert listed["margin"] == [
        {"from_notional": "0", "initial_bps": 1_000, "maintenance_bps": 500},
        {"from_notional": "120000", "initial_bps": 2_000, "maintenance_bps": 1_000},
    ]
    assert listed["band"] == {"bps": 200, "window_seconds": 60, "auction_seconds": 300}


@pytest.mark.parametrize("symbol", ["BTC-PERP", CALL])
def test_what_is_settled_in_no_currency_of_its_symbol_is_asked_for_one(
    zerodesk: Zerodesk, symbol: str
) -> None:
    result = zerodesk("market", "list", symbol, *SPOT)
    assert (result.exit_code, "--quote" in result.stderr) == (2, True)


@pytest.mark.parametrize("tiers", ["margin=1000", "margin=0:1000", "margin=x:1/2", "margin=0:a/b"])
def test_tiers_that_are_none_are_named(zerodesk: Zerodesk, tiers: str) -> None:
    result = zerodesk("market", "list", "BTC-PERP", "--quote", "USD", *SPOT, tiers)
    assert (result.exit_code, tiers in result.stderr) == (2, True)


def test_markets_are_listed_by_kind(zerodesk: Zerodesk) -> None:
    zerodesk("market", "list", "BTC-PERP", "--quote", "USD", *SPOT, TIERS)
    zerodesk("market", "list", CALL, "--quote", "USD", *SPOT)
    for kind, symbol in (("spot", "BTC-USD"), ("Perpetual", "BTC-PERP"), ("OPTION", CALL)):
        found = told(zerodesk, "markets", "--kind", kind)["markets"]
        assert [one["symbol"] for one in found] == [symbol]
    assert len(told(zerodesk, "markets")["markets"]) == 3


def test_a_surface_is_published_at_the_mark_and_shown_and_kept_as_it_is(
    zerodesk: Zerodesk, file: Path, tmp_path: Path
) -> None:
    published = told(zerodesk, "market", "publish", "btc-usd", str(file), "--valid", "600")
    assert published["spot"] == "60000"
    begin, end = (datetime.fromisoformat(published[name]) for name in ("as_of", "valid_until"))
    assert ((end - begin).seconds, abs(datetime.now(UTC) - begin).seconds < 60) == (600, True)
    kept = tmp_path / "kept.json"
    assert told(zerodesk, "market", "surface", "btc-usd", "--save", str(kept)) == published
    assert json.loads(kept.read_text()) == json.loads(file.read_text())
    assert "valid until (UTC)" in zerodesk("market", "surface", "BTC-USD").stdout


def test_a_surface_of_before_is_published_with_the_price_of_before(
    zerodesk: Zerodesk, file: Path
) -> None:
    words = ("market", "publish", "BTC-USD", str(file), "--as-of", "2026-12-01T09:00Z")
    assert "--spot" in zerodesk(*words).stderr
    published = told(zerodesk, *words, "--spot", "59000")
    assert (published["as_of"], published["spot"]) == ("2026-12-01T09:00:00.000Z", "59000")


@pytest.mark.parametrize("text", ["[1]", "no JSON", "\udcff", " " * 1_000_001])
def test_what_is_no_surface_is_not_published(zerodesk: Zerodesk, file: Path, text: str) -> None:
    file.write_text(text, errors="surrogateescape")
    result = zerodesk("market", "publish", "BTC-USD", str(file))
    assert (result.exit_code, "surface" in result.stderr) == (2, True)


def test_an_option_is_quoted_off_the_surface_of_its_underlying(
    zerodesk: Zerodesk, venue: FakeVenue, file: Path
) -> None:
    assert zerodesk("quote", "buy", "1", CALL).exit_code == 4
    zerodesk("market", "publish", "BTC-USD", str(file))
    result = zerodesk("quote", "buy", "1", CALL.lower())
    assert result.exit_code == 0
    assert "12.5 USD" in result.stdout
    assert venue.quoted[-1] == {
        "symbol": "BTC-USD",
        "option_type": "call",
        "strike": "60000",
        "expiry": "2026-12-25T08:00:00.000Z",
        "side": "BUY",
        "quantity": "1",
    }


def test_a_quote_that_pricing_refuses_says_why(zerodesk: Zerodesk, file: Path) -> None:
    zerodesk("market", "publish", "BTC-USD", str(file))
    result = zerodesk("quote", "sell", "1", CALL, "--price", "1")
    assert (result.exit_code, "PRICING_COLLAR" in result.stdout) == (1, True)
    assert told(zerodesk, "quote", "sell", "1", CALL, "--price", "1", code=1)["quote"] is None


def test_what_is_no_option_is_not_quoted(zerodesk: Zerodesk) -> None:
    assert zerodesk("quote", "buy", "1", "BTC-USD").exit_code == 2


def test_an_index_price_is_reported_and_becomes_the_mark(zerodesk: Zerodesk) -> None:
    assert zerodesk("market", "index", "btc-usd", "60010").exit_code == 0
    assert "60,010" in zerodesk("ticker", "btc-usd").stdout


def test_a_partner_s_orders_are_placed_for_an_account(zerodesk: Zerodesk, venue: FakeVenue) -> None:
    assert zerodesk("partner", "bind", "partner.acme", "alice").exit_code == 0
    assert venue.partners == {"partner.acme": "alice"}


def test_a_recount_that_finds_a_breach_is_an_exit_code(
    zerodesk: Zerodesk, venue: FakeVenue
) -> None:
    assert "balanced" in zerodesk("reconcile").stdout
    breach = {"code": "TOTALS_DIFFER", "subject": "USD", "detail": "a unit too much"}
    venue.breaches.append(breach)
    result = zerodesk("reconcile")
    assert (result.exit_code, "a unit too much" in result.stdout) == (1, True)
