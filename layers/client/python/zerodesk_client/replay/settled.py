"""What accounts have when all that they traded is settled."""

import time
from collections.abc import Iterable
from typing import Final

from zerodesk_client.api import Balances, Client

SETTLE_S: Final = 60.0
"""How long settlement may take after the last trade before its lag is a difference."""
SETTLE_POLL_S: Final = 0.5


def settled_balances(clients: Iterable[Client]) -> list[Balances]:
    """Return everybody's balances once nothing is held, or as they are after ``SETTLE_S``."""
    everybody = list(clients)
    deadline_s = time.monotonic() + SETTLE_S
    while True:
        balances = [client.balances() for client in everybody]
        held = any(one.held for account in balances for one in account.balances)
        if not held or time.monotonic() >= deadline_s:
            return balances
        time.sleep(SETTLE_POLL_S)
