"""The routes of funds. Importing them needs no environment."""

from http import HTTPStatus

from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.api.routing import Answer, Api, Call
from zerodesk_aws.contracts.fields import Nothing
from zerodesk_aws.contracts.funds import AskTransfer, AskWithdrawal, Transfer, Withdrawal
from zerodesk_aws.contracts.margin_status import IsolatedMargin, MoveMargin, SetIsolated
from zerodesk_aws.contracts.roles import Role

api = Api("funds")
app = api.app


@api.route(
    "POST",
    "/v1/withdrawals",
    AskWithdrawal,
    role=Role.TRADER,
    answers={HTTPStatus.CREATED: Withdrawal, HTTPStatus.OK: Withdrawal},
    refuses=(
        ProblemCode.INTAKE_OFF_PRECISION,
        ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT,
        ProblemCode.RISK_STALE_MARK,
        ProblemCode.RISK_INSUFFICIENT_MARGIN,
        ProblemCode.LEDGER_WITHDRAWAL_LIMIT,
        ProblemCode.LEDGER_INSUFFICIENT_BALANCE,
    ),
)
def ask_withdrawal(call: Call, asked: AskWithdrawal) -> Answer:
    """Reserve a withdrawal, once.

    201: the amount is held until the back office posts or voids it. 200: it was asked for before
    and is shown as it stands. RISK_*, LEDGER_*: refused; the id stays refused, so
    that a late repeat of it never takes effect.
    """
    from funds.operations import withdrawals

    withdrawal, is_new = withdrawals.ask(call.account_id, asked)
    return Answer(withdrawal, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.route(
    "GET",
    "/v1/withdrawals/{withdrawal_id}",
    Nothing,
    role=Role.TRADER,
    answers={HTTPStatus.OK: Withdrawal},
    refuses=(ProblemCode.NOT_FOUND,),
)
def get_withdrawal(call: Call, _: Nothing) -> Answer:
    """Get a withdrawal of the account as it stands."""
    from funds.operations import withdrawals

    return Answer(withdrawals.one(call.account_id, call.path["withdrawal_id"]))


@api.route(
    "POST",
    "/v1/transfers",
    AskTransfer,
    role=Role.TRADER,
    answers={HTTPStatus.CREATED: Transfer, HTTPStatus.OK: Transfer},
    refuses=(
        ProblemCode.INTAKE_UNKNOWN_ACCOUNT,
        ProblemCode.INTAKE_OFF_PRECISION,
        ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT,
        ProblemCode.RISK_STALE_MARK,
        ProblemCode.RISK_INSUFFICIENT_MARGIN,
        ProblemCode.LEDGER_INSUFFICIENT_BALANCE,
    ),
)
def ask_transfer(call: Call, asked: AskTransfer) -> Answer:
    """Transfer an amount to another account, once.

    201: the other account has it. 200: it was asked for before and is shown as it stands. 503: it
    may be on its way, and then it arrives; repeat the request to see. RISK_*, LEDGER_*: refused;
    the id stays refused, so that a late repeat of it never takes effect.
    """
    from funds.operations import transfers

    transfer, is_new = transfers.ask(call.account_id, asked)
    return Answer(transfer, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.route(
    "GET",
    "/v1/transfers/{transfer_id}",
    Nothing,
    role=Role.TRADER,
    answers={HTTPStatus.OK: Transfer},
    refuses=(ProblemCode.NOT_FOUND,),
)
def get_transfer(call: Call, _: Nothing) -> Answer:
    """Get a transfer that the account sent, as it stands. What it received is in its statement."""
    from funds.operations import transfers

    return Answer(transfers.one(call.account_id, call.path["transfer_id"]))


@api.route(
    "PUT",
    "/v1/isolated/{symbol}",
    SetIsolated,
    role=Role.TRADER,
    answers={HTTPStatus.OK: IsolatedMargin},
    refuses=(
        ProblemCode.INTAKE_UNKNOWN_SYMBOL,
        ProblemCode.MARGIN_MODE_IN_USE,
        ProblemCode.REGISTER_FULL,
    ),
)
def set_isolated(call: Call, asked: SetIsolated) -> Answer:
    """Hold the account's position in a perpetual apart, against its own pot, or with all others.

    Only while nothing is open there. What is left in the pot is free again with the others.
    """
    from funds.operations import isolation

    return Answer(isolation.set(call.account_id, call.path["symbol"], asked))


@api.route(
    "POST",
    "/v1/isolated/{symbol}/moves",
    MoveMargin,
    role=Role.TRADER,
    answers={HTTPStatus.CREATED: IsolatedMargin, HTTPStatus.OK: IsolatedMargin},
    refuses=(
        ProblemCode.NOT_FOUND,
        ProblemCode.INTAKE_UNKNOWN_SYMBOL,
        ProblemCode.INTAKE_OFF_PRECISION,
        ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT,
        ProblemCode.RISK_STALE_MARK,
        ProblemCode.RISK_INSUFFICIENT_MARGIN,
        ProblemCode.LEDGER_INSUFFICIENT_BALANCE,
    ),
)
def move_margin(call: Call, asked: MoveMargin) -> Answer:
    """Move margin into the pot of an isolated position, or out of it, once.

    201: moved. 200: the latest move was this one, and is not made again. What is taken out leaves
    the initial margin of the position with every open order filled.
    """
    from funds.operations import isolation

    moved, is_new = isolation.move(call.account_id, call.path["symbol"], asked)
    return Answer(moved, HTTPStatus.CREATED if is_new else HTTPStatus.OK)
