"""Transfers of one account, matched with the accounts at their other ends."""

from dataclasses import dataclass, replace

from zerodesk.reconciliation import BreachCode, Findings, Transit, match
from zerodesk.verification import VerificationError, Verifier
from zerodesk_client.api import Client
from zerodesk_client.archives import records_of, verify_live


@dataclass(frozen=True, slots=True)
class Matched:
    """How many transfers have both their sides, and how many were sent and have not arrived."""

    transfers: int
    on_their_way: int


def match_transfers(client: Client, verifier: Verifier) -> Matched | None:
    """Match every transfer of an account that was verified; None for any other stream.

    The accounts at the other ends are verified whole, one after the other, and then the account
    as far as it has gone on: whatever receipt was seen was sent before it, and must be there.

    Raises
    ------
    VerificationError
        A record of another account cannot be believed, or the two sides do not say the same.
    """
    own = verifier.transit
    if own is None:
        return None
    arrived = dict(own.received)
    others = {
        account_id: _with(own.account_id, _transit_of(client, account_id))
        for account_id in sorted(_counterparts(own))
    }
    for record in records_of(client, verifier.stream, verifier.sequence + 1):
        verifier.take(record)
    # Matching forgets what has both its sides, and the account's audit is to keep it.
    seen = replace(own, sent=dict(own.sent), received=arrived)
    receipts = len(arrived) + sum(len(other.received) for other in others.values())
    findings = Findings()
    for found in match({own.account_id: seen} | others, findings):
        if found.code is BreachCode.RECEIPT_UNSENT:
            detail = f"{found.subject}: {found.detail}"
            raise VerificationError(f"account#{found.account_id}", found.sequence, detail)
    for breach in findings.breaches:
        sender = breach.subject.rpartition(" of ")[2]
        detail = f"{breach.subject}: {breach.detail}"
        raise VerificationError(sender, breach.sequence or 0, detail)
    return Matched(receipts, sum(side.to_account_id in others for side in seen.sent.values()))


def _with(account_id: str, other: Transit) -> Transit:
    """Return an account's transfers with what it received from just one other."""
    received = {key: side for key, side in other.received.items() if key[0] == account_id}
    return replace(other, sent=dict(other.sent), received=received)


def _counterparts(own: Transit) -> set[str]:
    receivers = {side.to_account_id for side in own.sent.values()}
    return receivers | {sender_id for sender_id, _ in own.received}


def _transit_of(client: Client, account_id: str) -> Transit:
    transit = verify_live(client, f"account#{account_id}").transit
    assert transit is not None, "an account has its side of its transfers"
    return transit
