"""The fold: a record read from the journal becomes the state that deciding it left.

The fold takes outcomes: it never matches, prices or charges anything again. What was traded,
opened, cancelled and listed comes from the record's events, and what an order has filled, paid
and holds from its projections. So a later engine with other rules folds old records as they
were decided, and a record is refused that does not add up: an unknown maker, more filled than
remained, postings that create money, holds that moved otherwise than their postings. Only two
rules of deciding are repeated here, record time and the memory of commands, see ``memory``.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from zerodesk.codec import state_hash
from zerodesk.instruments import Market
from zerodesk.ledger import LedgerError, assert_postings_balanced, fee_account, open_account
from zerodesk.matching.amend import filled_lots, replacement
from zerodesk.matching.armed import ArmedOrder, FollowingOrder
from zerodesk.matching.cancel_all import begin, next_one
from zerodesk.matching.deleveraging import take
from zerodesk.matching.draft import CANCELLED, EXPIRED, FILLED, Draft
from zerodesk.matching.funding import keep, left, take_funding
from zerodesk.matching.leading import feeds, know
from zerodesk.matching.marks import take_sample
from zerodesk.matching.memory import LATE, NEW, admission
from zerodesk.matching.order import SELL, BookOrder, PairedOrder, SpecialOrder
from zerodesk.matching.positions import take_trade
from zerodesk.matching.settling import pay
from zerodesk.matching.state import (
    OPEN,
    Auction,
    BookState,
    Outside,
    Settling,
    Uncrossing,
    last_trade,
)
from zerodesk.matching.trailing import see_last, see_prices
from zerodesk.orders import halt_id_for

if TYPE_CHECKING:
    from zerodesk.orders import PlaceCommand

Event = dict[str, Any]

ARMED_KINDS: Final = (ArmedOrder, PairedOrder, FollowingOrder)


class MismatchError(Exception):
    """The record does not follow from the state; the text says how."""


class Fold:
    """One record on its way into a state. The draft keeps what would take it back."""

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

    def uncrossed(self, event: Event) -> None:
        """Fold the price at which an auction ends, and how much trades at it."""
        if event["quantity_lots"]:
            self.state.uncrossing = Uncrossing(
                event["command_id"],
                event["auction_id"],
                event["price_ticks"],
                event["quantity_lots"],
                event["then"],
                event["reason"],
                event.get("by", ""),
            )

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

    def deleveraged(self, event: Event) -> None:
        """Fold a position that others took over."""
        is_sale, price_ticks = event["side"] == SELL, event["price_ticks"]
        moved_lots = sum(lots for _, lots in event["taken"])
        if not 0 < moved_lots == event["quantity_lots"]:
            raise MismatchError(f"{event['command_id']} moves {moved_lots} lots: {event}")
        parties = [[event["account_id"], -moved_lots], *event["taken"]]
        for account_id, lots in parties:
            signed_lots = lots if is_sale else -lots
            made_minor = take(
                self.state, self.draft, event["command_id"], account_id, signed_lots, price_ticks
            )
            self.past_orders_minor[account_id] += made_minor

    def refused(self, event: Event) -> None:
        """Fold a refused command: it changes nothing but the memory of its id."""

    def index_changed(self, event: Event) -> None:
        """Fold an index price."""
        self.state.take_index(
            {name: event[name] for name in ("price_ticks", "source", "observed_at_ms")}
        )
        take_sample(self.state, event.get("basis_ticks"))

    def funding_set(self, event: Event) -> None:
        """Fold the rate of a funding, or that there was none to be known."""
        state, funding_at_ms = self.state, event["funding_at_ms"]
        if not state.is_perpetual or not state.funded_at_ms < funding_at_ms <= state.time_ms:
            raise MismatchError(f"{event} behind {state.funded_at_ms}")
        names = ("rate_millionths", "mark_price_ticks", "index_price_ticks")
        rate, mark_ticks, index_ticks = (event.get(name, 0) for name in names)
        priced = None if "reason" in event else (rate, mark_ticks, index_ticks)
        take_funding(state, event["command_id"], funding_at_ms, priced)
        self.unfunded = iter(()) if state.funding is None else left(state, state.funding)

    def funding_paid(self, event: Event) -> None:
        """Fold what one account paid or was paid: the next one in turn, and as much as is due."""
        funding, account_id = self.state.funding, event["account_id"]
        paid = account_id, event["quantity_lots"], event["amount_minor"]
        if funding is None or next(self.unfunded, None) != paid:
            raise MismatchError(f"{event} is not what is next of {funding}")
        self.draft.funded_minor += event["amount_minor"]
        self.past_orders_minor[account_id] += event["amount_minor"]
        self.state.funding = funding._replace(paid_upto=account_id)

    def listed(self, event: Event) -> None:
        """Fold the listing."""
        self.state.list_market(Market.from_dict(event["market"]), self.state.time_ms)
        self.state.enter(event["state"], self.state.state_reason, None)

    def changed(self, event: Event) -> None:
        """Fold other terms of the market."""
        self.state.change_market(Market.from_dict(event["market"]))

    def state_changed(self, event: Event) -> None:
        """Fold a change of what the market accepts."""
        uncrossing, auction = self.state.uncrossing, event.get("auction")
        if uncrossing is not None and self._trades_on(uncrossing):
            raise MismatchError(f"{uncrossing.left_lots} lots of the auction have not traded")
        self.state.uncrossing = None
        if "outside" in event:
            self._halt(event)
        self.state.enter(
            event["state"],
            event["reason"],
            auction and Auction(**auction),
            event.get("by", ""),
            event.get("at_ms", 0),
        )
        if event.get("clears"):
            self.state.clear_by(event["command_id"])
        if event["state"] == OPEN:
            see_last(self.state, self.draft)

    def option_settled(self, event: Event) -> None:
        """Fold the price at which an option ends, and what it pays."""
        state, market = self.state, self.state.market
        if market is None or market.payoff_ticks(event["price_minor"]) != event["payoff_ticks"]:
            raise MismatchError(f"{event} is not what {state.symbol} pays")
        state.settle_by(Settling(event["command_id"], event["payoff_ticks"]))

    def position_settled(self, event: Event) -> None:
        """Fold the end of a position: the next one, and what it is paid."""
        state, account_id = self.state, event["account_id"]
        positions, settling = state.positions, state.settling
        if settling is None or state.clearing or not positions or account_id != min(positions):
            raise MismatchError(f"{event} is not the next of {settling}")
        if pay(state, self.draft, account_id, settling) != event:
            raise MismatchError(f"{event} is not what {settling} pays")
        self.past_orders_minor[account_id] += event["paid_minor"]
        state.settle_by(settling)

    def _trades_on(self, uncrossing: Uncrossing) -> bool:
        """Whether the end of an auction has more to trade; lots are cut in a derivative alone."""
        left_lots, state = uncrossing.left_lots, self.state
        if state.positions is None:
            return left_lots > 0
        return state.uncrosses(left_lots, uncrossing.price_ticks)

    def _halt(self, event: Event) -> None:
        """Count an auction by which the book halts, for a price outside of its band."""
        state, outside = self.state, Outside(**event["outside"])
        state.halts += 1
        is_named = event["auction"]["auction_id"] == halt_id_for(state.symbol, state.halts)
        if not is_named or state.outside(outside.price_ticks) != outside:
            raise MismatchError(f"{outside} does not halt {state.reference}: {event}")

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
        self._project(self._held_deltas())

    def _held_deltas(self) -> dict[str, int]:
        """Return the change of each order's hold that the postings tell, after balancing them."""
        postings = self.body["postings"]
        assert_postings_balanced(postings)
        self._compare_moved(postings)
        deltas: dict[str, int] = defaultdict(int)
        for _, order_id, _, held_minor, _ in postings:
            deltas[order_id] += held_minor
        for amend_id, moved_minor in self.moved_minor.items():
            if deltas.pop(amend_id, 0) != -moved_minor:
                raise MismatchError(f"the hold of {amend_id} does not give up {moved_minor}")
        return deltas

    def _compare_moved(self, postings: list[list[Any]]) -> None:
        """Compare what is posted without an order with the fees, what was closed, and the rest."""
        moved: dict[str, int] = defaultdict(int)
        for account_id, order_id, _, _, available_minor in postings:
            if not order_id:
                moved[account_id] += available_minor
        fees_minor = moved.pop(fee_account(self.state.symbol), 0)
        paid_minor = -moved.pop(open_account(self.state.symbol), 0)
        if fees_minor != self.fees_minor:
            raise MismatchError(f"fees of {fees_minor} posted, trades say {self.fees_minor}")
        self.state.fees_minor += fees_minor
        made_minor = self.state.tick_value_minor * sum(self.draft.made_tick_lots.values())
        made_minor += self.draft.funded_minor
        if paid_minor != made_minor:
            raise MismatchError(f"{paid_minor} paid for what was closed, trades made {made_minor}")
        said, found = _nonzero(moved), _nonzero(self.past_orders_minor)
        if said != found:
            raise MismatchError(f"{found} of no order is posted as {said}")

    def _project(self, held_deltas: dict[str, int]) -> None:
        """Take over what the projections say of each order, as it stands after the record.

        An order that shows its lots in slices was several in turn; it held what the first did.
        """
        orders = {touch[0].order_id: touch[0] for touch in self.draft.touched}
        held_before = {touch[0].order_id: touch[4] for touch in reversed(self.draft.touched)}
        for order in orders.values():
            if order.hidden_lots and not order.remaining_lots:
                raise MismatchError(f"order {order.order_id} hides lots and shows none")
            projected = self.body["orders"][order.order_id]
            order.held_minor = projected["held_minor"]
            order.notional_minor = projected["filled_notional_minor"]
            order.fee_minor = projected["fee_minor"]
            if (
                projected["status"] != order.status
                or projected["remaining_lots"] != order.total_lots
                or projected["filled_lots"] != order.quantity_lots - order.total_lots
            ):
                raise MismatchError(f"{projected} of order {order.order_id}, events say otherwise")
            if projected.get("price_ticks", order.price_ticks) != order.price_ticks:
                raise MismatchError(
                    f"{projected} of order {order.order_id}, which has another price"
                )
            if order.held_minor < 0 or (order.outcome is not None and order.held_minor):
                raise MismatchError(f"order {order.order_id} is {order.status} with {projected}")
            moved_minor = order.held_minor - held_before[order.order_id]
            if held_deltas.pop(order.order_id, 0) != moved_minor:
                raise MismatchError(
                    f"the hold of {order.order_id} moves otherwise than its postings"
                )
        if any(held_deltas.values()):
            raise MismatchError(f"postings move the holds of {sorted(held_deltas)}")


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


def _nonzero(amounts: dict[str, int]) -> dict[str, int]:
    return {name: minor for name, minor in amounts.items() if minor}


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
