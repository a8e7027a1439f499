"""A surface of one underlying as it is kept and asked: volatility, prices and Greeks anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike

from zerodesk.pricing import black_scholes
from zerodesk.pricing.batch import Batch, FloatArray, MalformedCallError, OptionType, numbers
from zerodesk.pricing.surfaces.essvi import EssviSurface, Slices
from zerodesk.pricing.surfaces.mixture import MixtureSurface
from zerodesk.pricing.surfaces.smile import VarianceSurface

FORMAT: Final = "zerodesk.surface"
VERSION: Final = 1
"""Of one eSSVI surface."""
MIXTURE_VERSION: Final = 2
"""Of a mixture of two, which a reader of the first version must not take for its first."""
OWN_OUTPUTS: Final = ("volatility", "local_volatility", "forward", "discount")
OUTPUTS: Final = (*OWN_OUTPUTS, *black_scholes.OUTPUTS)
"""What a surface can tell of an option."""
MAX_EXPIRIES: Final = 200
_MARKET_COLUMNS: Final = ("expiry_years", "forward", "discount")
_SLICES: Final = Slices._fields
_SECOND_SLICES: Final = tuple(f"second_{name}" for name in _SLICES)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a surface comes from."""

    underlying: str
    as_of: str
    """When its quotes were, ISO 8601."""
    model: str
    inputs_sha256: str
    """Of the quotes that it was fitted to, see `zerodesk.pricing.surfaces.calibration`."""


class VolatilitySurface:
    """Volatility at every strike and expiry, with what it takes to price.

    Parameters
    ----------
    variance
        Total variance by log-moneyness and time, free of arbitrage.
    forward, discount
        At the expiries of ``variance``, positive, shape (n,).
    provenance
        Where it comes from.

    Raises
    ------
    MalformedCallError
        A forward or discount is not positive, or there is not one an expiry.

    Notes
    -----
    Between expiries the logarithms of forwards and discounts run straight in time; discounts start
    at one, and their rate stays after the last expiry. Forwards grow outside as they do from the
    first to the last expiry.

    Examples
    --------
    >>> slices = Slices(np.array([0.01, 0.04]), np.array([-0.5, -0.5]), np.array([0.1, 0.2]))
    >>> surface = VolatilitySurface(
    ...     EssviSurface(np.array([0.25, 1.0]), slices),
    ...     forward=np.array([100.5, 102.0]),
    ...     discount=np.array([0.995, 0.98]),
    ...     provenance=Provenance("XYZ", "2026-11-02T16:00:00Z", "essvi", ""),
    ... )
    >>> answer = surface.evaluate("put", [90.0, 100.0], [[0.25], [0.5]], ("volatility", "price"))
    >>> answer["volatility"].round(4)
    array([[0.2598, 0.2025],
           [0.2417, 0.2034]])
    >>> answer["price"].round(4)
    array([[1.351 , 3.784 ],
           [2.4003, 5.2224]])
    """

    def __init__(
        self,
        variance: VarianceSurface,
        forward: FloatArray,
        discount: FloatArray,
        provenance: Provenance,
    ) -> None:
        self.variance = variance
        self.forward = forward
        self.discount = discount
        self.provenance = provenance
        for name, values in (("forward", forward), ("discount", discount)):
            if values.shape != variance.expiry_years.shape:
                raise MalformedCallError(
                    f"{name}: expected one number an expiry, was of shape {values.shape}"
                )
            if not np.all((values > 0.0) & np.isfinite(values)):
                raise MalformedCallError(f"{name}: expected positive numbers, was {values}")

    def evaluate(
        self,
        option_type: OptionType,
        strike: ArrayLike,
        expiry_years: ArrayLike,
        outputs: Sequence[str] = ("price",),
    ) -> dict[str, FloatArray]:
        """Return what is asked for at any strikes and expiries, in one pass.

        Parameters
        ----------
        option_type : str or array_like
            ``"call"`` or ``"put"``, or an array of these, or of +1 and -1.
        strike : array_like
            Positive.
        expiry_years : array_like
            Years, positive.
        outputs : sequence of str
            Some of `OUTPUTS`: volatility and local_volatility, per square root of a year; forward;
            discount; the price, and the Greeks of `zerodesk.pricing.black_scholes.black76`, by the
            forward and with the volatility of the strike held where it is.

        Returns
        -------
        dict of str to float64
            By the names asked for, each of the shape that the arguments broadcast to. NaN where an
            argument is NaN, infinite, zero or negative.

        Raises
        ------
        MalformedCallError
            An output or option type that does not exist, something else than numbers, or shapes
            that do not broadcast.
        """
        unknown = [name for name in outputs if name not in OUTPUTS]
        if unknown:
            raise MalformedCallError(f"outputs: no {unknown[0]!r}; there are {', '.join(OUTPUTS)}")
        batch = Batch(
            strike=numbers("strike", strike), expiry_years=numbers("expiry_years", expiry_years)
        )
        found: dict[str, FloatArray] = {}
        for name, formula in self._formulas().items():
            if name in outputs:
                found[name] = batch.evaluate(formula)
        priced = [name for name in outputs if name not in OWN_OUTPUTS]
        if priced:
            found |= self._black76(option_type, batch, strike, expiry_years, priced)
        return {name: found[name] for name in outputs}

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` reads: text and numbers, a line of JSON an expiry."""
        head, parameters = _told(self.variance)
        columns = {
            "expiry_years": self.variance.expiry_years,
            "forward": self.forward,
            "discount": self.discount,
            **parameters,
        }
        rows = zip(*(column.tolist() for column in columns.values()), strict=True)
        return {
            "format": FORMAT,
            **head,
            "underlying": self.provenance.underlying,
            "as_of": self.provenance.as_of,
            "model": self.provenance.model,
            "inputs_sha256": self.provenance.inputs_sha256,
            "expiries": [dict(zip(columns, row, strict=True)) for row in rows],
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Return the surface that `to_dict` wrote, checked against arbitrage again.

        Raises
        ------
        MalformedCallError
            Not a surface, of another version, or with arbitrage; the text names the field.
        """
        if document.get("format") != FORMAT:
            raise MalformedCallError(f"format: expected {FORMAT!r}, was {document.get('format')!r}")
        expiry_years, forward, discount = _columns(document.get("expiries"), _MARKET_COLUMNS)
        return cls(
            _variance(document, expiry_years),
            forward=forward,
            discount=discount,
            provenance=Provenance(
                underlying=_text(document, "underlying"),
                as_of=_text(document, "as_of"),
                model=_text(document, "model"),
                inputs_sha256=_text(document, "inputs_sha256"),
            ),
        )

    def forward_at(self, expiry_years: FloatArray) -> FloatArray:
        """Return forwards at any times, of their shape."""
        knots, levels = self.variance.expiry_years, np.log(self.forward)
        growth = (levels[-1] - levels[0]) / (knots[-1] - knots[0]) if knots.size > 1 else 0.0
        inside = np.clip(expiry_years, knots[0], knots[-1])
        outside = growth * (expiry_years - inside)
        result: FloatArray = np.exp(np.interp(inside, knots, levels) + outside)
        return result

    def discount_at(self, expiry_years: FloatArray) -> FloatArray:
        """Return discounts at any times, of their shape."""
        knots = np.concatenate([[0.0], self.variance.expiry_years])
        levels = np.concatenate([[0.0], np.log(self.discount)])
        inside = np.clip(expiry_years, 0.0, knots[-1])
        scale = np.where(expiry_years > knots[-1], expiry_years / knots[-1], 1.0)
        result: FloatArray = np.exp(np.interp(inside, knots, levels) * scale)
        return result

    def _formulas(self) -> dict[str, Any]:
        return {
            "volatility": self._volatility,
            "local_volatility": self._local_volatility,
            "forward": lambda strike, years: self.forward_at(_valid(strike, years)),
            "discount": lambda strike, years: self.discount_at(_valid(strike, years)),
        }

    def _volatility(self, strike: FloatArray, expiry_years: FloatArray) -> FloatArray:
        years = _valid(strike, expiry_years)
        moneyness = np.log(strike / self.forward_at(years))
        volatility: FloatArray = np.sqrt(self.variance.total_variance(moneyness, years) / years)
        return volatility

    def _local_volatility(self, strike: FloatArray, expiry_years: FloatArray) -> FloatArray:
        years = _valid(strike, expiry_years)
        moneyness = np.log(strike / self.forward_at(years))
        local: FloatArray = np.sqrt(self.variance.local_variance(moneyness, years))
        return local

    def _black76(
        self,
        option_type: OptionType,
        batch: Batch,
        strike: ArrayLike,
        expiry_years: ArrayLike,
        outputs: Sequence[str],
    ) -> dict[str, FloatArray]:
        years = numbers("expiry_years", expiry_years)
        with np.errstate(all="ignore"):
            valid = np.where(years > 0.0, years, np.nan)
            forward, discount = self.forward_at(valid), self.discount_at(valid)
            rate = -np.log(discount) / valid
        volatility = batch.evaluate(self._volatility)
        return black_scholes.black76(option_type, forward, strike, years, rate, volatility, outputs)


def _valid(strike: FloatArray, expiry_years: FloatArray) -> FloatArray:
    """Return the times, NaN where strike or time makes no sense."""
    valid = (strike > 0.0) & np.isfinite(strike) & (expiry_years > 0.0) & np.isfinite(expiry_years)
    return np.where(valid, expiry_years, np.nan)


def _told(variance: VarianceSurface) -> tuple[dict[str, Any], dict[str, FloatArray]]:
    """Return what the format says of a surface as a whole, and of each expiry."""
    if isinstance(variance, MixtureSurface):
        first, second = variance.first.slices, variance.second.slices
        head = {"version": MIXTURE_VERSION, "second_share": variance.second_share}
        return head, first._asdict() | dict(zip(_SECOND_SLICES, second, strict=True))
    assert isinstance(variance, EssviSurface), "no other is kept"
    return {"version": VERSION}, variance.slices._asdict()


def _variance(document: Mapping[str, Any], expiry_years: FloatArray) -> VarianceSurface:
    version, expiries = document.get("version"), document.get("expiries")
    if version not in (VERSION, MIXTURE_VERSION) or isinstance(version, bool):
        raise MalformedCallError(
            f"version: expected {VERSION} or {MIXTURE_VERSION}, was {version!r}"
        )
    first = EssviSurface(expiry_years, Slices(*_columns(expiries, _SLICES)))
    if version == VERSION:
        return first
    second = EssviSurface(expiry_years, Slices(*_columns(expiries, _SECOND_SLICES)))
    return MixtureSurface(first, second, _number(document, "second_share", "second_share"))


def _columns(expiries: Any, names: Sequence[str]) -> list[FloatArray]:
    if not isinstance(expiries, list) or not 1 <= len(expiries) <= MAX_EXPIRIES:
        raise MalformedCallError(f"expiries: expected a list of 1 to {MAX_EXPIRIES}")
    return [
        np.array([_number(row, name, f"expiries.{i}.{name}") for i, row in enumerate(expiries)])
        for name in names
    ]


def _number(holder: Any, name: str, field: str) -> float:
    value = holder.get(name) if isinstance(holder, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MalformedCallError(f"{field}: expected a number, was {value!r}")
    return float(value)


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise MalformedCallError(f"{name}: expected text, was {value!r}")
    return value
