"""A surface from a file, for `zerodesk surface`: fitted, told in figures, kept with its quotes."""

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final

import numpy as np

from zerodesk.pricing.batch import MalformedCallError
from zerodesk.pricing.surfaces.calibration import Calibration, NoSurfaceError, calibrate
from zerodesk.pricing.surfaces.chain import EXPLANATIONS, QuoteUse
from zerodesk_client.chains import ChainOptions, RecordedChain, read_chain
from zerodesk_client.cli.exits import CommandError

QUOTE_COLUMNS: Final = (
    *("expiry", "strike", "type", "bid", "ask", "use", "volatility"),
    *("bid_volatility", "ask_volatility", "surface_volatility", "surface_price"),
)
"""Of the file of quotes: each as it was quoted, and what was found of it."""


@dataclass(frozen=True, slots=True)
class SurfaceFit:
    """A file's chain, and the surface that fits it."""

    recorded: RecordedChain
    calibration: Calibration
    exercise: str


def options(*, as_of: datetime | None, at: str | None, spot: float | None) -> ChainOptions:
    """Return what the command line says about the file.

    Raises
    ------
    CommandError
        ``at`` is no time of day, or ``spot`` no positive number.
    """
    if spot is not None and not 0.0 < spot < math.inf:
        raise CommandError(f"--spot {spot:g} is no positive number")
    try:
        return ChainOptions(as_of=as_of, at=time.fromisoformat(at) if at else None, spot=spot)
    except ValueError as error:
        raise CommandError(f"--at {at!r} is no time of day", "such as 15:30") from error


def fit(
    file: Path,
    chosen: ChainOptions,
    *,
    model: str,
    rate: float | None,
    exercise: str | None,
) -> SurfaceFit:
    """Return the surface that fits a file; without an exercise, of the one that the file says.

    Raises
    ------
    FormatError
        The file is no chain.
    CommandError
        No surface fits it, or an option makes no sense.
    """
    if rate is not None and not math.isfinite(rate):
        raise CommandError(f"--rate {rate:g} is no finite number")
    recorded = read_chain(file, chosen)
    exercise = exercise or recorded.exercise
    try:
        calibration = calibrate(
            recorded.chain,
            underlying=recorded.underlying,
            as_of=recorded.as_of.isoformat(),
            model=model,
            rate=rate,
            spot=recorded.spot,
            exercise=exercise,
        )
    except (NoSurfaceError, MalformedCallError) as error:
        raise CommandError(f"{file}: {error}") from error
    return SurfaceFit(recorded, calibration, exercise)


def keep(found: SurfaceFit, path: Path) -> None:
    """Write the surface as JSON.

    Raises
    ------
    CommandError
        It cannot be written.
    """
    text = json.dumps(found.calibration.surface.to_dict(), indent=1)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"--save {path}: {error}") from error


def keep_quotes(found: SurfaceFit, path: Path) -> None:
    """Write every quote of the file as CSV, in its order: its use, volatilities, the surface's.

    What a quote does not have is empty.

    Raises
    ------
    CommandError
        It cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(QUOTE_COLUMNS)
            lines.writerows(_quotes(found))
    except OSError as error:
        raise CommandError(f"--quotes {path}: {error}") from error


def _quotes(found: SurfaceFit) -> Iterator[tuple[str, ...]]:
    told, chain = found.calibration, found.calibration.chain
    figures = (
        *(chain.strike, chain.bid, chain.ask, told.volatility, told.bid_volatility),
        *(told.ask_volatility, told.model_volatility, told.model_price),
    )
    texts = ([repr(x) if math.isfinite(x) else "" for x in column.tolist()] for column in figures)
    strikes, bids, asks, *others = texts
    expiries = (found.recorded.expiries[years].isoformat() for years in chain.expiry_years.tolist())
    types = ("call" if sign > 0.0 else "put" for sign in chain.sign.tolist())
    uses = (QuoteUse(use).name for use in told.use.tolist())
    return zip(expiries, strikes, types, bids, asks, uses, *others, strict=True)


def document(found: SurfaceFit) -> dict[str, Any]:
    """Return the fit in figures: the surface, its expiries, and what became of the quotes."""
    calibration, recorded = found.calibration, found.recorded
    kinds, counts = np.unique(calibration.use, return_counts=True)
    used = calibration.is_used
    return {
        "underlying": recorded.underlying,
        "as_of": recorded.as_of,
        "exercise": found.exercise,
        "spot": calibration.spot,
        "notes": list(recorded.notes),
        "quotes": int(calibration.use.size),
        "with_volatility": int(np.isfinite(calibration.volatility).sum()),
        "uses": [
            {"use": QuoteUse(kind).name, "meaning": EXPLANATIONS[QuoteUse(kind)], "quotes": int(n)}
            for kind, n in zip(kinds, counts, strict=True)
        ],
        "residuals": _residuals(calibration, used),
        "expiries": [_expiry(found, index) for index in range(_count(calibration))],
        "surface": calibration.surface.to_dict(),
    }


def _count(calibration: Calibration) -> int:
    return int(calibration.surface.variance.expiry_years.size)


def _expiry(found: SurfaceFit, index: int) -> dict[str, Any]:
    calibration = found.calibration
    surface = calibration.surface
    at = surface.variance.expiry_years[index : index + 1]
    years = float(at[0])
    variance = float(surface.variance.total_variance(np.zeros(1), at)[0])
    here = calibration.is_used & (calibration.chain.expiry_years == years)
    return {
        "expiry": found.recorded.expiries[years],
        "days": 365.0 * years,
        "forward": float(surface.forward[index]),
        "rate": -math.log(float(surface.discount[index])) / years,
        "at_the_money_volatility": math.sqrt(variance / years),
        "skew": 0.5 * float(surface.variance.skew(at)[0]) / math.sqrt(variance * years),
        "quotes_used": int(here.sum()),
        **_residuals(calibration, here),
    }


def _residuals(calibration: Calibration, chosen: Any) -> dict[str, float | None]:
    misfit = calibration.misfit(chosen)
    return {
        "median_volatility_error": misfit.volatility,
        "median_half_spreads": None if math.isnan(misfit.half_spreads) else misfit.half_spreads,
        "share_within_bid_and_ask": misfit.share_within_bid_and_ask,
    }
