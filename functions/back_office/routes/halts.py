"""What is stopped: halts, kill switches, and liquidations that an operator spares."""

from http import HTTPStatus

from back_office.routes.table import NOT_FOUND, api
from zerodesk_aws.api.routing import Answer, Call
from zerodesk_aws.contracts.fields import Nothing
from zerodesk_aws.contracts.halts import Halts, ListStopped, StoppedPage
from zerodesk_aws.contracts.kills import KillSwitch, KillSwitches, SetKill
from zerodesk_aws.contracts.margin_status import SetLiquidation, Spared
from zerodesk_aws.contracts.roles import Role


@api.route("GET", "/v1/halts", Nothing, role=Role.OPERATOR, answers={HTTPStatus.OK: Halts})
def list_halts(_: Call, __: Nothing) -> Answer:
    """List all that is stopped now: markets that are not open, kill switches, feeds left alone.

    Accounts that are stopped are under /v1/halts/accounts.
    """
    from back_office.operations import halts

    return Answer(halts.all())


@api.route(
    "GET",
    "/v1/halts/accounts",
    ListStopped,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: StoppedPage},
)
def list_stopped(_: Call, asked: ListStopped) -> Answer:
    """List the accounts that are stopped, page by page: how, by whom, why, since and until when.

    By a kill switch, suspended, for a day's loss, or liquidated.
    """
    from back_office.operations import stopped_accounts

    return Answer(stopped_accounts.page(asked))


@api.route("GET", "/v1/kills", Nothing, role=Role.OPERATOR, answers={HTTPStatus.OK: KillSwitches})
def list_kills(_: Call, __: Nothing) -> Answer:
    """List the kill switches of the venue and its markets, with who turned each on or off last."""
    from back_office.operations import kills

    return Answer(kills.all())


@api.route(
    "PUT",
    "/v1/kills/venue",
    SetKill,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: KillSwitches},
)
def kill_venue(call: Call, asked: SetKill) -> Answer:
    """Turn the venue's kill switch on or off.

    On: no order passes any more, every market is halted, every order cancelled. Off: the markets
    stay halted until they are opened.
    """
    from back_office.operations import kills

    return Answer(kills.set_venue(asked, call.account_id))


@api.route(
    "PUT",
    "/v1/kills/markets/{symbol}",
    SetKill,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: KillSwitches},
    refuses=(NOT_FOUND,),
)
def kill_market(call: Call, asked: SetKill) -> Answer:
    """Turn a market's kill switch on or off.

    On: no order for it passes any more, the market is halted, its orders are cancelled. Off: it
    stays halted until it is opened.
    """
    from back_office.operations import kills

    return Answer(kills.set_market(call.path["symbol"], asked, call.account_id))


@api.route(
    "PUT",
    "/v1/kills/accounts/{account_id}",
    SetKill,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: KillSwitch},
    refuses=(NOT_FOUND,),
)
def kill_account(call: Call, asked: SetKill) -> Answer:
    """Turn an account's kill switch on or off.

    On: no order of it passes any more, and what it has in any book is cancelled. Its positions and
    its money stay.
    """
    from back_office.operations import accounts, kills

    account_id = call.path["account_id"]
    accounts.balances(account_id)
    return Answer(kills.set_account(account_id, asked, call.account_id))


@api.route(
    "PUT",
    "/v1/accounts/{account_id}/liquidation",
    SetLiquidation,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Spared},
    refuses=(NOT_FOUND,),
)
def set_liquidation(call: Call, asked: SetLiquidation) -> Answer:
    """Stop the liquidation of an account and spare it from another, or allow it again.

    While it is spared the account trades as any other, and who runs short of margin is only called.
    """
    from back_office.operations import sparing

    return Answer(sparing.set(call.path["account_id"], asked, call.account_id))
