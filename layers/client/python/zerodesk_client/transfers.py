"""Transfers of one account, matched with the accounts at their other ends."""

from dataclasses import dataclass

from zerodesk.reconciliation import Side, Transit
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
        account_id: _transit_of(client, account_id) for account_id in sorted(_counterparts(own))
    }
    for record in records_of(client, verifier.stream, verifier.sequence + 1):
        verifier.take(record)
    for key, side in arrived.items():
        _compare(own.account_id, side, key[1], others[key[0]].sent.get(key))
    delivered = 0
    for other in others.values():
        for key, side in other.received.items():
            if key[0] == own.account_id:
                _compare(other.account_id, side, key[1], own.sent.get(key))
                delivered += 1
    known = sum(side.to_account_id in others for side in own.sent.values())
    return Matched(len(arrived) + delivered, known - delivered)


def _counterparts(own: Transit) -> set[str]:
    receivers = {side.to_account_id for side in own.sent.values()}
    return receivers | {sender_id for sender_id, _ in own.received}


def _transit_of(client: Client, account_id: str) -> Transit:
    transit = verify_live(client, f"account#{account_id}").transit
    assert transit is not None, "an account has its side of its transfers"
    return transit


def _compare(account_id: str, arrived: Side, transfer_id: str, sent: Side | None) -> None:
    """Refuse a receipt that was not sent, or not so."""
    if sent is None:
        detail = f"received transfer {transfer_id}, which nobody sent"
    elif (sent.to_account_id, sent.legs) != (arrived.to_account_id, arrived.legs):
        detail = f"received transfer {transfer_id} as {arrived.legs}, sent was {sent}"
    else:
        return
    raise VerificationError(f"account#{account_id}", arrived.sequence, detail)
