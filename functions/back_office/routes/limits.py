"""Limits and fee tiers."""

from http import HTTPStatus

from back_office.routes.table import NOT_FOUND, api
from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.api.routing import Answer, Call
from zerodesk_aws.contracts.fees import FeeSchedules, SetFees
from zerodesk_aws.contracts.fields import Nothing
from zerodesk_aws.contracts.limits import AccountLimits, LimitList, SetAccountLimits, SetLimits
from zerodesk_aws.contracts.roles import Role


@api.route("GET", "/v1/limits", Nothing, role=Role.OPERATOR, answers={HTTPStatus.OK: LimitList})
def list_limits(_: Call, __: Nothing) -> Answer:
    """List the limits of the venue and of its groups."""
    from back_office.operations import limits

    return Answer(limits.all())


@api.route(
    "PUT",
    "/v1/limits/venue",
    SetLimits,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: LimitList},
    refuses=(ProblemCode.INTAKE_OFF_PRECISION,),
)
def set_venue_limits(call: Call, asked: SetLimits) -> Answer:
    """Set what holds for every account, in place of what held before; the journal says who did."""
    from back_office.operations import limits

    return Answer(limits.set_venue(asked, call.account_id))


@api.route(
    "PUT",
    "/v1/limits/groups/{group}",
    SetLimits,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: LimitList},
    refuses=(ProblemCode.INTAKE_OFF_PRECISION, ProblemCode.REGISTER_FULL),
)
def set_group_limits(call: Call, asked: SetLimits) -> Answer:
    """Set what holds for the accounts of a group, which begins with its limits."""
    from back_office.operations import limits

    return Answer(limits.set_group(call.path["group"], asked, call.account_id))


@api.route(
    "PUT",
    "/v1/accounts/{account_id}/limits",
    SetAccountLimits,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: AccountLimits},
    refuses=(NOT_FOUND, ProblemCode.INTAKE_OFF_PRECISION),
)
def set_account_limits(call: Call, asked: SetAccountLimits) -> Answer:
    """Set what holds for one account, and its group. Of all that holds, the tightest counts."""
    from back_office.operations import limits

    return Answer(limits.set_account(call.path["account_id"], asked, call.account_id))


@api.route("GET", "/v1/fees", Nothing, role=Role.OPERATOR, answers={HTTPStatus.OK: FeeSchedules})
def list_fees(_: Call, __: Nothing) -> Answer:
    """List the fee tiers of currencies and of markets, and who set them why."""
    from back_office.operations import fees

    return Answer(fees.all())


@api.route(
    "PUT",
    "/v1/fees/{fee_scope}",
    SetFees,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: FeeSchedules},
    refuses=(ProblemCode.INTAKE_OFF_PRECISION, ProblemCode.REGISTER_FULL),
)
def set_fees(call: Call, asked: SetFees) -> Answer:
    """Set the fee tiers of a quote currency, or of one market, which then goes by its own.

    They hold for orders whose hold is made from then on; what is held or rests keeps its rates.
    """
    from back_office.operations import fees

    return Answer(fees.set(call.path["fee_scope"], asked, call.account_id))
