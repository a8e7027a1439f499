"""``price`` and ``surface``: the library on this machine, and no venue."""

import csv
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

from tests.client.conftest import Zerodesk
from tests.zerodesk.pricing.surfaces.chains import EXPIRIES, MadeChain, a_chain
from zerodesk.pricing.black_scholes import black_scholes
from zerodesk.pricing.surfaces.surface import VolatilitySurface

HULL = ("price", "call", "40", "--spot", "42", "--years", "0.5", "--rate", "0.1")


@pytest.fixture(scope="module")
def made() -> MadeChain:
    return a_chain(noise=0.3)


@pytest.fixture
def file(tmp_path: Path, made: MadeChain) -> Path:
    """Write the chain as the house's format, its times to expiry told from an epoch of days."""
    rows = ["expiry,strike,type,bid,ask"]
    start = np.datetime64("2026-11-02T16:00:00")
    chain = made.chain
    for i in range(chain.strike.size):
        seconds = round(float(chain.expiry_years[i]) * 365 * 86_400)
        kind = "call" if chain.sign[i] > 0 else "put"
        expiry = start + np.timedelta64(seconds, "s")
        rows.append(f"{expiry},{chain.strike[i]:g},{kind},{chain.bid[i]:.4f},{chain.ask[i]:.4f}")
    path = tmp_path / "xyz.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


AS_OF = ("--as-of", "2026-11-02T16:00:00")


def test_hulls_example_has_hulls_price_with_units(zerodesk: Zerodesk) -> None:
    shown = zerodesk(*HULL, "--volatility", "0.2")
    assert shown.exit_code == 0
    assert "4.75942" in shown.stdout
    assert "per 1.00 of volatility" in shown.stdout
    document = json.loads(zerodesk(*HULL, "--volatility", "0.2", "--json").stdout)
    assert document["delta"] == pytest.approx(0.7791, abs=1e-4)


def test_a_price_has_its_volatility(zerodesk: Zerodesk) -> None:
    document = json.loads(zerodesk(*HULL, "--price", "4.759422392871535", "--json").stdout)
    assert document["volatility"] == pytest.approx(0.2, rel=1e-9)
    by_forward = zerodesk(
        *("price", "put", "100", "--forward", "102", "--days", "182.5", "--price", "4.2", "--json")
    )
    assert json.loads(by_forward.stdout)["price"] == pytest.approx(4.2, rel=1e-12)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("price", "straddle", "1", "--years", "1", "--spot", "1", "--volatility", "1"), "neither"),
        (("price", "call", "1", "--spot", "1", "--volatility", "1"), "--years or as --days"),
        ((*HULL, "--days", "3", "--volatility", "1"), "--years or as --days"),
        ((*HULL, "--forward", "3", "--volatility", "1"), "--spot or as --forward"),
        (HULL, "give --volatility, or a --price"),
        ((*HULL, "--volatility", "0.2", "--price", "3"), "give --volatility, or a --price"),
        ((*HULL, "--volatility", "-0.2"), "must be positive numbers"),
        ((*HULL, "--price", "1"), "no volatility gives the price 1: below intrinsic"),
        ((*HULL, "--price", "50"), "above maximum"),
        (
            (
                *("price", "call", "1", "--years", "1", "--forward", "1", "--volatility", "1"),
                *("--dividend-yield", "0.1"),
            ),
            "leave out --dividend-yield",
        ),
    ],
)
def test_what_cannot_be_priced_is_usage(
    zerodesk: Zerodesk, words: tuple[str, ...], message: str
) -> None:
    refused = zerodesk(*words)
    assert refused.exit_code == 2
    assert message in refused.stderr


def test_a_surface_is_fitted_drawn_kept_and_priced_off(
    zerodesk: Zerodesk, file: Path, made: MadeChain, tmp_path: Path
) -> None:
    kept, picture = tmp_path / "surface.json", tmp_path / "surface.svg"
    fit = ("surface", str(file), *AS_OF, "--save", str(kept), "--plot", str(picture))
    shown = zerodesk(*fit)
    assert shown.exit_code == 0, shown.stderr
    assert "neither butterflies nor calendars" in shown.stdout
    assert "in the money: the other side of the strike is used" in shown.stdout
    assert picture.read_text().startswith("<?xml")

    surface = VolatilitySurface.from_dict(json.loads(kept.read_text()))
    assert surface.provenance.underlying == "xyz"
    priced = zerodesk("price", "put", "90", "--years", "0.5", "--surface", str(kept), "--json")
    document = json.loads(priced.stdout)
    truth = made.surface.evaluate("put", 90.0, 0.5, ("price", "volatility"))
    assert document["price"] == pytest.approx(float(truth["price"]), rel=5e-3)
    assert document["surface"]["underlying"] == "xyz"
    assert (
        "off xyz" in zerodesk("price", "put", "90", "--years", "1", "--surface", str(kept)).stdout
    )


def test_every_quote_is_written_with_its_reason_and_its_volatilities(
    zerodesk: Zerodesk, file: Path, tmp_path: Path
) -> None:
    file.write_text(file.read_text() + "2027-05-03T16:00:00,100,call,,6.0\n")
    path = tmp_path / "quotes.csv"
    shown = zerodesk("surface", str(file), *AS_OF, "--quotes", str(path), "--json")
    document = json.loads(shown.stdout)
    quoted, quotes = (list(csv.DictReader(StringIO(chain.read_text()))) for chain in (file, path))
    for kind in document["uses"]:
        assert sum(quote["use"] == kind["use"] for quote in quotes) == kind["quotes"]
    for given, quote in zip(quoted, quotes, strict=True):
        assert (given["type"], float(given["strike"])) == (quote["type"], float(quote["strike"]))
        assert quote["expiry"].startswith(given["expiry"])
    assert (quotes[-1]["bid"], quotes[-1]["volatility"], quotes[-1]["ask"]) == ("", "", "6.0")

    surface = VolatilitySurface.from_dict(document["surface"])
    used = [quote for quote in quotes if quote["use"] == "USED"]
    for quote in used:
        low, middle, high = (
            float(quote[name]) for name in ("bid_volatility", "volatility", "ask_volatility")
        )
        assert low < middle < high
    years = (datetime.fromisoformat(used[0]["expiry"]) - datetime(2026, 11, 2, 16, tzinfo=UTC)) / (
        timedelta(days=365)
    )
    told = surface.evaluate(
        used[0]["type"], float(used[0]["strike"]), years, ("price", "volatility")
    )
    assert float(used[0]["surface_price"]) == pytest.approx(float(told["price"]), rel=1e-12)
    assert float(used[0]["surface_volatility"]) == pytest.approx(float(told["volatility"]))


def test_programs_get_every_figure(zerodesk: Zerodesk, file: Path) -> None:
    document = json.loads(
        zerodesk("surface", str(file), *AS_OF, "--model", "ssvi", "--json").stdout
    )
    assert len(document["expiries"]) == EXPIRIES.size
    assert sum(entry["quotes"] for entry in document["uses"]) == document["quotes"]
    assert document["surface"]["model"] == "ssvi"
    assert len({expiry["rho"] for expiry in document["surface"]["expiries"]}) == 1
    assert all(expiry["skew"] < 0.0 for expiry in document["expiries"])


def test_what_rounds_to_nothing_has_no_sign(zerodesk: Zerodesk, tmp_path: Path) -> None:
    strikes = np.arange(80.0, 121.0, 5.0)
    rows = ["expiry,strike,type,bid,ask"]
    for kind in ("call", "put"):
        middles = black_scholes(kind, 100.0, strikes, 0.25, -1e-7, 0.0, 0.2)["price"]
        rows += [
            f"2027-02-01T22:00:00,{strike:g},{kind},{middle * 0.99:.6f},{middle * 1.01:.6f}"
            for strike, middle in zip(strikes, middles, strict=True)
        ]
    file = tmp_path / "flat.csv"
    file.write_text("\n".join(rows) + "\n")
    shown = zerodesk("surface", str(file), *AS_OF).stdout
    assert " 0.000%" in shown
    assert "+0.000" in shown
    assert "-0.000" not in shown


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--as-of", "teatime"), "'teatime' is no time"),
        ((*AS_OF, "--at", "noon"), "'noon' is no time of day"),
        ((*AS_OF, "--spot", "-1"), "--spot -1 is no positive number"),
        ((*AS_OF, "--rate", "nan"), "--rate nan is no finite number"),
        ((*AS_OF, "--model", "sabr"), "model: expected auto or essvi or ssvi or mixture"),
        ((*AS_OF, "--plot", "surface.pdf"), "ends with .png or .svg"),
        ((*AS_OF, "--save", "/nowhere/surface.json"), "--save /nowhere/surface.json"),
        ((*AS_OF, "--quotes", "/nowhere/quotes.csv"), "--quotes /nowhere/quotes.csv"),
        ((), "give --as-of"),
    ],
)
def test_what_cannot_be_fitted_is_usage(
    zerodesk: Zerodesk, file: Path, words: tuple[str, ...], message: str
) -> None:
    refused = zerodesk("surface", str(file), *words)
    assert refused.exit_code == 2
    assert message in refused.stderr


def test_a_chain_without_a_forward_says_what_became_of_it(
    zerodesk: Zerodesk, tmp_path: Path
) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("expiry,strike,type,bid,ask\n2027-01-15,100,call,5.0,5.2\n")
    refused = zerodesk("surface", str(path), *AS_OF)
    assert refused.exit_code == 2
    assert "1 NO_FORWARD" in refused.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "expected a JSON object"),
        ("{", "is no surface"),
        ('{"format": "zerodesk.book"}', "format: expected 'zerodesk.surface'"),
        (" " * 1_000_001, "larger than a surface"),
    ],
)
def test_a_file_that_is_no_surface_is_refused(
    zerodesk: Zerodesk, tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "surface.json"
    path.write_text(text)
    refused = zerodesk("price", "put", "90", "--years", "1", "--surface", str(path))
    assert refused.exit_code == 2
    assert message in refused.stderr


def test_a_surface_leaves_nothing_else_to_be_given(zerodesk: Zerodesk, tmp_path: Path) -> None:
    path = tmp_path / "surface.json"
    path.write_text("{}")
    words = ("price", "put", "90", "--years", "1", "--surface", str(path), "--rate", "0.01")
    assert "leave out the others" in zerodesk(*words).stderr
