"""Accounts, their keys, balances and standing, and the partners that place orders for them."""

from http import HTTPStatus

from back_office.routes.table import CONFLICT, NOT_FOUND, api
from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.api.routing import Answer, Call
from zerodesk_aws.contracts.accounts import (
    Account,
    Accounts,
    BindPartner,
    IssueKey,
    Key,
    OpenAccount,
    PartnerBinding,
    RevokedKey,
)
from zerodesk_aws.contracts.balances import Balances
from zerodesk_aws.contracts.fields import Nothing
from zerodesk_aws.contracts.limits import AccountLimits, SetStanding
from zerodesk_aws.contracts.roles import Role


@api.route(
    "POST",
    "/v1/accounts",
    OpenAccount,
    role=Role.OPERATOR,
    answers={HTTPStatus.CREATED: Account, HTTPStatus.OK: Account},
    refuses=(CONFLICT, ProblemCode.REGISTER_FULL),
)
def open_account(_: Call, asked: OpenAccount) -> Answer:
    """Open an account. 200: it is open already, under the same name. A venue has 5,000 at most."""
    from back_office.operations import accounts

    account, is_new = accounts.open(asked)
    return Answer(account, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.route("GET", "/v1/accounts", Nothing, role=Role.OPERATOR, answers={HTTPStatus.OK: Accounts})
def list_accounts(_: Call, __: Nothing) -> Answer:
    """List every account."""
    from back_office.operations import accounts

    return Answer(accounts.all())


@api.route(
    "POST",
    "/v1/accounts/{account_id}/keys",
    IssueKey,
    role=Role.OPERATOR,
    answers={HTTPStatus.CREATED: Key},
    refuses=(NOT_FOUND,),
)
def issue_key(call: Call, asked: IssueKey) -> Answer:
    """Make a key for an account. It is shown this once; each request makes another."""
    from back_office.operations import accounts

    return Answer(accounts.issue_key(call.path["account_id"], asked.role), HTTPStatus.CREATED)


@api.route(
    "DELETE",
    "/v1/accounts/{account_id}/keys/{key_id}",
    Nothing,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: RevokedKey},
    refuses=(NOT_FOUND,),
)
def revoke_key(call: Call, _: Nothing) -> Answer:
    """Revoke a key. It may pass for as long as API Gateway remembers what the authorizer said."""
    from back_office.operations import accounts

    return Answer(accounts.revoke_key(call.path["account_id"], call.path["key_id"]))


@api.route(
    "GET",
    "/v1/accounts/{account_id}/balances",
    Nothing,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Balances},
    refuses=(NOT_FOUND,),
)
def get_account_balances(call: Call, _: Nothing) -> Answer:
    """Get what an account has, at its latest record."""
    from back_office.operations import accounts

    return Answer(accounts.balances(call.path["account_id"]))


@api.route(
    "PUT",
    "/v1/accounts/{account_id}/standing",
    SetStanding,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: AccountLimits},
    refuses=(NOT_FOUND,),
)
def set_standing(call: Call, asked: SetStanding) -> Answer:
    """Suspend an account or let it trade again, and say how far it is verified.

    A suspended account keeps its open orders, may cancel them, and places no more.
    """
    from back_office.operations import limits

    return Answer(limits.set_standing(call.path["account_id"], asked, call.account_id))


@api.route(
    "PUT",
    "/v1/partners/{source}",
    BindPartner,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: PartnerBinding},
    refuses=(ProblemCode.REGISTER_FULL,),
)
def bind_partner(call: Call, asked: BindPartner) -> Answer:
    """Say for which account a partner's orders on the bus are placed, from now on."""
    from back_office.operations import partners

    return Answer(partners.bind(call.path["source"], asked.account_id))
