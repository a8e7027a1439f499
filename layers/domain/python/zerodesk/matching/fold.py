"""The fold: a record read from the journal becomes the state that deciding it left.

The fold takes outcomes: it never matches, prices or charges anything again. What was traded,
opened, cancelled and listed comes from the record's events, and what an order has filled, paid
and holds from its projections. So a later engine with other rules folds old records as they
were decided, and a record is refused that does not add up: an unknown maker, more filled than
remained, postings that create money, holds that moved otherwise than their postings. Only two
rules of deciding are repeated here, record time and the memory of commands, see ``memory``.
"""

from collections.abc import Callable
from typing import Any, Final

from zerodesk.codec import state_hash
from zerodesk.ledger import LedgerError
from zerodesk.matching.cancel_all import begin
from zerodesk.matching.draft import FILLED, Draft
from zerodesk.matching.errors import MismatchError
from zerodesk.matching.folded_market import MarketFold
from zerodesk.matching.folded_orders import Event
from zerodesk.matching.folded_sums import take_projections
from zerodesk.matching.funding import keep, left
from zerodesk.matching.leading import know
from zerodesk.matching.memory import LATE, NEW, admission
from zerodesk.matching.state import BookState


class Fold(MarketFold):
    """A record as a whole: its anchor, its commands, the events of each, and its end."""

    def run(self) -> None:
        """Fold the record, or raise MismatchError."""
        self._compare_anchor()
        if "takeover" in self.body:
            self._take_over()
            return
        state, body = self.state, self.body
        events: list[Event] = body["events"]
        self.acting = self._go_on()
        position = self._follow(events, 0)
        for command in body["commands"]:
            self.admitted += 1
            position = self._end_due(events, position, command["command_id"])
            self._admit(command)
            self.acting = {command["command_id"]}
            position = self._follow(events, position)
        if position != len(events):
            raise MismatchError(f"event {position} belongs to no command of the record")
        if state.time_ms != body["time_ms"]:
            raise MismatchError(f"time {body['time_ms']}, its commands say {state.time_ms}")
        self._finish()

    def _go_on(self) -> set[str]:
        """Return who goes on with what the record before left unfinished."""
        state, taker = self.state, self.state.continuing
        if taker is not None:
            self.draft.touch(taker)
            self.working[taker.order_id] = taker
            state.continuing = None
            return {taker.order_id}
        if state.uncrossing is not None:
            return {state.uncrossing.command_id}
        if state.cancelling is not None:
            self.of_many.add(state.cancelling.command_id)
            return {state.cancelling.command_id}
        if state.funding is not None:
            self.unfunded = left(state, state.funding)
            return {state.funding.command_id}
        if state.settling is not None:
            return {state.settling.command_id}
        return {state.clearing} if state.clearing else set()

    def _compare_anchor(self) -> None:
        """Refuse an anchor that was decided on another state than the one folded so far."""
        said = self.body.get("state_digest")
        if said is not None and said != (found := self.state.digest()):
            raise MismatchError(f"decided on state {said}, the fold comes to {found}")
        said = self.body.get("state_hash")
        if said is not None and said != (found := state_hash(self.state.to_dict())):
            raise MismatchError(f"decided on state {said}, the fold comes to {found}")

    def _take_over(self) -> None:
        """Fold a takeover: it says who writes from now on, and nothing else."""
        state, body = self.state, self.body
        home = body["takeover"]["home"]
        said = [body[name] for name in ("commands", "events", "postings", "releases", "orders")]
        if any(said) or body["time_ms"] != state.time_ms or type(home) is not str or not home:
            raise MismatchError(f"a takeover by {home!r} that says more than that")
        if body["continuing"] != state.is_unfinished():
            raise MismatchError(f"continuing is {body['continuing']}")
        state.home = home

    def _admit(self, command: Any) -> None:
        state = self.state
        if command["symbol"] != state.symbol:
            raise MismatchError(f"a command for {command['symbol']}")
        if state.funding is not None:
            keep(state, state.funding)
        unfinished = state.cancelling or state.clearing or state.funding or state.settling
        if unfinished:
            raise MismatchError(f"{command['command_id']} comes before the end of {unfinished}")
        state.forget_unpaired()
        # In a stopped market who was triggered before still waits for the opening.
        if state.is_plain:
            state.prices_ticks = None
        else:
            state.forget_prices()
        admitted, state.time_ms = admission(state.memory, state.orders, command, state.time_ms)
        if admitted == LATE:
            return
        self._know(command)
        if admitted == NEW and command["kind"] == "place":
            self.placed[command["command_id"]] = command
        elif admitted == NEW and command["kind"] == "cancel_all":
            self.of_many.add(command["command_id"])
            begin(state, command)

    def _know(self, command: Any) -> None:
        """Remember the ids that a command brings."""
        self.draft.keep(self.state.memory, command["command_id"], command["accepted_at_ms"])
        if "then" in command:
            know(self.state, self.draft, command)

    def _follow(self, events: list[Event], position: int) -> int:
        """Fold the events of whoever acts, and of what its trades triggered; returns how far."""
        while position < len(events):
            event = events[position]
            if event["type"] == "OrderTriggered":
                self.acting.add(event["order_id"])
            elif event["command_id"] not in self.acting and not self._ends_before_next(event):
                break
            FOLDS[event["type"]](self, event)
            position += 1
        return position

    def _end_due(self, events: list[Event], position: int, command_id: str) -> int:
        """Fold the ends of those whose time had come before a command was decided."""
        while position < len(events):
            event = events[position]
            if event["command_id"] != command_id or "expires_at_ms" not in event:
                break
            self.expired(event)
            position += 1
        return position

    def _ends_before_next(self, event: Event) -> bool:
        """Whether an order ends by the command that the next record begins with."""
        if "expires_at_ms" not in event:
            return False
        coming = self.body["commands"][self.admitted :]
        return all(command["command_id"] != event["command_id"] for command in coming)

    def _finish(self) -> None:
        """Close or continue what worked, take the projections over, and add everything up."""
        if self.placed:
            raise MismatchError(f"no outcome of {', '.join(sorted(self.placed))}")
        for order in self.working.values():
            if not order.remaining_lots:
                order.outcome = order.outcome or FILLED
            elif order.outcome is None and order.order_id not in self.state.orders:
                if self.state.continuing is not None:
                    raise MismatchError(f"order {order.order_id} has no end")
                self.state.continuing = order
        self.state.forget_prices()
        if self.state.funding is not None:
            keep(self.state, self.state.funding)
        if self.body["continuing"] != self.state.is_unfinished():
            raise MismatchError(f"continuing is {self.body['continuing']}")
        take_projections(self)


FOLDS: Final[dict[str, Callable[[Fold, Event], None]]] = {
    "TradeExecuted": Fold.trade,
    "AuctionUncrossed": Fold.uncrossed,
    "OrderOpened": Fold.opened,
    "OrderArmed": Fold.armed,
    "OrderTriggered": Fold.triggered,
    "OrderExpired": Fold.expired,
    "OrderReduced": Fold.reduced,
    "OrderAmended": Fold.amended,
    "AmendRejected": Fold.refused,
    "OrderRefreshed": Fold.refreshed,
    "SelfTradePrevented": Fold.prevented,
    "OrderRejected": Fold.rejected,
    "OrderCancelled": Fold.cancelled,
    "CommandRefused": Fold.refused,
    "PositionsDeleveraged": Fold.deleveraged,
    "IndexPriceChanged": Fold.index_changed,
    "FundingSet": Fold.funding_set,
    "FundingPaid": Fold.funding_paid,
    "MarketListed": Fold.listed,
    "MarketStateChanged": Fold.state_changed,
    "MarketChanged": Fold.changed,
    "OptionSettled": Fold.option_settled,
    "PositionSettled": Fold.position_settled,
}


def fold_record(state: BookState, draft: Draft, body: dict[str, Any]) -> None:
    """Fold one record into a state.

    Raises
    ------
    MismatchError
        The record does not follow, or is no record. The draft must be rolled back.
    """
    try:
        Fold(state, draft, body).run()
    except LedgerError as error:
        raise MismatchError(str(error)) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MismatchError(f"not a record: {error!r}") from error
