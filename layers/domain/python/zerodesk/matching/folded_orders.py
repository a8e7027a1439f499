"""What the events of a record say of orders: each trade, move and end, as it was decided.

Nothing is matched or charged again. An order of the record that is in no queue works until it
rests or ends; one that rests is noted before it changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from zerodesk.matching.amend import filled_lots, replacement
from zerodesk.matching.armed import ArmedOrder, FollowingOrder
from zerodesk.matching.cancel_all import next_one
from zerodesk.matching.draft import CANCELLED, EXPIRED, FILLED, Draft
from zerodesk.matching.errors import MismatchError
from zerodesk.matching.leading import feeds
from zerodesk.matching.order import BookOrder, PairedOrder, SpecialOrder
from zerodesk.matching.positions import take_trade
from zerodesk.matching.situations import last_trade
from zerodesk.matching.state import BookState
from zerodesk.matching.trailing import see_last, see_prices

if TYPE_CHECKING:
    from zerodesk.commands import PlaceCommand

Event = dict[str, Any]

ARMED_KINDS: Final = (ArmedOrder, PairedOrder, FollowingOrder)


class OrdersFold:
    """A record on its way into a state, by its orders. The draft keeps what would take it back.

    ``placed`` has the orders that came and of which no event has told so far, ``working`` those
    that trade, ``acting`` the ids whose events belong to the command at hand, ``of_many`` the
    commands that cancel many.
    """

    def __init__(self, state: BookState, draft: Draft, body: dict[str, Any]) -> None:
        self.state, self.draft, self.body = state, draft, body
        self.placed: dict[str, PlaceCommand] = {}
        self.working: dict[str, BookOrder] = {}
        self.acting: set[str] = set()
        self.admitted = 0
        self.of_many: set[str] = set()
        self.moved_minor: dict[str, int] = {}
        self.fees_minor = 0
        self.past_orders_minor: dict[str, int] = defaultdict(int)
        self.unfunded: Iterator[tuple[str, int, int]] = iter(())

    def _taker(self, order_id: str) -> BookOrder:
        """Return an order of this record that is not in the book, or not yet."""
        order = self.working.get(order_id)
        if order is None:
            command = self.placed.pop(order_id, None)
            if command is None:
                raise MismatchError(f"order {order_id} was not placed")
            order = self._begin(BookOrder.of(command, self.draft.stamp))
        if order.outcome is not None or order_id in self.state.orders:
            raise MismatchError(f"order {order_id} acts after it was opened or closed")
        return order

    def _begin(self, order: BookOrder) -> BookOrder:
        self.working[order.order_id] = order
        self.draft.note(order, order.quantity_lots)
        return order

    def _resting(self, order_id: str) -> BookOrder:
        order = self.state.orders.get(order_id)
        if order is None:
            raise MismatchError(f"order {order_id} is not in the book")
        self.draft.touch(order)
        return order

    def _leave(self, order: BookOrder, outcome: str) -> None:
        self.state.withdraw(order)
        self._end(order, outcome)

    def _end(self, order: BookOrder, outcome: str) -> None:
        self.draft.moves.append(order)
        order.outcome = outcome

    def trade(self, event: Event) -> None:
        """Fold a trade: lots leave both orders, a filled one leaves the book.

        In an auction both rest, and the lots are of what its end lets trade.
        """
        state = self.state
        is_auctioned = "auction_id" in event
        maker = self._resting(event["maker_order_id"])
        taker = (self._resting if is_auctioned else self._taker)(event["taker_order_id"])
        lots = event["quantity_lots"]
        if maker.is_armed or not 0 < lots <= min(maker.remaining_lots, taker.remaining_lots):
            raise MismatchError(f"{event['trade_id']} fills {lots} lots, more than remain")
        state.trades += 1
        if event["trade_id"] != f"{state.symbol}-{state.trades}":
            raise MismatchError(f"{event['trade_id']} is not trade {state.trades}")
        maker.remaining_lots -= lots
        taker.remaining_lots -= lots
        leave = state.withdraw if is_auctioned else state.withdraw_filled
        for order in (maker, taker) if is_auctioned else (maker,):
            state.ladder_of(order).levels[order.key].change(-lots)
            if not order.total_lots:
                leave(order)
                self._end(order, FILLED)
        if state.positions is not None:
            take_trade(state, self.draft, (maker, taker), lots, event["price_ticks"])
        if is_auctioned:
            self._uncross(event)
        self._lead_on((maker, taker))
        self.fees_minor += event["maker_fee_minor"] + event["taker_fee_minor"]
        state.last = last_trade(event)
        price_ticks, at_ms = event["price_ticks"], event["executed_at_ms"]
        state.refer_to(price_ticks, at_ms, is_auctioned=is_auctioned)
        if state.armed and not is_auctioned:
            see_prices(state, self.draft, event["price_ticks"], event["price_ticks"])

    def _lead_on(self, orders: Iterable[BookOrder]) -> None:
        """Have what follows orders that trade know of it: its hold may grow, or it comes in."""
        for order in orders:
            following = self.state.following.get(order.order_id)
            if following is not None:
                self.state.keep_reached(following)
                if feeds(self.state, order, following):
                    self.draft.touch(following)

    def armed(self, event: Event) -> None:
        """Fold an order that waits for its trigger, or to follow another one, from now on."""
        if "after" in event:
            self._wait(self._following(event))
            return
        order = self.working.pop(event["order_id"], None)
        if order is None:
            command = self.placed.pop(event["order_id"], None)
            if command is None:
                raise MismatchError(f"order {event['order_id']} was not placed")
            order = ArmedOrder.of(command, self.draft.stamp)
            self.draft.note(order, order.quantity_lots)
        self._wait(order)
        see_last(self.state, self.draft)

    def _wait(self, order: BookOrder) -> None:
        if not order.is_armed:
            raise MismatchError(f"order {order.order_id} waits for nothing")
        self.state.arm(order)
        self.state.keep_expiry(order)
        self.draft.moves.append(order)

    def _following(self, event: Event) -> FollowingOrder:
        """Return the order that is to follow one that is placed with it."""
        leading = self.placed.get(event["after"])
        if leading is None or leading["then"]["command_id"] != event["order_id"]:
            raise MismatchError(f"nothing was placed that {event['order_id']} follows")
        lots = leading["quantity_lots"]
        order = FollowingOrder.behind(leading["then"], lots, self.draft.stamp)
        self.draft.note(order, order.quantity_lots)
        return order

    def triggered(self, event: Event) -> None:
        """Fold an armed order that comes in, for a trade at its trigger or beyond."""
        state, armed = self.state, self.state.orders.get(event["order_id"])
        if not isinstance(armed, ARMED_KINDS) or not state.has_triggered(armed):
            raise MismatchError(f"order {event['order_id']} was not triggered")
        leading = self.working.get(armed.after)
        if leading is not None and leading.remaining_lots:
            raise MismatchError(f"order {leading.order_id} leads, and is not filled")
        state.withdraw(armed)
        self.draft.moves.append(armed)
        if self._begin(armed.triggered()).price_ticks != event["price_ticks"]:
            raise MismatchError(f"order {armed.order_id} comes in at another price: {event}")

    def _uncross(self, trade: Event) -> None:
        """Take the lots of a trade off what the end of an auction lets trade."""
        uncrossing, lots = self.state.uncrossing, trade["quantity_lots"]
        if (
            uncrossing is None
            or trade["auction_id"] != uncrossing.auction_id
            or trade["price_ticks"] != uncrossing.price_ticks
            or lots > uncrossing.left_lots
        ):
            raise MismatchError(f"{trade['trade_id']} is not of {uncrossing}")
        left_lots = uncrossing.left_lots - lots
        self.state.uncrossing = uncrossing._replace(left_lots=left_lots)

    def opened(self, event: Event) -> None:
        """Fold an order that rests from now on."""
        order = self._taker(event["order_id"])
        price_ticks = event["price_ticks"]
        if isinstance(order, SpecialOrder):
            if price_ticks != order.price_ticks:
                order.reprice(price_ticks)
            order.hide()
            self.state.keep_expiry(order)
            self.state.keep_reducing(order)
        elif price_ticks != order.price_ticks:
            raise MismatchError(f"order {order.order_id} opens at {price_ticks} ticks")
        self.state.rest(order)
        self.draft.moves.append(order)
        if order.is_paired:
            self.state.keep_paired(order)
            see_last(self.state, self.draft)

    def expired(self, event: Event) -> None:
        """Fold an order that ended without resting, or that another command ended."""
        if "expires_at_ms" in event:
            self._end_of_time(event)
        elif event["command_id"] == event["order_id"]:
            self._taker(event["order_id"]).outcome = EXPIRED
        else:
            self._leave(self._resting(event["order_id"]), EXPIRED)

    def _end_of_time(self, event: Event) -> None:
        """Fold an order whose time had come when a command was sent, in this record or the next."""
        order = self._resting(event["order_id"])
        self.state.time_ms = max(self.state.time_ms, event["at_ms"])
        # What ends with another one has no time of its own, or a later one.
        ends_at_ms = event["expires_at_ms"] if "ended_with" in event else order.expires_at_ms
        if not 0 < ends_at_ms == event["expires_at_ms"] <= self.state.time_ms:
            raise MismatchError(f"order {order.order_id} ends at {order.expires_at_ms}: {event}")
        self._leave(order, EXPIRED)

    def prevented(self, event: Event) -> None:
        """Fold the notice that two orders did not trade: what became of them is told by itself."""
        self._resting(event["maker_order_id"])
        self._taker(event["taker_order_id"])

    def reduced(self, event: Event) -> None:
        """Fold lots that an order does not ask for any more."""
        order_id, lots = event["order_id"], event["by_lots"]
        if order_id in self.state.orders:
            order = self._resting(order_id)
            self.state.ladder_of(order).levels[order.key].change(-lots)
        else:
            order = self._taker(order_id)
        if not 0 < lots <= order.remaining_lots:
            raise MismatchError(f"{order_id} is reduced by {lots} lots of {order.remaining_lots}")
        order.remaining_lots -= lots
        order.quantity_lots -= lots

    def amended(self, event: Event) -> None:
        """Fold an amend: the order goes on in its place with less, or leaves and comes in anew."""
        state, order_id, lots = self.state, event["order_id"], event["quantity_lots"]
        order = state.orders.get(order_id)
        if order is None:
            raise MismatchError(f"order {order_id} is amended and not in the book")
        if not filled_lots(order) < lots or event["moved_minor"] < 0:
            raise MismatchError(f"order {order_id} is amended to {event}")
        if event["keeps_priority"]:
            if event["moved_minor"] or lots > order.quantity_lots:
                raise MismatchError(f"order {order_id} grows in its place: {event}")
            self.draft.touch(order)
            state.shrink(order, order.quantity_lots - lots)
            return
        following = replacement(order, event["price_ticks"], lots)
        following.held_minor = order.held_minor
        state.withdraw(order)
        self.draft.moves.append(order)
        self.draft.note(following, following.remaining_lots)
        self.working[order_id] = following
        self.moved_minor[event["command_id"]] = event["moved_minor"]
        # What comes in anew trades and rests under the order's own id.
        self.acting.add(order_id)

    def refreshed(self, event: Event) -> None:
        """Fold the next lots of an order that shows only some of them."""
        state, order = self.state, self._resting(event["order_id"])
        shown_lots = min(order.display_lots, order.hidden_lots)
        if order.remaining_lots or not shown_lots or event["shown_lots"] != shown_lots:
            raise MismatchError(f"{order.order_id} shows {event['shown_lots']} lots more")
        state.requeue(order)
        following = state.orders[order.order_id]
        self.draft.note(following, shown_lots)
        self.draft.moves += (order, following)

    def rejected(self, event: Event) -> None:
        """Fold a refused order: the book keeps its id and nothing else."""
        self.placed.pop(event["order_id"], None)

    def cancelled(self, event: Event) -> None:
        """Fold a cancel, or the tombstone of an order that has not come."""
        if "ended_with" in event:
            self._leave(self._resting(event["order_id"]), CANCELLED)
            return
        cancelling = self.state.cancelling
        is_next = cancelling is not None and cancelling.orders[0][0] == event["order_id"]
        if event["command_id"] in self.of_many and not is_next:
            raise MismatchError(f"{event} in place of the first of {cancelling}")
        if "tombstone_from_ms" in event:
            self.draft.keep(self.state.memory, event["order_id"], event["tombstone_from_ms"])
        else:
            self._leave(self._resting(event["order_id"]), CANCELLED)
        if self.state.clearing:
            self.state.clear_by(event["command_id"])
        if cancelling is not None:
            next_one(self.state, cancelling)
