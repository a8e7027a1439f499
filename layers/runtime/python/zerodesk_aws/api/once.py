"""Requests that happen once: an item for each id, and 409 for another body under the same id."""

from typing import Any

from zerodesk_aws.api.problems import ProblemCode, refused
from zerodesk_aws.clock import now_ms
from zerodesk_aws.filters import fingerprint
from zerodesk_aws.tables.orders import OrderItem, Orders


def take_in(
    orders: Orders, account_id: str, gate_id: str, request: dict[str, Any], *, kind: str, named: str
) -> tuple[OrderItem, bool]:
    """Put a request's gate item if there is none; return the one that stands, whether it is new.

    Parameters
    ----------
    request
        What was asked, in the ledger's own units: requests that mean the same are the same.
    named
        The field that is the client's id of the request.

    Raises
    ------
    ProblemError
        INTAKE_IDEMPOTENCY_CONFLICT: the id was used for another request.
    """
    digest = fingerprint(request)
    item, is_new = orders.open_gate(
        account_id, gate_id, kind=kind, fingerprint=digest, request=request, at_ms=now_ms()
    )
    if item.fingerprint != digest:
        rule = "new, or with the same body as before"
        raise refused(ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT, named, request[named], rule)
    return item, is_new
