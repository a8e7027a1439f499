"""A replay from the file to the verdict."""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zerodesk_client.api import (
    Client,
    Market,
    NewMarket,
    Reconciliation,
    Retry,
    Trade,
    every,
)
from zerodesk_client.formats import RecordedTrade
from zerodesk_client.reconciling import reconcile
from zerodesk_client.replay.comparison import (
    Check,
    VolumeDifference,
    compare_settlement,
    compare_trades,
)
from zerodesk_client.replay.market import (
    RUN_ID,
    RUN_ID_RULE,
    ReplayMarket,
    ReplayOptionError,
    market_for,
    symbol_for,
)
from zerodesk_client.replay.orders import OrderSender
from zerodesk_client.replay.participants import Participants, open_accounts, revoke_keys
from zerodesk_client.replay.progress import Watcher
from zerodesk_client.replay.resume import take_up
from zerodesk_client.replay.run import Outcome, Runner
from zerodesk_client.replay.scoreboard import Scoreboard
from zerodesk_client.replay.selection import Selection, Start, select
from zerodesk_client.replay.settled import settled_balances

if TYPE_CHECKING:
    from collections.abc import Sequence

ACCOUNTS: Final = 8
IN_FLIGHT: Final = 8
LOOKAHEAD_PER_ORDER: Final = 8
"""Trades that may run ahead of the oldest unfinished one, per order in flight. Trades done in the
time of one order's latency, on three stretches of the SPY day: 1.9 to 2.7 with 8 in flight and 64
trades ahead, 1.7 to 2.1 with 16 ahead, 2.0 to 3.1 with 128, and hardly more with 16 in flight."""
PATIENCE_S: Final = 600.0


class ReplayStoppedError(Exception):
    """Raised in the threads of a replay that was interrupted, so that they give up."""


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What the user chose. ``speed`` None is as fast as it goes, 1 is the file's own pace."""

    start: Start = field(default_factory=Start)
    limit: int | None = None
    speed: float | None = None
    symbol: str | None = None
    in_flight: int = IN_FLIGHT
    accounts: int = ACCOUNTS
    patience_s: float = PATIENCE_S


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the venue did, next to the file."""

    run_id: str
    file: str
    selection: Selection[RecordedTrade]
    listing: NewMarket
    taken_up: int
    in_flight: int
    retries: int
    outcome: Outcome
    checks: tuple[Check, ...]
    differences: tuple[VolumeDifference, ...]
    reconciliation: Reconciliation

    @property
    def is_as_recorded(self) -> bool:
        """Whether everything is as in the file and the venue's own books balance."""
        return (
            all(check.is_equal for check in self.checks)
            and not self.outcome.surprises
            and self.reconciliation.balanced
        )


class RetryCounter:
    """Counts the requests that are sent again, and makes threads give up once told to stop."""

    def __init__(self) -> None:
        self.count = 0
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._last: tuple[float, Retry] | None = None

    def __call__(self, retry: Retry) -> None:
        """Note a retry; raise in a thread whose replay was interrupted."""
        if self.stopped.is_set():
            raise ReplayStoppedError
        with self._lock:
            self.count += 1
            self._last = (time.monotonic(), retry)

    def latest(self, within_s: float) -> Retry | None:
        """Return the last retry if it is that recent: requests are then waiting right now."""
        last = self._last
        return last[1] if last is not None and time.monotonic() - last[0] <= within_s else None


class Replay:
    """One run of one file. ``operator`` calls back ``retries`` whenever it sends anew."""

    def __init__(
        self,
        operator: Client,
        path: Path,
        run_id: str,
        options: ReplayOptions,
        watcher: Watcher,
        retries: RetryCounter,
    ) -> None:
        if not RUN_ID.fullmatch(run_id):
            raise ReplayOptionError(f"{run_id!r} is no run id: {RUN_ID_RULE}")
        self._operator = operator
        self._path = path
        self._run_id = run_id
        self._options = options
        self._watcher = watcher
        self._retries = retries

    def run(self) -> Verdict:
        """Replay the file and hold the venue to it.

        Raises
        ------
        FormatError, SelectionError, ReplayOptionError
            The file or an option cannot be.
        ApiError
            The venue refused something outright or did not answer within the patience.
        """
        self._watcher.step(f"reading {self._path.name}")
        selection = select(self._path, self._options.start, self._options.limit)
        symbol = self._options.symbol or symbol_for(self._path, self._run_id)
        market = market_for(selection.rows, symbol)
        self._list_market(market)
        self._watcher.step(
            f"opening and funding {2 * min(self._options.accounts, len(selection.rows))} accounts"
        )
        participants = open_accounts(
            self._operator, self._run_id, market, selection.rows, self._options.accounts
        )
        board = Scoreboard(market.pairs, lookahead=LOOKAHEAD_PER_ORDER * self._options.in_flight)
        taken_up = take_up(board, market, self._run_id, participants)
        if taken_up:
            self._watcher.step(f"run {self._run_id} goes on after {taken_up} trades")
        outcome = self._carry_out(selection, market, board, participants)
        verdict = self._judge(selection, market, participants, outcome, taken_up)
        revoke_keys(self._operator, participants)
        return verdict

    def _list_market(self, market: ReplayMarket) -> Market:
        listing = market.listing
        self._watcher.step(
            f"listing {listing.symbol}, collar {listing.collar_bps} basis points: trades range "
            f"from {market.lowest} to {market.highest} {listing.quote}"
        )
        return self._operator.list_market(listing)

    def _carry_out(
        self,
        selection: Selection[RecordedTrade],
        market: ReplayMarket,
        board: Scoreboard,
        participants: Participants,
    ) -> Outcome:
        sender = OrderSender(
            self._run_id,
            market.listing.symbol,
            selection.rows,
            participants,
            patience_s=self._options.patience_s,
            stopped=self._retries.stopped,
        )
        self._watcher.step(f"replaying {len(selection.rows) - board.done} trades")
        return Runner(
            selection.rows,
            board,
            sender,
            participants,
            self._watcher,
            in_flight=self._options.in_flight,
            speed=self._options.speed,
            stopped=self._retries.stopped,
        ).run()

    def _judge(
        self,
        selection: Selection[RecordedTrade],
        market: ReplayMarket,
        participants: Participants,
        outcome: Outcome,
        taken_up: int,
    ) -> Verdict:
        listing, recorded = market.listing, selection.rows
        self._watcher.step("waiting for settlement")
        balances = settled_balances(one.client for one in participants.everybody())
        self._watcher.step("reading the market's trades back and reconciling")
        traded: Sequence[Trade] = list(every(self._operator.trades, listing.symbol))
        checks, differences = compare_trades(recorded, traded, listing)
        checks += compare_settlement(recorded, participants.everybody(), balances, listing)
        return Verdict(
            run_id=self._run_id,
            file=self._path.name,
            selection=selection,
            listing=listing,
            taken_up=taken_up,
            in_flight=self._options.in_flight,
            retries=self._retries.count,
            outcome=outcome,
            checks=tuple(checks),
            differences=tuple(differences),
            reconciliation=reconcile(self._operator),
        )
