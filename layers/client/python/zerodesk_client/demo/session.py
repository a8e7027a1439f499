"""One run of the demo: set up, trade for a while, hold the books to account."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zerodesk_client.api import ApiProblem, Client, Depth, Market, Reconciliation, Trade
from zerodesk_client.demo.audit import AuditRow, Baseline, audit, settle_down
from zerodesk_client.demo.index import Index, report_index
from zerodesk_client.demo.participants import Desk, Participant, participant_of, roster
from zerodesk_client.demo.tally import Tally, Totals
from zerodesk_client.demo.venue import USER, DemoAccount, list_markets, open_account
from zerodesk_client.reconciling import reconcile

SETUP_THREADS: Final = 4
BREATH_S: Final = 0.02
"""Between two acts of a participant; what it waits for is mostly the venue."""
WARM_UP_S: Final = 60.0
"""How long the first answer may take: functions that nobody has called yet start cold."""
LADDER_LEVELS: Final = 8
LAST_TRADES: Final = 12


@dataclass(frozen=True, slots=True)
class Picture:
    """What a spectator sees of the markets at one moment."""

    markets: tuple[Market, ...]
    depths: tuple[Depth, ...]
    trades: tuple[tuple[str, Trade], ...]
    totals: Totals


@dataclass(frozen=True, slots=True)
class Result:
    """How a demo ended."""

    run_id: str
    totals: Totals
    audit: tuple[AuditRow, ...]
    reconciliation: Reconciliation
    user: DemoAccount
    markets: tuple[Market, ...]

    @property
    def is_sound(self) -> bool:
        """Whether every recount agrees."""
        return self.reconciliation.balanced and all(row.is_equal for row in self.audit)


class Demo:
    """The markets, the accounts and the participants of one run."""

    def __init__(
        self, operator: Client, folder: Path, run_id: str, *, participants: int, seed: str
    ) -> None:
        self._operator = operator
        self._folder = folder
        self._run_id = run_id
        self._participants = participants
        self._seed = seed
        self._tally = Tally()
        self._stopped = threading.Event()
        self._faults: list[BaseException] = []
        self._accounts: dict[str, DemoAccount] = {}
        self._baselines: Mapping[str, Baseline] = {}
        self._markets: dict[str, Market] = {}

    def set_up(self) -> None:
        """List the markets, open and fund the accounts, clear what an earlier run left."""
        self._markets = {market.symbol: market for market in list_markets(self._operator)}
        names = [USER, *roster(self._participants, list(self._markets))]
        with ThreadPoolExecutor(SETUP_THREADS) as pool:
            opened = pool.map(lambda name: open_account(self._operator, self._folder, name), names)
            self._accounts = {account.account_id: account for account in opened}
        self._baselines = settle_down(self._traders)

    @property
    def user(self) -> DemoAccount:
        """The account that is left to the user."""
        return self._accounts[USER]

    @property
    def _traders(self) -> Sequence[DemoAccount]:
        return [account for name, account in self._accounts.items() if name != USER]

    def trade(self, seconds: float, show: Callable[[Picture], None], *, every_s: float) -> None:
        """Let everybody trade for ``seconds`` from the first answer on; show it every ``every_s``.

        Raises
        ------
        ApiError
            The first fault that a participant met; it ends the demo.
        """
        index = Index.of(tuple(self._markets.values()), self._seed)
        threads = [
            threading.Thread(target=self._live, args=(act,), daemon=True)
            for act in (*self._acts(index), self._reporting(index))
        ]
        for thread in threads:
            thread.start()
        try:
            self._watch(seconds, show, every_s)
        finally:
            self._stopped.set()
            for thread in threads:
                thread.join()
            self._tally.stop()
        if self._faults:
            raise self._faults[0]

    def conclude(self) -> Result:
        """Recount through the API and by the venue itself."""
        rows = audit(self._traders, self._baselines, self._markets)
        return Result(
            run_id=self._run_id,
            totals=self._tally.totals(),
            audit=tuple(rows),
            reconciliation=reconcile(self._operator),
            user=self.user,
            markets=tuple(self._operator.market(symbol) for symbol in self._markets),
        )

    def _acts(self, index: Index) -> list[Callable[[], None]]:
        acts: list[Callable[[], None]] = []
        for name, part in roster(self._participants, list(self._markets)).items():
            desk = Desk(
                self._accounts[name].client,
                name.removeprefix("demo-"),
                self._run_id,
                self._seed,
                index,
                self._tally,
            )
            acts.append(self._acting(participant_of(part, desk, self._markets)))
        return acts

    def _acting(self, participant: Participant) -> Callable[[], None]:
        def act() -> None:
            while not self._stopped.wait(BREATH_S):
                try:
                    participant.act()
                except ApiProblem as problem:
                    # A refusal is part of trading; it changed nothing and is shown in the count.
                    self._tally.refused(problem.code)

        return act

    def _reporting(self, index: Index) -> Callable[[], None]:
        return lambda: report_index(self._operator, index, tuple(self._markets), self._stopped)

    def _live(self, act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as fault:  # noqa: BLE001 - handed to the thread that runs the demo
            self._faults.append(fault)
            self._stopped.set()

    def _watch(self, seconds: float, show: Callable[[Picture], None], every_s: float) -> None:
        """Show pictures until ``seconds`` after the first answer."""
        gives_up_s = time.monotonic() + WARM_UP_S + seconds
        while not self._stopped.is_set():
            started_s = self._tally.started_s
            ends_s = gives_up_s if started_s is None else started_s + seconds
            if time.monotonic() >= ends_s:
                return
            show(self.picture())
            self._stopped.wait(min(every_s, max(0.0, ends_s - time.monotonic())))

    def picture(self) -> Picture:
        """Return what the markets look like now."""
        symbols = list(self._markets)
        depths = [self._operator.depth(symbol, levels=LADDER_LEVELS) for symbol in symbols]
        trades = [
            (symbol, trade)
            for symbol in symbols
            for trade in self._operator.trades(symbol, limit=LAST_TRADES).entries
        ]
        trades.sort(key=lambda pair: pair[1].executed_at, reverse=True)
        return Picture(
            markets=tuple(self._markets.values()),
            depths=tuple(depths),
            trades=tuple(trades[:LAST_TRADES]),
            totals=self._tally.totals(),
        )
