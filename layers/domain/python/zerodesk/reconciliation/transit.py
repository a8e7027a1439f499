"""Transfers as the accounts tell them: what was sent, what was received, what is on its way.

A transfer that is reversed is one the other way: its receiver sends, and its sender receives.

An account keeps in mind what has no counterpart yet; when the two sides are matched, both forget.
So the memory is bounded by what is in transit. It outlives the account's audit: an audit that has
to begin anew must not meet again what was matched long ago.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from zerodesk.ledger import TRANSIT
from zerodesk.reconciliation.findings import Breach, BreachCode, Check, Findings

Key = tuple[str, str]
"""(sender, transfer id)."""

REVERSE: Final = "reverse"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a transfer: the receiver, and the legs of the record in transit."""

    to_account_id: str
    legs: tuple[tuple[str, int], ...]
    sequence: int


@dataclass(slots=True)
class Transit:
    """One account's transfers up to ``sequence`` that have no counterpart yet."""

    account_id: str
    sequence: int = 0
    sent: dict[Key, Side] = field(default_factory=dict)
    received: dict[Key, Side] = field(default_factory=dict)

    def apply(self, sequence: int, body: dict[str, Any]) -> str | None:
        """Take the next record in, unless it was; return what is wrong with it, or None."""
        if sequence <= self.sequence:
            return None
        self.sequence = sequence
        moved = [
            (currency, amount_minor)
            for ledger_account, currency, amount_minor in body["entries"]
            if ledger_account == TRANSIT
        ]
        legs = tuple(sorted(moved))
        cause = body["cause"]
        passage = _passage(self.account_id, cause)
        if passage is None:
            return f"a record of kind {cause['kind']} moves {legs} in transit" if legs else None
        if passage.key[0] == self.account_id:
            return _once(self.sent, passage.key, Side(passage.to_account_id, legs, sequence))
        arrived = tuple((currency, -amount_minor) for currency, amount_minor in legs)
        return _once(self.received, passage.key, Side(self.account_id, arrived, sequence))


class _Passage(NamedTuple):
    """Money on its way from the sender in the key to a receiver."""

    key: Key
    to_account_id: str


def _passage(account_id: str, cause: dict[str, Any]) -> _Passage | None:
    """Return which way money goes by a record of an account, None where it goes nowhere."""
    reverses = cause["kind"] == REVERSE
    match cause["of_kind"] if reverses else cause["kind"]:
        case "send":
            sender, receiver = account_id, cause["to_account_id"]
        case "receive":
            sender, receiver = cause["from_account_id"], account_id
        case _:
            return None
    if reverses:
        # Two senders may use the same id, and may have sent to the same receiver.
        return _Passage((receiver, f"{cause['transfer_id']} back to {sender}"), sender)
    return _Passage((sender, cause["transfer_id"]), receiver)


def _once(sides: dict[Key, Side], key: Key, side: Side) -> str | None:
    if key in sides:
        return f"transfer {key[1]} of {key[0]} in records {sides[key].sequence} and {side.sequence}"
    sides[key] = side
    return None


@dataclass(frozen=True, slots=True)
class OneSided:
    """A transfer with one side only, as the account has it that keeps it in mind."""

    code: BreachCode
    account_id: str
    other_account_id: str
    subject: str
    sequence: int
    detail: str


def match(transits: dict[str, Transit], findings: Findings) -> Iterable[OneSided]:
    """Match both sides of every transfer; yield what has only one, for it may be on its way.

    A receiver may be read later than its sender, so that even a receipt without a transfer is for
    the moment none to worry about.
    """
    for receiver in transits.values():
        findings.checked[Check.TRANSFERS] += 1
        for key, arrived in list(receiver.received.items()):
            sender = transits.get(key[0])
            if sender is None or (sent := sender.sent.get(key)) is None:
                detail = f"account#{receiver.account_id} received what was not sent"
                yield OneSided(
                    BreachCode.RECEIPT_UNSENT,
                    receiver.account_id,
                    key[0],
                    _subject(key),
                    arrived.sequence,
                    detail,
                )
            elif (sent.to_account_id, sent.legs) == (arrived.to_account_id, arrived.legs):
                del sender.sent[key], receiver.received[key]
            else:
                detail = f"sent {sent}, received {arrived}"
                findings.breach(
                    Breach(BreachCode.TRANSFER_DIFFERS, _subject(key), detail, sent.sequence)
                )
    for sender in transits.values():
        for key, sent in sender.sent.items():
            detail = f"account#{sent.to_account_id} has not received it"
            yield OneSided(
                BreachCode.TRANSFER_STANDS_STILL,
                sender.account_id,
                sent.to_account_id,
                _subject(key),
                sent.sequence,
                detail,
            )


def _subject(key: Key) -> str:
    return f"{key[1]} of account#{key[0]}"
