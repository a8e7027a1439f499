"""``zerodesk.reconciliation``: what the recount found wrong."""

from zerodesk_aws.contracts.fields import Contract, Timestamp


class ReconciliationBreached(Contract):
    """Reconciliation found something wrong, and has halted the books that it is about."""

    code: str
    subject: str
    detail: str
    sequence: int | None = None
    breach_id: str
    symbols: list[str]
    at: Timestamp
