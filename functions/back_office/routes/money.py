"""Money in, out and corrected; the house and the insurance fund."""

from http import HTTPStatus

from back_office.routes.table import CONFLICT, NOT_FOUND, api
from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.api.routing import Answer, Call
from zerodesk_aws.contracts.accounts import (
    Deposit,
    FundInsurance,
    MakeDeposit,
    MakeReversal,
    Reversal,
)
from zerodesk_aws.contracts.balances import Balances
from zerodesk_aws.contracts.fields import Nothing
from zerodesk_aws.contracts.funds import ListReserved, ReservedPage, Withdrawal, Withdrawals
from zerodesk_aws.contracts.house import House
from zerodesk_aws.contracts.roles import Role


@api.route(
    "POST",
    "/v1/accounts/{account_id}/deposits",
    MakeDeposit,
    role=Role.OPERATOR,
    answers={HTTPStatus.CREATED: Deposit, HTTPStatus.OK: Deposit},
    refuses=(NOT_FOUND, ProblemCode.INTAKE_OFF_PRECISION, CONFLICT),
)
def make_deposit(call: Call, asked: MakeDeposit) -> Answer:
    """Credit a deposit once. 200: it stands already; the account is shown as it is now."""
    from back_office.operations import deposits

    deposit, is_new = deposits.make(call.path["account_id"], asked)
    return Answer(deposit, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.route(
    "POST",
    "/v1/accounts/{account_id}/reversals",
    MakeReversal,
    role=Role.OPERATOR,
    answers={HTTPStatus.CREATED: Reversal, HTTPStatus.OK: Reversal},
    refuses=(
        NOT_FOUND,
        CONFLICT,
        ProblemCode.RISK_STALE_MARK,
        ProblemCode.RISK_INSUFFICIENT_MARGIN,
        ProblemCode.LEDGER_NOT_REVERSIBLE,
        ProblemCode.LEDGER_INSUFFICIENT_BALANCE,
    ),
)
def make_reversal(call: Call, asked: MakeReversal) -> Answer:
    """Correct an account: reverse a record's entries by a new record that names it.

    200: it is reversed already, and not once more. A deposit, a posted withdrawal and a transfer
    can be reversed; the others have their own way back. A transfer is named by the sender's record,
    and its receiver must have the money free. What is not covered today may be asked for again.
    """
    from back_office.operations import corrections

    reversal, is_new = corrections.make(call.path["account_id"], asked)
    return Answer(reversal, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.route(
    "GET",
    "/v1/accounts/{account_id}/withdrawals",
    Nothing,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Withdrawals},
    refuses=(NOT_FOUND,),
)
def list_withdrawals(call: Call, _: Nothing) -> Answer:
    """List the withdrawals of an account that are reserved: they wait to be posted or void."""
    from back_office.operations import withdrawals

    return Answer(withdrawals.reserved(call.path["account_id"]))


@api.route(
    "GET",
    "/v1/withdrawals",
    ListReserved,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: ReservedPage},
)
def list_reserved(_: Call, asked: ListReserved) -> Answer:
    """List the reserved withdrawals of all accounts, page by page."""
    from back_office.operations import reserved

    return Answer(reserved.page(asked))


@api.route(
    "POST",
    "/v1/accounts/{account_id}/withdrawals/{withdrawal_id}/post",
    Nothing,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Withdrawal},
    refuses=(NOT_FOUND, ProblemCode.WITHDRAWAL_NOT_RESERVED),
)
def post_withdrawal(call: Call, _: Nothing) -> Answer:
    """Post a reserved withdrawal: the money has left. Repeating is harmless.

    Post it before you pay it out: one that stays reserved for 72 hours is void, and the money is
    free again. 409: it is void, or was refused.
    """
    from back_office.operations import withdrawals

    return Answer(withdrawals.post(call.path["account_id"], call.path["withdrawal_id"]))


@api.route(
    "POST",
    "/v1/accounts/{account_id}/withdrawals/{withdrawal_id}/void",
    Nothing,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Withdrawal},
    refuses=(NOT_FOUND, ProblemCode.WITHDRAWAL_NOT_RESERVED),
)
def void_withdrawal(call: Call, _: Nothing) -> Answer:
    """Void a reserved withdrawal: the money is free again. 409: it is posted, or was refused."""
    from back_office.operations import withdrawals

    return Answer(withdrawals.void(call.path["account_id"], call.path["withdrawal_id"]))


@api.route("GET", "/v1/house", Nothing, role=Role.OPERATOR, answers={HTTPStatus.OK: House})
def get_house(_: Call, __: Nothing) -> Answer:
    """Get what the house has: the fees that were swept from the books, by currency."""
    from back_office.operations import house

    return Answer(house.balances())


@api.route("GET", "/v1/insurance", Nothing, role=Role.OPERATOR, answers={HTTPStatus.OK: Balances})
def get_insurance(_: Call, __: Nothing) -> Answer:
    """Get what the insurance fund has. What it was given and what it paid is its statement."""
    from back_office.operations import insurance

    return Answer(insurance.balances())


@api.route(
    "POST",
    "/v1/insurance/deposits",
    FundInsurance,
    role=Role.OPERATOR,
    answers={HTTPStatus.CREATED: Deposit, HTTPStatus.OK: Deposit},
    refuses=(ProblemCode.INTAKE_OFF_PRECISION, CONFLICT, ProblemCode.REGISTER_FULL),
)
def fund_insurance(call: Call, asked: FundInsurance) -> Answer:
    """Credit a deposit to the insurance fund once. 200: it stands already.

    Out of the fund is paid what liquidated accounts owe; its journal says by whose word and why
    each deposit came.
    """
    from back_office.operations import insurance

    deposit, is_new = insurance.deposit(asked, call.account_id)
    return Answer(deposit, HTTPStatus.CREATED if is_new else HTTPStatus.OK)
