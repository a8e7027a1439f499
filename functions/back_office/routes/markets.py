"""Markets: listing, terms, trading states, auctions, ends and takeovers."""

from http import HTTPStatus

from back_office.routes.table import CONFLICT, NOT_FOUND, api
from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.api.routing import Answer, Call
from zerodesk_aws.contracts.markets import (
    AskTakeover,
    ChangeMarket,
    Delist,
    EndAuction,
    ListMarket,
    Market,
    SettleOption,
    SetTradingState,
    TakeoverAsked,
)
from zerodesk_aws.contracts.roles import Role


@api.route(
    "POST",
    "/v1/markets",
    ListMarket,
    role=Role.OPERATOR,
    answers={HTTPStatus.CREATED: Market, HTTPStatus.OK: Market},
    refuses=(CONFLICT, ProblemCode.MARKET_DELISTED, ProblemCode.REGISTER_FULL),
)
def list_market(_: Call, asked: ListMarket) -> Answer:
    """List a market; it is open at once. 200: it is listed already, with the same terms."""
    from back_office.operations import listing

    market, is_new = listing.list(asked)
    return Answer(market, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.route(
    "PATCH",
    "/v1/markets/{symbol}",
    ChangeMarket,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Market},
    refuses=(NOT_FOUND, ProblemCode.MARKET_DELISTED),
)
def change_market(call: Call, asked: ChangeMarket) -> Answer:
    """Give a market other fees, another collar, band, smallest notional or largest quantity.

    They hold for orders that are priced from then on; what rests keeps the fees that it came with.
    Tick and lot stay for good: every price and every position is counted by them.
    """
    from back_office.operations import market_terms

    return Answer(market_terms.change(call.path["symbol"], asked, call.account_id))


@api.route(
    "POST",
    "/v1/markets/{symbol}/delisting",
    Delist,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Market},
    refuses=(NOT_FOUND,),
)
def delist_market(call: Call, asked: Delist) -> Answer:
    """Have a market trade no more, for good: every order in it is cancelled, positions stay.

    Its symbol is never listed again.
    """
    from back_office.operations import market_terms

    return Answer(market_terms.delist(call.path["symbol"], asked, call.account_id))


@api.route(
    "POST",
    "/v1/markets/{symbol}/settlement",
    SettleOption,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Market},
    refuses=(NOT_FOUND, ProblemCode.INTAKE_OFF_PRECISION),
)
def settle_option(call: Call, asked: SettleOption) -> Answer:
    """End an option that has expired, at a price of its underlying that is said and why.

    Where the index was known an option ends by itself, within minutes.
    """
    from back_office.operations import market_terms

    return Answer(market_terms.settle(call.path["symbol"], asked, call.account_id))


@api.route(
    "PUT",
    "/v1/markets/{symbol}/state",
    SetTradingState,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Market},
    refuses=(
        NOT_FOUND,
        ProblemCode.KILL_SWITCH_ON,
        ProblemCode.MARK_STALE,
        ProblemCode.MARKET_DELISTED,
    ),
)
def set_trading_state(call: Call, asked: SetTradingState) -> Answer:
    """Stop a market, open it again, or have it hold an auction.

    Its book journals the change with the reason. Whatever crosses trades before a market opens, in
    an auction first where it would trade outside the market's band.
    """
    from back_office.operations import trading_states

    return Answer(trading_states.set(call.path["symbol"], asked, call.account_id))


@api.route(
    "POST",
    "/v1/markets/{symbol}/auction/end",
    EndAuction,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Market},
    refuses=(NOT_FOUND, ProblemCode.NO_AUCTION),
)
def end_auction(call: Call, asked: EndAuction) -> Answer:
    """End the auction that a market holds: what crosses trades at one price.

    The market is open behind it, or halted behind a closing auction. Where the price is outside the
    market's band another auction begins, of the band's length.
    """
    from back_office.operations import trading_states

    return Answer(trading_states.end_auction(call.path["symbol"], asked, call.account_id))


@api.route(
    "POST",
    "/v1/markets/{symbol}/takeover",
    AskTakeover,
    role=Role.OPERATOR,
    answers={HTTPStatus.ACCEPTED: TakeoverAsked},
    refuses=(NOT_FOUND,),
)
def take_over(call: Call, asked: AskTakeover) -> Answer:
    """Make the region of this API the home of a book, while the one before may be dead.

    202: the region was told. The book's next record then begins the next epoch; whoever wrote it
    before stops there and sends its commands here.
    """
    from back_office.operations import takeovers

    return Answer(takeovers.ask(call.path["symbol"], asked.reason), HTTPStatus.ACCEPTED)
