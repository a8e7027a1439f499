"""Prices of options: what the pricing routes are asked and answer, in columns."""

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema, model_validator

from zerodesk_aws.contracts.fields import (
    BAD_VALUE,
    MISSING,
    WRONG_TYPE,
    Contract,
    ShortText,
    refusal,
)
from zerodesk_aws.contracts.numbers import (
    Number,
    Numbers,
    NumbersOrNothing,
    OptionTypes,
    words_of,
)

PRICING_BODY_BYTES: Final = 2 * 1024 * 1024
"""Room for the options of one request, ten columns of twenty characters each."""

OUTPUTS: Final = (
    *("price", "delta", "gamma", "vega", "theta", "rho", "vanna", "volga", "charm", "speed"),
    *("zomma", "color", "veta"),
)
"""What is told of a European option."""
AMERICAN_OUTPUTS: Final = ("price", "delta", "gamma", "vega", "theta", "rho")
"""What is told of an American one."""
MAX_AMERICAN: Final = {"fast": 10_000, "precise": 2_000}
"""Of one request, by the accuracy asked for: what one core does in some seconds."""
SURFACE_OUTPUTS: Final = ("volatility", "local_volatility", "forward", "discount", *OUTPUTS)
MAX_AMERICAN_QUOTES: Final = 4_000
"""Of a chain: each is priced a dozen times with its right of early exercise."""
MAX_EXPIRIES: Final = 100
"""Different ones in a chain; the largest listed chains have half of it."""
MAX_FIXINGS: Final = 2_000
"""Of all arithmetic Asian options of a request together: each fixing is a convolution."""

Value = float | None
"""A number of an answer; null where there is none, and the status says why."""

Status = Literal["OK", "INVALID"]
"""INVALID: an argument is out of its range, or the value does not exist."""
VolatilityStatus = Literal["OK", "ZERO", "BELOW_INTRINSIC", "ABOVE_MAXIMUM", "INVALID"]
QuoteUse = Literal[
    "USED",
    "OTHER_SIDE",
    "NOT_A_NUMBER",
    "EXPIRED",
    "CROSSED",
    "NO_BID",
    "NO_FORWARD",
    "NO_VOLATILITY",
    "TOO_WIDE",
    "TOO_FEW",
    "OTHER_UNDERLYING",
    "OFF_PARITY",
    "OFF_SMILE",
    "DEEP",
]


def _names(known: tuple[str, ...]) -> Any:
    def read(value: object, info: ValidationInfo) -> tuple[str, ...]:
        field, rule = str(info.field_name), f"some of {', '.join(known)}, each once"
        if not isinstance(value, list | tuple):
            raise refusal(WRONG_TYPE, rule, field, value)
        for i, name in enumerate(value):
            if name not in known or name in value[:i]:
                raise refusal(BAD_VALUE, rule, f"{field}.{i}", name)
        if not value:
            raise refusal(BAD_VALUE, rule, field, value)
        return tuple(value)

    items = {"type": "string", "enum": list(known)}
    schema = {"type": "array", "items": items, "minItems": 1, "uniqueItems": True}
    return PlainValidator(read), WithJsonSchema(schema)


Outputs = Annotated[tuple[str, ...], *_names(OUTPUTS)]
AmericanOutputs = Annotated[tuple[str, ...], *_names(AMERICAN_OUTPUTS)]
SurfaceOutputs = Annotated[tuple[str, ...], *_names(SURFACE_OUTPUTS)]


class Columns(Contract):
    """A request in columns: each is one value for all options, or a list with one for each."""

    @model_validator(mode="after")
    def _of_one_length(self) -> Self:
        lengths = {name: len(column) for name, column in self.columns()}
        longest = max(lengths.values(), default=1)
        for name, length in lengths.items():
            if length != longest:
                rule = f"one value, or as many as the longest list: {longest}"
                raise refusal(BAD_VALUE, rule, name, f"{length} values")
        return self

    def columns(self) -> Iterable[tuple[str, tuple[Any, ...]]]:
        """Yield the columns that are lists, by name."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, tuple) and name != "outputs":
                yield name, value

    @property
    def count(self) -> int:
        """How many options it is about."""
        return max((len(column) for _, column in self.columns()), default=1)


def _one_underlying(spot: object, forward: object) -> None:
    if (spot is None) == (forward is None):
        raise refusal(BAD_VALUE if spot is not None else MISSING, "spot or forward, one", "spot")


class PriceOptions(Columns):
    """European options by volatility, after Black, Scholes and Merton, or Black on a forward."""

    option_type: OptionTypes
    spot: Numbers | None = Field(None, description="The underlying's price; or give forward.")
    forward: Numbers | None = Field(None, description="The forward's price, instead of spot.")
    strike: Numbers
    expiry_years: Numbers
    rate: Numbers = Field(0.0, description="For discounting; continuous, per year.")
    dividend_yield: Numbers | None = Field(
        None, description="Continuous, per year; with spot only. None given: zero."
    )
    volatility: Numbers = Field(description="Per square root of a year.")
    outputs: Outputs = ("price",)

    @model_validator(mode="after")
    def _about_one_underlying(self) -> Self:
        _one_underlying(self.spot, self.forward)
        if self.forward is not None and self.dividend_yield is not None:
            raise refusal(BAD_VALUE, "only with spot: a forward has the yield", "dividend_yield")
        return self


class ValuedOptions(Contract):
    """What was asked of each option, in columns of the order of the request."""

    count: int
    status: tuple[Status, ...]
    results: dict[str, tuple[Value, ...]]


class PriceAmericans(Columns):
    """American options by volatility; or by price, to be told the volatility, too."""

    option_type: OptionTypes
    spot: Numbers
    strike: Numbers
    expiry_years: Numbers
    rate: Numbers = Field(0.0, description="Continuous, per year.")
    dividend_yield: Numbers = Field(0.0, description="Continuous, per year.")
    volatility: Numbers | None = Field(
        None, description="Per square root of a year; or give price."
    )
    price: Numbers | None = Field(None, description="To find the volatility, instead of it.")
    outputs: AmericanOutputs = ("price",)
    accuracy: Literal["fast", "precise"] = Field(
        "fast", description="Fast errs by some 1e-9 of the larger of spot and strike."
    )

    @model_validator(mode="after")
    def _bounded_and_by_one_of_two(self) -> Self:
        if self.volatility is None and self.price is None:
            raise refusal(MISSING, "volatility or price, one", "volatility")
        if self.volatility is not None and self.price is not None:
            raise refusal(BAD_VALUE, "volatility or price, one", "price")
        most = MAX_AMERICAN[self.accuracy]
        if self.count > most:
            rule = f"at most {most} options with accuracy {self.accuracy}"
            name = next(name for name, column in self.columns() if len(column) == self.count)
            raise refusal(BAD_VALUE, rule, name, f"{self.count} values")
        return self


class ValuedAmericans(Contract):
    """What was asked of each option, in columns; null where there is none, and why."""

    count: int
    status: tuple[VolatilityStatus, ...]
    volatility: tuple[Value, ...]
    results: dict[str, tuple[Value, ...]]


class FindVolatility(Columns):
    """Prices of European options, to be told their implied volatilities."""

    model: Literal["black", "bachelier"] = "black"
    option_type: OptionTypes
    price: Numbers
    forward: Numbers
    strike: Numbers
    expiry_years: Numbers
    discount: Numbers = Field(1.0, description="What one unit at expiry is worth now.")


class FoundVolatility(Contract):
    """Implied volatilities: null where there is none, and for each price why."""

    count: int
    status: tuple[VolatilityStatus, ...]
    volatility: tuple[Value, ...] = Field(
        description="Per square root of a year; in the currency for bachelier."
    )


Exotic = Literal[
    "arithmetic_asian",
    "barrier",
    "digital",
    "fixed_lookback",
    "floating_lookback",
    "forward",
    "geometric_asian",
]
BARRIERS: Final = ("down-in", "down-out", "up-in", "up-out")
COMMON: Final = frozenset({"kind", "spot", "expiry_years", "rate", "dividend_yield"})
VANILLA: Final = frozenset({"option_type", "volatility"})
FIELDS_OF: Final[dict[str, frozenset[str]]] = {
    "arithmetic_asian": VANILLA | {"strike", "fixings"},
    "barrier": VANILLA | {"strike", "barrier_type", "barrier_level", "rebate"},
    "digital": VANILLA | {"strike", "payoff"},
    "fixed_lookback": VANILLA | {"strike", "running_extremum"},
    "floating_lookback": VANILLA | {"running_extremum"},
    "forward": frozenset({"strike"}),
    "geometric_asian": VANILLA | {"strike", "fixings"},
}
"""What each kind is told by, beside what all are."""
MAY_BE_LEFT_OUT: Final = frozenset({"rebate"})


class PriceExotics(Columns):
    """Exotic options of one kind, all monitored continuously but for the fixings of Asians."""

    kind: Exotic
    option_type: OptionTypes | None = None
    spot: Numbers
    strike: Numbers | None = None
    expiry_years: Numbers
    rate: Numbers = Field(0.0, description="For discounting; continuous, per year.")
    dividend_yield: Numbers = Field(0.0, description="Continuous, per year.")
    volatility: Numbers | None = Field(None, description="Per square root of a year.")
    barrier_type: (
        Annotated[
            str | tuple[str, ...],
            *words_of(*BARRIERS),
        ]
        | None
    ) = None
    barrier_level: Numbers | None = None
    rebate: Numbers | None = Field(
        None, description="Paid at once when a barrier ends an option, at expiry if none began it."
    )
    payoff: Annotated[str | tuple[str, ...], *words_of("cash", "asset")] | None = None
    running_extremum: Numbers | None = Field(
        None, description="Of the spot until now: the minimum of a floating call or fixed put."
    )
    fixings: Numbers | None = Field(None, description="How many; 0 for a continuous average.")

    @model_validator(mode="after")
    def _with_the_fields_of_its_kind(self) -> Self:
        wanted = FIELDS_OF[self.kind]
        for name in type(self).model_fields:
            value = getattr(self, name)
            if value is None and name in wanted - MAY_BE_LEFT_OUT:
                raise refusal(MISSING, f"required of a {self.kind}", name)
            if value is not None and name not in wanted | COMMON:
                raise refusal(BAD_VALUE, f"no field of a {self.kind}", name)
        return self


class QuotedChain(Columns):
    """Options with bid and ask; null for a side that nobody quotes."""

    option_type: OptionTypes
    strike: Numbers
    expiry_years: Numbers
    bid: NumbersOrNothing
    ask: NumbersOrNothing


OfAMixture: Final[Any] = Field(
    None,
    description="Of a mixture, version 2: its second surface.",
    exclude_if=lambda value: value is None,
)


class SurfaceExpiry(Contract):
    """One expiry of a surface, by the parameters of eSSVI."""

    expiry_years: Number
    forward: Number
    discount: Number
    theta: Number = Field(description="Total variance at the money.")
    rho: Number = Field(description="The skew.")
    psi: Number = Field(description="How steep the wings are: theta phi.")
    second_theta: Number | None = OfAMixture
    second_rho: Number | None = OfAMixture
    second_psi: Number | None = OfAMixture


class Surface(Contract):
    """A volatility surface without arbitrage, to be kept, and to be asked again."""

    format: Literal["zerodesk.surface"]
    version: Literal[1, 2]
    """2 of a mixture."""
    second_share: Number | None = OfAMixture
    underlying: ShortText
    as_of: ShortText
    model: Literal["essvi", "ssvi", "mixture"]
    inputs_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    expiries: Annotated[
        tuple[SurfaceExpiry, ...], Field(min_length=1, max_length=MAX_EXPIRIES, strict=False)
    ]


class FitSurface(Contract):
    """Quotes to fit a surface to."""

    underlying: ShortText
    as_of: ShortText
    model: Literal["auto", "essvi", "ssvi", "mixture"] = Field(
        "auto",
        description="auto: eSSVI, or a mixture of two where its median residual is beyond the "
        "spread. The surface says which it is.",
    )
    rate: Number | None = Field(
        None, description="For discounting; None given: implied by put-call parity."
    )
    spot: Number | None = Field(
        None, description="Even roughly: it tells contracts on something else apart."
    )
    exercise: Literal["european", "american"] = Field(
        "european", description="American quotes are freed of their early exercise first."
    )
    quotes: QuotedChain

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.exercise == "american" and self.quotes.count > MAX_AMERICAN_QUOTES:
            rule = f"at most {MAX_AMERICAN_QUOTES} quotes of American options"
            raise refusal(BAD_VALUE, rule, "quotes", f"{self.quotes.count} quotes")
        return self


class AskSurface(Columns):
    """What to tell of options off a surface. Greeks are by the forward."""

    option_type: OptionTypes
    strike: Numbers
    expiry_years: Numbers
    outputs: SurfaceOutputs = ("volatility", "price")


class UseSurface(Contract):
    """A surface, to be fitted or kept from an earlier answer, and what to ask it."""

    fit: FitSurface | None = None
    surface: Surface | None = None
    ask: AskSurface | None = None

    @model_validator(mode="after")
    def _of_one_origin(self) -> Self:
        if self.fit is None and self.surface is None:
            raise refusal(MISSING, "fit or surface, one", "fit")
        if self.fit is not None and self.surface is not None:
            raise refusal(BAD_VALUE, "fit or surface, one", "surface")
        if self.surface is not None and self.ask is None:
            raise refusal(MISSING, "required with surface", "ask")
        return self


class FittedQuotes(Contract):
    """What became of each quote, in the order of the request."""

    use: tuple[QuoteUse, ...]
    volatility: tuple[Value, ...] = Field(description="Of the middle of bid and ask.")
    surface_volatility: tuple[Value, ...]
    surface_price: tuple[Value, ...] = Field(description="Of the option as it was quoted.")
    median_half_spreads: Value = Field(
        description="How far the surface is from the middles of the quotes used, in half spreads."
    )
    share_within_bid_and_ask: Value


class UsedSurface(Contract):
    """The surface; how it fits, if it was fitted; what was asked of it, if anything."""

    surface: Surface
    quotes: FittedQuotes | None
    values: ValuedOptions | None
