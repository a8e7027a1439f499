"""What a liquidation tells the bus: read from the account's journal, and noted how far.

An event follows its record, whoever wrote it and died; so each is told at least once.
"""

from collections.abc import Iterator
from typing import Any, Final

from zerodesk.accounts import LIQUIDATE
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.bus import Announcement, Bus
from zerodesk_aws.journal import JournalRecord
from zerodesk_aws.tables.cursors import Cursors

RISK: Final = "zerodesk.risk"
NAMES: Final = {"BEGIN": "LiquidationStarted", "END": "LiquidationEnded"}
STEP: Final = "LiquidationStepTaken"
INSURED: Final = "LiquidationInsured"


class Telling:
    """Tells what the journals of accounts say of their liquidation."""

    def __init__(self, accounts: AccountJournal, cursors: Cursors, bus: Bus) -> None:
        self._accounts, self._cursors, self._bus = accounts, cursors, bus

    def tell(self, account_id: str, number: int) -> None:
        """Tell what has been recorded since it was told last, from the beginning on."""
        name = f"liquidation#{account_id}"
        note = self._cursors.note(name) or {}
        told = max(note.get("told", 0), number - 1)
        upto, announcements = told, list[Announcement]()
        for record in self._accounts.read(account_id, told):
            announcements += _told(account_id, number, record)
            upto = record.sequence
        if upto > note.get("told", 0):
            self._bus.publish(announcements)
            self._cursors.keep_note(name, {"told": upto})


def _told(account_id: str, number: int, record: JournalRecord) -> Iterator[Announcement]:
    cause = record.body["cause"]
    place = {
        "account_id": account_id,
        "account_sequence": record.sequence,
        "number": number,
        "at": iso_ms(record.recorded_at_ms),
    }
    if cause["kind"] == LIQUIDATE:
        step = cause["step"]
        detail: dict[str, Any] = place | {"margins": _margins(cause)}
        if "isolated" in cause:
            detail["isolated"] = cause["isolated"]
        if step in NAMES:
            ended = {"reason": cause.get("reason", ""), "by": cause.get("by", "")}
            yield Announcement(RISK, NAMES[step], detail | (ended if step == "END" else {}))
        elif step == "INSURE":
            yield Announcement(RISK, INSURED, detail | cause["took"])
        else:
            yield Announcement(RISK, STEP, detail | {"step": step} | cause["took"])
    elif cause["kind"] == "terms" and "spared" in cause["terms"]:
        ended = {"margins": {}, "reason": cause["reason"], "by": cause["author"]}
        yield Announcement(RISK, NAMES["END"], place | ended)


def _margins(cause: dict[str, Any]) -> dict[str, dict[str, int]]:
    names = ("equity_minor", "initial_minor", "maintenance_minor")
    return {
        name: dict(zip(names, figures, strict=True))
        for name, figures in cause.get("margins", {}).items()
    }
