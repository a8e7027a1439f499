"""Which order of a replay may be sent now: as much as leaves the outcome the same.

Each recorded trade is a pair: a maker that rests, then a taker that meets it. The outcome (how
many trades, the volume at each price, the last price) is the file's if every taker meets a maker
of its own price and quantity, whole. The book orders what is in flight as it likes, so a pair may
overlap others only where every order of arrival leads to that. The rules, for makers that sell
(those that buy mirror them):

1. A taker follows the answer that its maker rests.
2. Makers that sell rest above all that buy, counting those in flight, so no maker crosses.
3. A taker goes to the best price, for the quantity at the head of the queue there. Takers in
   flight on one side are all for one price and one quantity: they are interchangeable.
4. A maker is sent ahead, while takers are in flight, unless one of those could meet it: no better
   than the price that they are for.
5. At one price, makers of one quantity may be in flight together; another quantity starts when
   they are answered, so that the queue is known.
6. The last trade of the file starts when all others are done.

Both sides work at the same time: rules 1 to 5 hold on each by itself. Which side a maker takes is
free where both are legal; it then follows the tick rule of Lee and Ready (1991, "Inferring trade
direction from intraday data", Journal of Finance 46): after a rise the taker bought.

No pair starts more than ``lookahead`` trades ahead of the oldest unfinished one, so the venue sees
the trades in the file's order up to that distance.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from zerodesk.orders import Side
from zerodesk_client.replay.half_book import Group, HalfBook


@dataclass(frozen=True, slots=True)
class Pair:
    """What is to be traded: price in ticks, quantity in lots."""

    price_ticks: int
    quantity_lots: int


class Step(Enum):
    """The two orders of a pair."""

    MAKE = "m"
    TAKE = "t"


@dataclass(frozen=True, slots=True)
class Operation:
    """One order: of which trade (index), which step, on which side it is itself."""

    trade: int
    step: Step
    side: Side


@dataclass(frozen=True, slots=True)
class Resting:
    """A maker found in the book when a replay is taken up again. Makers come queue order first."""

    side: Side
    pair: Pair


class _State(Enum):
    WAITING = 0
    STARTED = 1
    DONE = 2


class Scoreboard:
    """The pairs of a replay and what each is at. It decides and remembers; it sends nothing."""

    def __init__(self, pairs: Sequence[Pair], *, lookahead: int) -> None:
        self._pairs = pairs
        self._lookahead = lookahead
        self._states = [_State.WAITING] * len(pairs)
        self._places: dict[int, tuple[Side, Group]] = {}
        self._books = {Side.SELL: HalfBook(), Side.BUY: HalfBook()}
        self._tick_rule = _tick_rule(pairs)
        self._window: deque[int] = deque()
        self._entered = 0
        self._oldest = 0
        self._released = len(pairs)
        self.done = 0

    @property
    def is_finished(self) -> bool:
        """Whether every pair is done."""
        return self.done == len(self._pairs)

    @property
    def oldest(self) -> int:
        """The oldest trade that is not done, or the last one."""
        last = len(self._pairs) - 1
        while self._oldest < last and self._states[self._oldest] is _State.DONE:
            self._oldest += 1
        return self._oldest

    def release(self, trades: int) -> None:
        """Let only the first ``trades`` start, for a replay that follows the file's clock."""
        self._released = trades

    def resume(self, done: Iterable[int], untaken: Iterable[int], queue: Iterable[Resting]) -> None:
        """Take a replay up again where every order that was sent has been answered.

        Parameters
        ----------
        done
            Trades whose taker was filled.
        untaken
            Trades whose maker was placed and whose taker was not filled.
        queue
            The makers in the book. A taker may have met another maker of its price and quantity,
            so these need not be the makers of ``untaken``, but they are as many of each kind.
        """
        for trade in done:
            self._states[trade] = _State.DONE
            self.done += 1
        waiting: dict[Pair, list[int]] = {}
        for trade in untaken:
            waiting.setdefault(self._pairs[trade], []).append(trade)
        for resting in queue:
            trade = waiting[resting.pair].pop(0)
            self._start_maker(trade, resting.side)
            self._rest(trade)
        left = [trade for trades in waiting.values() for trade in trades]
        assert not left, f"trades {left} have neither a maker in the book nor a filled taker"

    def start_next(self, admits: Callable[[Operation], bool]) -> Operation | None:
        """Return an operation that may start now, and count it as started; None if there is none.

        ``admits`` says whether the caller has room for an operation, such as an idle account.
        Takers first: they make room in the book. Then makers, those first that join a group.
        """
        return self._start_taker(admits) or self._start_waiting(admits)

    def finish(self, operation: Operation) -> None:
        """Note the answer to an operation: the maker rests, or the taker was filled."""
        if operation.step is Step.MAKE:
            self._rest(operation.trade)
            return
        maker_side, group = self._places.pop(operation.trade)
        rank = _rank(maker_side, self._pairs[operation.trade].price_ticks)
        self._books[maker_side].taken(rank, group)
        self._states[operation.trade] = _State.DONE
        self.done += 1

    def _start_taker(self, admits: Callable[[Operation], bool]) -> Operation | None:
        for maker_side, book in self._books.items():
            for trade in book.takeable():
                operation = Operation(trade, Step.TAKE, _opposite(maker_side))
                if admits(operation):
                    book.take(trade)
                    return operation
        return None

    def _start_waiting(self, admits: Callable[[Operation], bool]) -> Operation | None:
        self._slide_window()
        fallback: Operation | None = None
        for trade in self._window:
            if trade >= self._released:
                break
            side, joins = self._side_for(trade)
            if side is None:
                continue
            operation = Operation(trade, Step.MAKE, side)
            if not admits(operation):
                continue
            if joins:
                return self._started(operation)
            fallback = fallback or operation
        return self._started(fallback) if fallback else None

    def _started(self, operation: Operation) -> Operation:
        self._window.remove(operation.trade)
        self._start_maker(operation.trade, operation.side)
        return operation

    def _start_maker(self, trade: int, side: Side) -> None:
        pair = self._pairs[trade]
        group = self._books[side].place(_rank(side, pair.price_ticks), pair.quantity_lots)
        self._places[trade] = (side, group)
        self._states[trade] = _State.STARTED

    def _rest(self, trade: int) -> None:
        _, group = self._places[trade]
        group.placing -= 1
        group.resting.append(trade)

    def _slide_window(self) -> None:
        """Let in the trades up to ``lookahead`` behind the oldest unfinished one."""
        last = len(self._pairs) - 1
        end = min(self.oldest + self._lookahead, last + (self.done >= last))
        while self._entered < end:
            if self._states[self._entered] is _State.WAITING:
                self._window.append(self._entered)
            self._entered += 1

    def _side_for(self, trade: int) -> tuple[Side | None, bool]:
        """Return the side that a maker may take now, if any, and whether it joins a group."""
        pair = self._pairs[trade]
        preferred = self._tick_rule[trade]
        legal = [side for side in (preferred, _opposite(preferred)) if self._may_rest(side, pair)]
        for side in legal:
            if self._books[side].joins(_rank(side, pair.price_ticks), pair.quantity_lots):
                return side, True
        return (legal[0] if legal else None), False

    def _may_rest(self, side: Side, pair: Pair) -> bool:
        rank = _rank(side, pair.price_ticks)
        other_best = self._books[_opposite(side)].best_rank
        # Ranks of the two sides have opposite signs: a sum of 0 or less is a crossed book.
        if other_best is not None and rank + other_best <= 0:
            return False
        return self._books[side].admits(rank, pair.quantity_lots)


def _rank(side: Side, price_ticks: int) -> int:
    """Return a number that is lower for a better resting price."""
    return price_ticks if side is Side.SELL else -price_ticks


def _opposite(side: Side) -> Side:
    return Side.BUY if side is Side.SELL else Side.SELL


def _tick_rule(pairs: Sequence[Pair]) -> list[Side]:
    """Return the maker's side by the tick rule: it sold after a rise, bought after a fall."""
    sides: list[Side] = []
    side, price_ticks = Side.SELL, pairs[0].price_ticks if pairs else 0
    for pair in pairs:
        if pair.price_ticks != price_ticks:
            side = Side.SELL if pair.price_ticks > price_ticks else Side.BUY
        price_ticks = pair.price_ticks
        sides.append(side)
    return sides
