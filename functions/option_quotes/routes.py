"""The routes of option_quotes. Importing them needs neither an environment nor numpy."""

from http import HTTPStatus

from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.api.routing import Answer, Api, Call
from zerodesk_aws.contracts.fields import Nothing
from zerodesk_aws.contracts.option_quotes import (
    AskQuote,
    PublishedSurface,
    PublishSurface,
    QuotedOption,
)
from zerodesk_aws.contracts.pricing import PRICING_BODY_BYTES
from zerodesk_aws.contracts.roles import Role

api = Api("option_quotes")
app = api.app


@api.route(
    "PUT",
    "/v1/markets/{symbol}/surface",
    PublishSurface,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: PublishedSurface},
    refuses=(ProblemCode.NOT_FOUND, ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT),
    body_bytes=PRICING_BODY_BYTES,
)
def publish_surface(call: Call, asked: PublishSurface) -> Answer:
    """Publish the surface of a market's options. A later one replaces an earlier one, only."""
    from option_quotes.operations import surfaces

    return Answer(surfaces.publish(call.path["symbol"], asked))


@api.route(
    "GET",
    "/v1/markets/{symbol}/surface",
    Nothing,
    answers={HTTPStatus.OK: PublishedSurface},
    refuses=(ProblemCode.NOT_FOUND,),
)
def get_surface(call: Call, _: Nothing) -> Answer:
    """Get the surface of a market's options as it was published last."""
    from option_quotes.operations import surfaces

    return Answer(surfaces.shown(call.path["symbol"]))


@api.route(
    "POST",
    "/v1/pricing/quote",
    AskQuote,
    answers={HTTPStatus.OK: QuotedOption},
    refuses=(ProblemCode.NOT_FOUND, ProblemCode.INTAKE_OFF_TICK, ProblemCode.INTAKE_OFF_LOT),
)
def quote_option(_: Call, asked: AskQuote) -> Answer:
    """Quote an order of an option: fair value, Greeks, collar, fees, and its risk array."""
    from option_quotes.operations import desk

    return Answer(desk.quote(asked))
