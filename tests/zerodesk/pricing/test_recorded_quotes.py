"""Every recorded quote of index options: a volatility that gives it back, or a reason.

The forward of a minute comes from its own quotes, by parity at a strike that has a call and a put;
over the days that these options live, discounting is within the spread.
"""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from zerodesk.pricing.black_scholes import black76
from zerodesk.pricing.implied_volatility import implied_volatility
from zerodesk.pricing.quotes import QuoteStatus

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "market" / "options"
QUOTES = ("spx_20210104_minute_quotes.csv.gz", "spxw_20210106_minute_quotes.csv.gz")
UNITS = 10_000.0
YEAR_DAYS = 365.0


def columns(path: Path) -> dict[str, np.ndarray]:
    with gzip.open(path, "rt") as lines:
        rows = list(csv.DictReader(lines))
    found: dict[str, np.ndarray] = {"right": np.array([row["right"] for row in rows])}
    for name in ("strike_x10000", "date", "expiry", "ms_since_midnight_ET"):
        found[name] = np.array([int(row[name]) for row in rows])
    for name in ("bid_close", "ask_close"):
        found[name] = np.array([float(row[name] or "nan") for row in rows]) / UNITS
    return found


def forwards(quotes: dict[str, np.ndarray]) -> np.ndarray:
    """The forward of each quote's minute and expiry; NaN where nothing pairs."""
    middle = 0.5 * (quotes["bid_close"] + quotes["ask_close"])
    keys = list(
        zip(quotes["ms_since_midnight_ET"], quotes["expiry"], quotes["strike_x10000"], strict=True)
    )
    sides: dict[str, dict[tuple[int, int, int], float]] = {"call": {}, "put": {}}
    for key, right, price in zip(keys, quotes["right"], middle, strict=True):
        sides[right][key] = price
    implied: dict[tuple[int, int], float] = {}
    for (at, expiry, strike), call in sides["call"].items():
        put = sides["put"].get((at, expiry, strike), np.nan)
        if not np.isnan(call - put):
            implied[at, expiry] = strike / UNITS + call - put
    return np.array([implied.get((at, expiry), np.nan) for at, expiry, _ in keys])


@pytest.mark.real_data
@pytest.mark.skipif(not FOLDER.exists(), reason="no recorded options beside this repository")
@pytest.mark.parametrize("name", QUOTES)
@pytest.mark.parametrize("side", ["bid_close", "ask_close"])
def test_every_recorded_quote_has_its_volatility_or_a_reason(name: str, side: str) -> None:
    quotes = columns(FOLDER / name)
    # Dates are numbers like 20210104, all of one month.
    expiry_years = (quotes["expiry"] - quotes["date"] + 0.25) / YEAR_DAYS
    forward, strike = forwards(quotes), quotes["strike_x10000"] / UNITS
    price, right = quotes[side], quotes["right"]
    volatility, status = implied_volatility(right, price, forward, strike, expiry_years, 1.0)

    intrinsic = np.maximum(np.where(right == "call", forward - strike, strike - forward), 0.0)
    answered = status == QuoteStatus.OK
    assert np.array_equal(answered, (price > intrinsic) & ~np.isnan(forward))
    assert np.isnan(volatility[~answered & (status != QuoteStatus.ZERO)]).all()
    assert answered.mean() > 0.5
    again = black76(right, forward, strike, expiry_years, 0.0, volatility)["price"]
    assert again[answered] == pytest.approx(price[answered], rel=1e-14, abs=1e-12)
    # The index moved by some tenths of a per cent a day that week.
    assert 0.05 < np.median(volatility[answered]) < 0.6
