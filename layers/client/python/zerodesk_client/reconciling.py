"""Have the venue recount until it has read everything."""

import time
from collections.abc import Callable
from typing import Final

from zerodesk_client.api import Client, Reconciliation

PATIENCE_S: Final = 120.0
PAUSE_S: Final = 0.2


def reconcile(
    operator: Client,
    *,
    patience_s: float = PATIENCE_S,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Reconciliation:
    """Return the report of a recount that read everything, or the last one within the patience.

    A run reads as much as its time allows, and the next goes on from there.
    """
    deadline_s = clock() + patience_s
    while True:
        report = operator.reconcile()
        if report.complete or report.breaches or clock() >= deadline_s:
            return report
        sleep(PAUSE_S)
