"""The route of price_source. Importing it needs no environment."""

from http import HTTPStatus

from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.api.routing import Answer, Api, Call
from zerodesk_aws.contracts.markets import IndexPrice, ReportIndexPrice
from zerodesk_aws.contracts.roles import Role

api = Api("price_source")
app = api.app


@api.route(
    "POST",
    "/v1/markets/{symbol}/index-prices",
    ReportIndexPrice,
    role=Role.OPERATOR,
    answers={HTTPStatus.ACCEPTED: IndexPrice},
    refuses=(ProblemCode.NOT_FOUND,),
)
def report_index_price(call: Call, asked: ReportIndexPrice) -> Answer:
    """Report an index price. The book takes the latest observation as its mark."""
    from price_source.operations import prices

    return Answer(prices.report(call.path["symbol"], asked), HTTPStatus.ACCEPTED)
