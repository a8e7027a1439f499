"""The routes of queries. Importing them needs no environment."""

from http import HTTPStatus

from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.api.routing import Answer, Api, Call
from zerodesk_aws.contracts.balances import Balances
from zerodesk_aws.contracts.fees import AccountFees
from zerodesk_aws.contracts.fields import Nothing
from zerodesk_aws.contracts.limits import AccountLimits, Positions
from zerodesk_aws.contracts.margin_status import (
    MarginStatus,
    OrderMarginPreview,
    PreviewOrderMargin,
)
from zerodesk_aws.contracts.markets import (
    AskDepth,
    Depth,
    Fundings,
    Health,
    ListTrades,
    Market,
    Markets,
    Ticker,
    TradePage,
)
from zerodesk_aws.contracts.order_lists import FillPage, ListFills, ListOrders, OrderPage
from zerodesk_aws.contracts.orders import Order
from zerodesk_aws.contracts.roles import Role
from zerodesk_aws.contracts.statements import AskStatement, Statement

api = Api("queries")
app = api.app

NOT_FOUND = (ProblemCode.NOT_FOUND,)


@api.route("GET", "/v1/orders", ListOrders, role=Role.TRADER, answers={HTTPStatus.OK: OrderPage})
def list_orders(call: Call, asked: ListOrders) -> Answer:
    """List the account's orders, newest first.

    An order that was placed a moment ago may be missing for as long; GET of the order itself never
    lags.
    """
    from queries.operations import order_lists

    return Answer(order_lists.page(call.account_id, asked))


@api.route(
    "GET",
    "/v1/orders/{order_id}",
    Nothing,
    role=Role.TRADER,
    answers={HTTPStatus.OK: Order},
    refuses=NOT_FOUND,
)
def get_order(call: Call, _: Nothing) -> Answer:
    """Get an order of the account as it stands."""
    from queries.operations import order_lists

    return Answer(order_lists.one(call.account_id, call.path["order_id"]))


@api.route("GET", "/v1/balances", Nothing, role=Role.TRADER, answers={HTTPStatus.OK: Balances})
def get_balances(call: Call, _: Nothing) -> Answer:
    """Get what the account has, at its latest record."""
    from queries.operations import balances

    return Answer(balances(call.account_id))


@api.route("GET", "/v1/fills", ListFills, role=Role.TRADER, answers={HTTPStatus.OK: FillPage})
def list_fills(call: Call, asked: ListFills) -> Answer:
    """List the account's fills, newest first, as they were settled."""
    from queries.operations import fill_lists

    return Answer(fill_lists.page(call.account_id, asked))


@api.route(
    "GET", "/v1/statement", AskStatement, role=Role.TRADER, answers={HTTPStatus.OK: Statement}
)
def get_statement(call: Call, asked: AskStatement) -> Answer:
    """Get a statement of the account: opening balances, records oldest first, closing balances.

    The stretch is one of sequences, both ends in, or of time, the end out; none may lie in the
    future.
    """
    from queries.operations import statements

    return Answer(statements.page(call.account_id, asked))


@api.route(
    "GET",
    "/v1/accounts/{account_id}/statement",
    AskStatement,
    answers={HTTPStatus.OK: Statement},
    refuses=NOT_FOUND,
)
def get_account_statement(call: Call, asked: AskStatement) -> Answer:
    """Get a statement of any account, for an operator; for a trader, of the own account alone."""
    from queries.operations import statements

    return Answer(statements.page(_within_reach(call), asked))


def _within_reach(call: Call) -> str:
    """Return the account of a path: any for an operator, for a trader the own alone."""
    account_id = call.path["account_id"]
    if call.principal.role is Role.TRADER and account_id != call.account_id:
        raise ended(ProblemCode.NOT_FOUND, "No account has this id.")
    return account_id


@api.route(
    "GET",
    "/v1/accounts/{account_id}/positions",
    Nothing,
    answers={HTTPStatus.OK: Positions},
    refuses=NOT_FOUND,
)
def get_positions(call: Call, _: Nothing) -> Answer:
    """Get what an account has open, and what it made; for a trader, of the own alone."""
    from queries.operations import position_views

    return Answer(position_views.of(_within_reach(call)))


@api.route(
    "GET",
    "/v1/accounts/{account_id}/limits",
    Nothing,
    answers={HTTPStatus.OK: AccountLimits},
    refuses=NOT_FOUND,
)
def get_account_limits(call: Call, _: Nothing) -> Answer:
    """Get what limits an account and how much of it is used; for a trader, of the own alone."""
    from queries.operations import limit_views

    return Answer(limit_views.of(_within_reach(call)))


@api.route(
    "GET",
    "/v1/accounts/{account_id}/fees",
    Nothing,
    answers={HTTPStatus.OK: AccountFees},
    refuses=NOT_FOUND,
)
def get_account_fees(call: Call, _: Nothing) -> Answer:
    """Get what an account's next order is charged in each market, and what its next tier is.

    For a trader, of the own account alone.
    """
    from queries.operations import fee_views

    return Answer(fee_views.of(_within_reach(call)))


@api.route(
    "GET",
    "/v1/accounts/{account_id}/margin",
    Nothing,
    answers={HTTPStatus.OK: MarginStatus},
    refuses=NOT_FOUND,
)
def get_margin(call: Call, _: Nothing) -> Answer:
    """Get what an account has against what its derivatives need; for a trader, of the own alone."""
    from queries.operations import margin_views

    return Answer(margin_views.of(_within_reach(call)))


@api.route(
    "POST",
    "/v1/accounts/{account_id}/margin-preview",
    PreviewOrderMargin,
    answers={HTTPStatus.OK: OrderMarginPreview},
    refuses=(
        ProblemCode.NOT_FOUND,
        ProblemCode.INTAKE_UNKNOWN_SYMBOL,
        ProblemCode.INTAKE_OFF_TICK,
        ProblemCode.INTAKE_OFF_LOT,
        ProblemCode.INTAKE_ABOVE_MAX_QUANTITY,
        ProblemCode.RISK_STALE_MARK,
    ),
)
def preview_order_margin(call: Call, asked: PreviewOrderMargin) -> Answer:
    """Preview what an order of a derivative needs as margin on top of what the account holds.

    By the sums of the risk check, on the account's latest record and the marks as they are shown;
    nothing is held. For a trader, of the own account alone.
    """
    from queries.operations import order_previews

    return Answer(order_previews.of(_within_reach(call), asked))


@api.route("GET", "/v1/markets", Nothing, answers={HTTPStatus.OK: Markets})
def list_markets(_: Call, __: Nothing) -> Answer:
    """List every market."""
    from queries.operations import every_market

    return Answer(every_market())


@api.route(
    "GET", "/v1/markets/{symbol}", Nothing, answers={HTTPStatus.OK: Market}, refuses=NOT_FOUND
)
def get_market(call: Call, _: Nothing) -> Answer:
    """Get a market: its listing, its state, its prices."""
    from queries.operations import one_market

    return Answer(one_market(call.path["symbol"]))


@api.route(
    "GET", "/v1/markets/{symbol}/depth", AskDepth, answers={HTTPStatus.OK: Depth}, refuses=NOT_FOUND
)
def get_depth(call: Call, asked: AskDepth) -> Answer:
    """Get the best prices of a book, as of its latest record."""
    from queries.operations import book_views

    return Answer(book_views.depth(call.path["symbol"], asked.levels))


@api.route(
    "GET",
    "/v1/markets/{symbol}/ticker",
    Nothing,
    answers={HTTPStatus.OK: Ticker},
    refuses=NOT_FOUND,
)
def get_ticker(call: Call, _: Nothing) -> Answer:
    """Get a market's last 24 hours."""
    from queries.operations import book_views

    return Answer(book_views.ticker(call.path["symbol"]))


@api.route(
    "GET",
    "/v1/markets/{symbol}/funding",
    Nothing,
    answers={HTTPStatus.OK: Fundings},
    refuses=NOT_FOUND,
)
def get_funding(call: Call, _: Nothing) -> Answer:
    """Get the latest funding rates of a perpetual, and when it is funded next."""
    from queries.operations import book_views

    return Answer(book_views.fundings(call.path["symbol"]))


@api.route(
    "GET",
    "/v1/markets/{symbol}/trades",
    ListTrades,
    answers={HTTPStatus.OK: TradePage},
    refuses=NOT_FOUND,
)
def list_trades(call: Call, asked: ListTrades) -> Answer:
    """List a market's trades, newest first."""
    from queries.operations import trade_lists

    return Answer(trade_lists.page(call.path["symbol"], asked))


@api.route("GET", "/v1/health", Nothing, answers={HTTPStatus.OK: Health})
def get_health(_: Call, __: Nothing) -> Answer:
    """Say that the API answers and reads its tables."""
    from queries.operations import health

    return Answer(health())


@api.route("GET", "/v1/openapi.json", Nothing, answers={HTTPStatus.OK: None})
def get_openapi(_: Call, __: Nothing) -> Answer:
    """Get this document: OpenAPI 3.1."""
    from queries.operations import openapi

    return Answer(openapi())
