"""One European option for `zerodesk price`: from its terms, or off a kept surface."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from zerodesk.pricing.batch import MalformedCallError
from zerodesk.pricing.black_scholes import black76, black_scholes
from zerodesk.pricing.implied_volatility import implied_volatility
from zerodesk.pricing.quotes import QuoteStatus
from zerodesk.pricing.surfaces.surface import VolatilitySurface
from zerodesk_client.cli.exits import CommandError

GREEKS: Final = ("delta", "gamma", "vega", "theta", "rho", "vanna", "volga")
MAX_SURFACE_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Terms:
    """One option and what it stands on; spot or forward is None."""

    option_type: str
    strike: float
    expiry_years: float
    spot: float | None
    forward: float | None
    rate: float
    dividend_yield: float


def by_terms(terms: Terms, volatility: float | None, quoted: float | None) -> dict[str, Any]:
    """Return price, volatility and Greeks, given the volatility or the price.

    Raises
    ------
    CommandError
        Too little or too much is given, a number is out of its range, or no volatility gives the
        price.
    """
    if (terms.spot is None) == (terms.forward is None):
        raise CommandError("give the underlying, as --spot or as --forward")
    if terms.forward is not None and terms.dividend_yield:
        raise CommandError("--forward has the dividends in it: leave out --dividend-yield")
    if (volatility is None) == (quoted is None):
        raise CommandError("give --volatility, or a --price to find it")
    if volatility is None:
        assert quoted is not None
        volatility = _implied(terms, quoted)
    values = _values(terms, volatility)
    if math.isnan(values["price"]):
        raise CommandError(
            "strike, underlying, time and volatility must be positive numbers, rates finite ones"
        )
    return {**asdict(terms), "volatility": volatility, **values}


def by_surface(path: Path, option_type: str, strike: float, expiry_years: float) -> dict[str, Any]:
    """Return price, volatility and Greeks off a kept surface.

    Raises
    ------
    CommandError
        The file is no surface, or strike or time is not positive.
    """
    surface = _kept(path)
    names = ("forward", "discount", "volatility", "local_volatility", "price", *GREEKS)
    found = surface.evaluate(option_type, strike, expiry_years, names)
    values = {name: float(value) for name, value in found.items()}
    if math.isnan(values["price"]):
        raise CommandError("strike and time to expiry must be positive numbers")
    terms = {"option_type": option_type, "strike": strike, "expiry_years": expiry_years}
    return {**terms, **values, "surface": _named(surface)}


def _implied(terms: Terms, quoted: float) -> float:
    forward = terms.forward
    if forward is None:
        carry = (terms.rate - terms.dividend_yield) * terms.expiry_years
        forward = float(terms.spot or 0.0) * math.exp(carry)
    discount = math.exp(-terms.rate * terms.expiry_years)
    found = implied_volatility(
        terms.option_type, quoted, forward, terms.strike, terms.expiry_years, discount
    )
    status = QuoteStatus(int(found.status))
    if status is not QuoteStatus.OK:
        reason = status.name.lower().replace("_", " ")
        raise CommandError(f"no volatility gives the price {quoted:g}: {reason}")
    return float(found.volatility)


def _values(terms: Terms, volatility: float) -> dict[str, float]:
    option = (terms.strike, terms.expiry_years, terms.rate)
    outputs = ("price", *GREEKS)
    if terms.forward is not None:
        found = black76(terms.option_type, terms.forward, *option, volatility, outputs)
    else:
        spot = float(terms.spot or 0.0)
        found = black_scholes(
            terms.option_type, spot, *option, terms.dividend_yield, volatility, outputs
        )
    return {name: float(value) for name, value in found.items()}


def _kept(path: Path) -> VolatilitySurface:
    try:
        if path.stat().st_size > MAX_SURFACE_BYTES:
            raise CommandError(f"{path} is larger than a surface")
        document = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict):
            raise CommandError(f"{path} is no surface: expected a JSON object")
        return VolatilitySurface.from_dict(document)
    except (OSError, ValueError, MalformedCallError) as error:
        raise CommandError(f"{path} is no surface: {error}") from error


def _named(surface: VolatilitySurface) -> dict[str, str]:
    return {"underlying": surface.provenance.underlying, "as_of": surface.provenance.as_of}
