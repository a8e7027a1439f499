"""Who takes a position over: those on its other side, by profit times leverage.

The index of holders says who they may be; what they have is read from each account's own journal.
The book decides on what is open when the command comes, so nothing hangs on this being of now.
"""

from collections.abc import Iterator
from typing import Any

from zerodesk.orders import MAX_OTHERS
from zerodesk.positions import FLAT
from zerodesk.risk.liquidation import Ranked, deleveraging_order, worth_minor
from zerodesk.risk.monitoring import derivatives_of, exposure_of, margin_of, stale_among
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.marks import Marks
from zerodesk_aws.tables.holders import Holders
from zerodesk_aws.tables.market import Markets


class Ranking:
    """Ranks the holders of an instrument."""

    def __init__(self, accounts: AccountJournal, holders: Holders, markets: Markets) -> None:
        self._accounts, self._holders, self._markets = accounts, holders, markets

    def others(self, symbol: str, held_lots: int, at_ms: int) -> list[list[Any]]:
        """Return who takes so many lots over, and how many each, as far as one command goes."""
        named: list[list[Any]] = []
        left_lots = abs(held_lots)
        for one in deleveraging_order(self._on_the_other_side(symbol, held_lots, at_ms)):
            if left_lots <= 0 or len(named) == MAX_OTHERS:
                break
            lots = min(left_lots, abs(one.quantity_lots))
            named.append([one.account_id, lots])
            left_lots -= lots
        return named

    def _on_the_other_side(self, symbol: str, held_lots: int, at_ms: int) -> Iterator[Ranked]:
        marks = Marks(self._markets)
        for item in self._holders.items(symbol):
            if int(item.quantity_lots) * held_lots >= 0:
                continue
            state = self._accounts.latest(str(item.account_id)).state
            position = state.positions.get(symbol, FLAT)
            marked = marks.of(state.derivatives())
            # Of an account that is not to be valued nobody knows whether it won by this.
            with_it = derivatives_of(state, symbol if symbol in state.isolated else None)
            if stale_among(with_it, marked, at_ms):
                continue
            if position.quantity_lots * held_lots >= 0:
                continue
            exposure = exposure_of(state, symbol, marked[symbol])
            yield Ranked(
                str(item.account_id),
                position.quantity_lots,
                exposure.unrealised_minor,
                exposure.notional_minor(position.quantity_lots),
                worth_minor(state, marked, margin_of(state, symbol, marked)),
                is_liquidated=bool(state.liquidations()),
            )
