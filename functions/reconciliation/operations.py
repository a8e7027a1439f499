"""Reconciliation as this process has it: one for the schedule and the API, with one memory."""

from collections.abc import Callable
from typing import Any, Final

from reconciliation.alarm import Alarm
from reconciliation.run import Reconciliation
from reconciliation.settings import (
    COMMAND_QUEUE_URL,
    CURSORS_TABLE,
    EVENT_BUS_NAME,
    HOLDERS_TABLE,
    JOURNAL_TABLE,
    MARKET_TABLE,
    ORDERS_TABLE,
)
from zerodesk.reconciliation import Watch
from zerodesk_aws.bus import Bus
from zerodesk_aws.clock import monotonic, now_ms
from zerodesk_aws.entry import count, logger
from zerodesk_aws.journal import Journal
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.tables.cursors import Cursors
from zerodesk_aws.tables.holders import Holders
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders

NOTE: Final = "reconciliation"
"""The name under which the cursors table keeps the watch."""

cursors = Cursors(CURSORS_TABLE)
ACCOUNTS_SHARE: Final = 0.6
READING_SHARE: Final = 0.75
"""Of the time of a run: until when accounts are read, and until when the books behind them. The
rest is for comparing what was read with the items of orders."""

reconciliation = Reconciliation(
    Journal(JOURNAL_TABLE),
    Orders(ORDERS_TABLE),
    Markets(MARKET_TABLE),
    cursors,
    Holders(HOLDERS_TABLE),
)
alarm = Alarm(Bus(EVENT_BUS_NAME), CommandQueue(COMMAND_QUEUE_URL))


def reconcile(budget_seconds: float) -> dict[str, Any]:
    """Reconcile for so long at most, tell of what is wrong, and return the report."""
    at_ms = now_ms()
    note = cursors.note(NOTE)
    watch = Watch() if note is None else Watch.from_dict(note)
    result = reconciliation.run(
        watch,
        at_ms,
        within(ACCOUNTS_SHARE * budget_seconds),
        within(READING_SHARE * budget_seconds),
        within(budget_seconds),
    )
    cursors.keep_note(NOTE, alarm.tell(result, at_ms).to_dict())
    report = result.report
    count("ReconciliationRuns")
    logger.info(
        "reconciled",
        balanced=report["balanced"],
        complete=report["complete"],
        books=len(report["books"]),
        accounts=report["accounts"],
        breaches=len(report["breaches"]),
    )
    return report


def within(seconds: float) -> Callable[[], bool]:
    """Return what tells whether a span of time is over that begins now."""
    end = monotonic() + seconds
    return lambda: monotonic() > end
