"""Variables of a path: their grammar, in one place for every route."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from zerodesk.instruments import SYMBOL, SYMBOL_RULE
from zerodesk_aws.api.problems import ProblemCode, refused
from zerodesk_aws.contracts import fields


class Variable(NamedTuple):
    """What a variable of a path may be, as a pattern and in words."""

    pattern: str
    rule: str


VARIABLES: Final = {
    "account_id": Variable(fields.ACCOUNT_ID, fields.ACCOUNT_ID_RULE),
    "fee_scope": Variable(fields.FEE_SCOPE, fields.FEE_SCOPE_RULE),
    "group": Variable(fields.GROUP, fields.GROUP_RULE),
    "job_id": Variable(fields.JOB_ID, fields.JOB_ID_RULE),
    "key_id": Variable(fields.KEY_ID, fields.KEY_ID_RULE),
    "order_id": Variable(fields.ORDER_ID, fields.ORDER_ID_RULE),
    "source": Variable(fields.PARTNER, fields.PARTNER_RULE),
    "symbol": Variable(SYMBOL, SYMBOL_RULE),
    "transfer_id": Variable(fields.TRANSFER_ID, fields.TRANSFER_ID_RULE),
    "withdrawal_id": Variable(fields.WITHDRAWAL_ID, fields.WITHDRAWAL_ID_RULE),
}
NAMES_SOMETHING_NEW: Final = "PUT"
_IN_A_PATH: Final = re.compile(r"\{([a-z_]+)\}")


def variables_of(path: str) -> list[str]:
    """Return the names of the variables in a route's path.

    Examples
    --------
    >>> variables_of("/v1/accounts/{account_id}/keys/{key_id}")
    ['account_id', 'key_id']
    """
    return _IN_A_PATH.findall(path)


def read_path(method: str, path: str, found: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the variables of a path.

    What has an impossible name cannot exist, which is 404; only where the path names something
    new, the name itself is at fault.
    """
    code = ProblemCode.INTAKE_BAD_VALUE if method == NAMES_SOMETHING_NEW else ProblemCode.NOT_FOUND
    values: dict[str, str] = {}
    for name in variables_of(path):
        value, variable = str((found or {}).get(name, "")), VARIABLES[name]
        if not re.fullmatch(variable.pattern, value):
            raise refused(code, name, value, variable.rule)
        values[name] = value
    return values
