"""The routes of price_source. Importing it needs no environment."""

from http import HTTPStatus

from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.api.routing import Answer, Api, Call
from zerodesk_aws.contracts.feeds import Feed, Feeds, RemoveFeed, SetFeed
from zerodesk_aws.contracts.fields import Nothing
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


@api.route("GET", "/v1/feeds", Nothing, role=Role.OPERATOR, answers={HTTPStatus.OK: Feeds})
def list_feeds(_: Call, __: Nothing) -> Answer:
    """List where index prices are read outside, and the breaker before each."""
    from price_source.operations import feeds

    return Answer(feeds.all())


@api.route(
    "PUT",
    "/v1/feeds/{symbol}",
    SetFeed,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Feed},
    refuses=(ProblemCode.NOT_FOUND,),
)
def set_feed(call: Call, asked: SetFeed) -> Answer:
    """Have a market's index price read each minute from a service outside.

    Its breaker begins closed, also where the feed was there before.
    """
    from price_source.operations import feeds

    return Answer(feeds.set(call.path["symbol"], asked, call.account_id))


@api.route(
    "DELETE",
    "/v1/feeds/{symbol}",
    RemoveFeed,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Feeds},
    refuses=(ProblemCode.NOT_FOUND,),
)
def remove_feed(call: Call, asked: RemoveFeed) -> Answer:
    """Read a market's index price outside no more."""
    from price_source.operations import feeds

    return Answer(feeds.remove(call.path["symbol"], asked, call.account_id))
