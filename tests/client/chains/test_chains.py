"""Chains from files: each format by its header, every bad file with a way out."""

import gzip
import math
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zerodesk.pricing.surfaces.arbitrage import has_butterfly_arbitrage, has_calendar_arbitrage
from zerodesk.pricing.surfaces.calibration import Calibration, calibrate
from zerodesk.pricing.surfaces.chain import QuoteUse
from zerodesk.pricing.surfaces.essvi import EssviSurface
from zerodesk.pricing.surfaces.mixture import MixtureSurface
from zerodesk.pricing.surfaces.smile import VarianceSurface
from zerodesk_client.chains import ChainOptions, RecordedChain, read_chain
from zerodesk_client.formats import FormatError

SHARED = Path(__file__).parents[4] / "shared" / "data" / "market" / "options"
AS_OF = datetime(2026, 11, 2, 21, 0, tzinfo=UTC)
HOUSE = """expiry,strike,type,bid,ask
2026-12-18,100,call,5.1,5.3
2026-12-18,100,put,4.8,
2027-01-15T14:30:00+00:00,110,put,,9.1
"""
UNIVERSE = """#expiry,strike,right,open,high,low,close,volume,open_interest,implied_volatility
,,,92.69,92.95,92.50,92.72,2467914,,
20140621,90,C,3.0,3.1,2.9,3.05,10,4,0
20140621,90,P,0.5,0.6,0.4,0.50,10,4,0
"""
COLUMNS = (
    "date,underlying,style,right,strike_x10000,expiry,ms_since_midnight_ET,bid_close,ask_close"
)
MINUTES = f"""{COLUMNS}
20210104,spx,european,call,37000000,20210115,57480000,540000,550000
20210104,spx,european,put,37000000,20210115,57480000,530000,540000
20210104,spx,european,call,37000000,20210115,57540000,505000,
20210104,spxw,european,put,37000000,20210115,34200000,530000,540000
"""


def a_file(folder: Path, text: str, name: str = "chain.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_the_house_format_has_days_and_times_and_empty_fields(tmp_path: Path) -> None:
    recorded = read_chain(a_file(tmp_path, HOUSE), ChainOptions(as_of=AS_OF, spot=101.0))
    assert (recorded.underlying, recorded.exercise, recorded.spot) == ("chain", "european", 101.0)
    assert sorted(recorded.expiries.values()) == [
        datetime(2026, 12, 18, 21, 0, tzinfo=UTC),
        datetime(2027, 1, 15, 14, 30, tzinfo=UTC),
    ]
    chain = recorded.chain
    assert chain.sign.tolist() == [1.0, -1.0, -1.0]
    assert chain.expiry_years[0] == pytest.approx(46 / 365)
    assert math.isnan(chain.ask[1])
    assert math.isnan(chain.bid[2])


def test_a_universe_has_its_day_in_its_name_and_an_assumed_spread(tmp_path: Path) -> None:
    path = tmp_path / "aapl_20140609_universe.csv.gz"
    path.write_bytes(gzip.compress(UNIVERSE.encode()))
    recorded = read_chain(path, ChainOptions())
    assert (recorded.underlying, recorded.spot, recorded.exercise) == ("AAPL", 92.72, "american")
    assert recorded.as_of == datetime(2014, 6, 9, 20, 0, tzinfo=UTC)
    # A Saturday's expiry traded until Friday.
    assert [*recorded.expiries.values()] == [datetime(2014, 6, 20, 20, 0, tzinfo=UTC)]
    assert recorded.chain.half_spread == pytest.approx([0.05, 0.01])
    assert any("assumed" in note for note in recorded.notes)


def test_minutes_are_taken_where_most_is_quoted(tmp_path: Path) -> None:
    path = a_file(tmp_path, MINUTES)
    recorded = read_chain(path, ChainOptions())
    assert recorded.as_of == datetime(2021, 1, 4, 20, 59, tzinfo=UTC)
    assert recorded.chain.bid.tolist() == [54.0, 53.0]
    # The monthly index options settle at the opening.
    assert [*recorded.expiries.values()] == [datetime(2021, 1, 15, 14, 30, tzinfo=UTC)]
    weekly = read_chain(path, ChainOptions(at=time(9, 30)))
    assert [*weekly.expiries.values()] == [datetime(2021, 1, 15, 21, 0, tzinfo=UTC)]
    with pytest.raises(FormatError, match=r"no quotes of 12:00"):
        read_chain(path, ChainOptions(at=time(12, 0)))


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("a,b\n1,2\n", "chain.csv", "no known format has the header"),
        ("", "chain.csv", "no known format"),
        (HOUSE + "2026-12-18,100,straddle,1,2\n", "chain.csv", "row 4: expected expiry,strike"),
        (HOUSE + "2026-12-18,low,call,1,2\n", "chain.csv", "row 4"),
        (HOUSE + "2026-12-18,100,call\n", "chain.csv", "row 4"),
        (HOUSE.splitlines()[0] + "\n", "chain.csv", "there is no option in it"),
        (UNIVERSE, "chain.csv", "the name has no day such as 20140609"),
        (UNIVERSE, "aapl_20149999.csv", "20149999 in the name is no day"),
        (UNIVERSE + "20140621,90,X,1,1,1,1,1\n", "aapl_20140609.csv", "row 4"),
        (UNIVERSE.split("20140621", maxsplit=1)[0], "aapl_20140609.csv", "no option in it"),
        (MINUTES + "20210104,spx\n", "m.csv", "row 5: expected a minute of quotes"),
        (MINUTES.replace("call", "both"), "m.csv", "row 1"),
        (MINUTES.splitlines()[0] + "\n", "m.csv", "there is no quote in it"),
    ],
)
def test_what_is_no_chain_is_refused_with_its_row(
    tmp_path: Path, text: str, name: str, message: str
) -> None:
    options = ChainOptions() if name != "chain.csv" or "#" in text else ChainOptions(as_of=AS_OF)
    with pytest.raises(FormatError, match=message):
        read_chain(a_file(tmp_path, text, name), options)


def test_the_house_format_needs_a_time_and_any_a_file(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="give --as-of"):
        read_chain(a_file(tmp_path, HOUSE), ChainOptions())
    with pytest.raises(FormatError, match="nowhere"):
        read_chain(tmp_path / "nowhere.csv", ChainOptions())
    (tmp_path / "broken.gz").write_bytes(b"\x1f\x8bnothing")
    with pytest.raises(FormatError, match=r"broken\.gz"):
        read_chain(tmp_path / "broken.gz", ChainOptions())


def fitted(name: str, **options: Any) -> tuple[RecordedChain, Calibration]:
    recorded = read_chain(SHARED / name, ChainOptions())
    calibration = calibrate(
        recorded.chain,
        underlying=recorded.underlying,
        as_of=recorded.as_of.isoformat(),
        spot=recorded.spot,
        exercise=recorded.exercise,
        **options,
    )
    return recorded, calibration


def assert_no_arbitrage(surface: VarianceSurface) -> None:
    """A mixture has none where neither of its surfaces has any."""
    if isinstance(surface, MixtureSurface):
        assert_no_arbitrage(surface.first)
        assert_no_arbitrage(surface.second)
        return
    assert isinstance(surface, EssviSurface)
    made = [surface.slices.svi(i) for i in range(surface.expiry_years.size)]
    assert not any(has_butterfly_arbitrage(svi) for svi in made)
    assert not any(has_calendar_arbitrage(made[i], made[i + 1]) for i in range(len(made) - 1))


@pytest.mark.real_data
@pytest.mark.skipif(not SHARED.exists(), reason="no recorded chains beside this repository")
@pytest.mark.parametrize("day", ["20140609", "20140610"])
def test_the_recorded_apple_chain_has_a_surface_near_its_quotes(day: str) -> None:
    recorded, found = fitted(f"aapl_{day}_universe.csv.gz", rate=0.002)
    assert found.surface.variance.expiry_years.size == 12
    assert_no_arbitrage(found.surface.variance)
    # Two thousand contracts of before the split of that Monday are in the file.
    assert np.sum(found.use == QuoteUse.OTHER_UNDERLYING) > 2_000
    assert recorded.spot is not None
    assert found.surface.forward == pytest.approx(np.full(12, recorded.spot), rel=0.02)
    # The file's spot is of another hour than its options, and parity notices.
    assert found.spot == pytest.approx(recorded.spot, rel=0.02)
    assert found.spot == pytest.approx(found.surface.forward[0], rel=1e-3)
    used = found.is_used
    assert used.sum() > 700
    # No single eSSVI surface is within the spread, so two are mixed.
    assert found.surface.provenance.model == "mixture"
    assert np.median(np.abs(found.residual_half_spreads[used])) < 1.0
    assert np.median(np.abs(found.residual[used])) < 0.0025


@pytest.mark.real_data
@pytest.mark.skipif(not SHARED.exists(), reason="no recorded chains beside this repository")
@pytest.mark.parametrize(
    "name", ["spx_20210104_minute_quotes.csv.gz", "spxw_20210106_minute_quotes.csv.gz"]
)
def test_recorded_index_quotes_have_a_surface_within_bid_and_ask(name: str) -> None:
    _, found = fitted(name)
    assert_no_arbitrage(found.surface.variance)
    used = found.is_used
    price, chain = found.model_price[used], found.chain
    assert np.all((price >= chain.bid[used]) & (price <= chain.ask[used]))
