"""The routes of pricing_api. Importing them needs neither an environment nor numpy."""

from http import HTTPStatus

from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.api.routing import Answer, Api, Call
from zerodesk_aws.contracts.margin import MarginPreview, PreviewMargin
from zerodesk_aws.contracts.pricing import (
    PRICING_BODY_BYTES,
    FindVolatility,
    FoundVolatility,
    PriceAmericans,
    PriceExotics,
    PriceOptions,
    UsedSurface,
    UseSurface,
    ValuedAmericans,
    ValuedOptions,
)

api = Api("pricing_api")
app = api.app


@api.route(
    "POST",
    "/v1/pricing/options",
    PriceOptions,
    answers={HTTPStatus.OK: ValuedOptions},
    body_bytes=PRICING_BODY_BYTES,
)
def price_options(_: Call, asked: PriceOptions) -> Answer:
    """Price European options. At most 10,000, in columns; a body of at most 2 MiB."""
    from pricing_api import batches

    return Answer(batches.options(asked))


@api.route(
    "POST",
    "/v1/pricing/implied-volatility",
    FindVolatility,
    answers={HTTPStatus.OK: FoundVolatility},
    body_bytes=PRICING_BODY_BYTES,
)
def find_volatility(_: Call, asked: FindVolatility) -> Answer:
    """Find implied volatilities. At most 10,000, in columns; a body of at most 2 MiB."""
    from pricing_api import batches

    return Answer(batches.volatilities(asked))


@api.route(
    "POST",
    "/v1/pricing/american",
    PriceAmericans,
    answers={HTTPStatus.OK: ValuedAmericans},
    body_bytes=PRICING_BODY_BYTES,
)
def price_americans(_: Call, asked: PriceAmericans) -> Answer:
    """Price American options. At most 10,000 fast or 2,000 precise ones, in columns."""
    from pricing_api import batches

    return Answer(batches.americans(asked))


@api.route(
    "POST",
    "/v1/pricing/exotics",
    PriceExotics,
    answers={HTTPStatus.OK: ValuedOptions},
    body_bytes=PRICING_BODY_BYTES,
)
def price_exotics(_: Call, asked: PriceExotics) -> Answer:
    """Price exotic options of one kind. At most 10,000, in columns; a body of at most 2 MiB."""
    from pricing_api import batches

    return Answer(batches.exotics(asked))


@api.route(
    "POST",
    "/v1/pricing/surface",
    UseSurface,
    answers={HTTPStatus.OK: UsedSurface},
    body_bytes=PRICING_BODY_BYTES,
)
def use_surface(_: Call, asked: UseSurface) -> Answer:
    """Fit a volatility surface, or ask one. At most 10,000 quotes and as many options."""
    from pricing_api.surfaces import used

    return Answer(used(asked))


@api.route(
    "POST",
    "/v1/risk/margin-preview",
    PreviewMargin,
    answers={HTTPStatus.OK: MarginPreview},
    refuses=(ProblemCode.INTAKE_OFF_LOT, ProblemCode.INTAKE_OFF_PRECISION),
)
def preview_margin(_: Call, asked: PreviewMargin) -> Answer:
    """Preview the portfolio margin of up to 50 legs, and what an order would add, and why.

    Of spot, perpetuals and European options on one underlying, as the request tells them: nothing
    is read and nothing is held. Options are valued after Black at the volatility of each.
    """
    from pricing_api.margins import previewed

    return Answer(previewed(asked))
