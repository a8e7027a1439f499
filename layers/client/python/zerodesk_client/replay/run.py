"""Carry a replay out: the scoreboard decides, threads send, one thread keeps the books."""

import queue
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final

from zerodesk_client.formats import RecordedTrade
from zerodesk_client.latency import LatencyRecorder, Percentiles
from zerodesk_client.replay.orders import OrderSender, Sent, Surprise
from zerodesk_client.replay.participants import Participants
from zerodesk_client.replay.progress import Progress, Watcher
from zerodesk_client.replay.scoreboard import Operation, Scoreboard

PROGRESS_EVERY_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a replay went. ``trades`` counts those done in this run, not those found done."""

    trades: int
    orders: int
    placed_anew: int
    elapsed_s: float
    latency: Percentiles
    surprises: tuple[Surprise, ...]


class Runner:
    """One replay under way. At the first surprise or fault it sends nothing more."""

    def __init__(  # noqa: PLR0913 - the parts of one run
        self,
        trades: tuple[RecordedTrade, ...],
        board: Scoreboard,
        sender: OrderSender,
        participants: Participants,
        watcher: Watcher,
        *,
        in_flight: int,
        speed: float | None,
        stopped: threading.Event,
    ) -> None:
        self._trades = trades
        self._board = board
        self._sender = sender
        self._participants = participants
        self._watcher = watcher
        self._in_flight = in_flight
        self._speed = speed
        self._stopped = stopped
        self._busy: set[str] = set()
        self._answers: queue.SimpleQueue[tuple[Operation, Future[Sent]]] = queue.SimpleQueue()
        self._latencies = LatencyRecorder()
        self._found_done = board.done
        self._released = 0 if speed is not None else len(trades)
        self._first_ms = trades[board.oldest].time_ms
        board.release(self._released)
        self._placed_anew = 0
        self._surprises: list[Surprise] = []
        self._started_s = self._told_s = self._active_s = 0.0

    def run(self) -> Outcome:
        """Send every order that is left and return how it went.

        Raises
        ------
        ApiError
            The venue refused an order outright, or did not answer within its patience.
        """
        self._started_s = self._told_s = self._active_s = time.monotonic()
        with ThreadPoolExecutor(self._in_flight, thread_name_prefix="replay") as pool:
            try:
                self._go(pool)
            except BaseException:
                # Threads that wait to place an order anew stop waiting.
                self._stopped.set()
                raise
        self._tell()
        return Outcome(
            trades=self._board.done - self._found_done,
            orders=self._latencies.count,
            placed_anew=self._placed_anew,
            elapsed_s=time.monotonic() - self._started_s,
            latency=self._latencies.total(),
            surprises=tuple(self._surprises),
        )

    def _go(self, pool: ThreadPoolExecutor) -> None:
        while not self._board.is_finished:
            wait_s = self._release_due()
            if not self._surprises:
                self._start(pool)
            if self._surprises and not self._busy:
                return
            self._finish_next(wait_s)
            if time.monotonic() - self._told_s >= PROGRESS_EVERY_S:
                self._tell()

    def _start(self, pool: ThreadPoolExecutor) -> None:
        while len(self._busy) < self._in_flight:
            operation = self._board.start_next(self._has_idle_account)
            if operation is None:
                return
            self._active_s = time.monotonic()
            self._busy.add(self._account_of(operation))
            answer = pool.submit(self._sender.send, operation)
            answer.add_done_callback(partial(self._answered, operation))

    def _finish_next(self, wait_s: float) -> None:
        try:
            operation, answer = self._answers.get(timeout=wait_s)
        except queue.Empty:
            return
        self._finish(operation, answer.result())

    def _answered(self, operation: Operation, answer: Future[Sent]) -> None:
        self._answers.put((operation, answer))

    def _finish(self, operation: Operation, sent: Sent) -> None:
        self._active_s = time.monotonic()
        self._busy.discard(self._account_of(operation))
        self._latencies.add(sent.latency_s)
        self._placed_anew += sent.placed_anew
        if sent.surprise is None:
            self._board.finish(operation)
        else:
            self._surprises.append(sent.surprise)

    def _has_idle_account(self, operation: Operation) -> bool:
        return self._account_of(operation) not in self._busy

    def _account_of(self, operation: Operation) -> str:
        return self._participants.of(operation.trade, operation.step).account_id

    def _release_due(self) -> float:
        """Let the trades start whose time has come; return how long to wait for an answer."""
        if self._speed is None:
            return PROGRESS_EVERY_S
        clock_ms = self._first_ms + (time.monotonic() - self._started_s) * 1000 * self._speed
        while self._released < len(self._trades):
            early_ms = self._trades[self._released].time_ms - clock_ms
            if early_ms > 0:
                return min(PROGRESS_EVERY_S, early_ms / 1000 / self._speed)
            self._released += 1
            self._board.release(self._released)
        return PROGRESS_EVERY_S

    def _tell(self) -> None:
        self._told_s = time.monotonic()
        elapsed_s = self._told_s - self._started_s
        done = self._board.done
        self._watcher.progress(
            Progress(
                done=done,
                total=len(self._trades),
                in_flight=len(self._busy),
                elapsed_s=elapsed_s,
                trades_per_s=(done - self._found_done) / elapsed_s if elapsed_s > 0 else 0.0,
                latency=self._latencies.recent(),
                waiting_s=self._told_s - self._active_s if self._busy else 0.0,
            )
        )
