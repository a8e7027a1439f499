"""Rules of trading, of time and of telling, each a function from the evidence to what breaks it.

They are parts of the fifteen invariants: what "nothing executes beyond its order" and "each change
has a record" mean in detail. The books are followed with a plain list of what rests.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from zerodesk.money import BASIS_POINTS
from zerodesk.orders import SPECIAL_TERMS

if TYPE_CHECKING:
    from tests.simulation.cloud.expressions import Item
    from tests.simulation.invariants import Evidence
    from zerodesk.instruments import Market

Event = dict[str, Any]
DEFECTS: Final = ("MATCHING_INSUFFICIENT_HOLD", "MATCHING_INVALID_COMMAND")
"""Why a book refuses what the risk check should never have let through: its hold is the worst case,
fees in."""
RISING: Final = {("BUY", "STOP"), ("SELL", "TAKE_PROFIT")}
"""Who waits for a rise; everybody else with a trigger waits for a fall."""

SWITCH: Final = "cancel_after"
"""The one kind of item that is armed again once it is done."""

PENDING: Final = ("QUEUED", "HELD")
TERMINAL: Final = ("FILLED", "CANCELLED", "EXPIRED", "REJECTED", "DONE", "REFUSED")


@dataclass(slots=True)
class _Resting:
    """An order in the queue: the smaller its rank, the earlier it must trade."""

    side: str
    rank: tuple[int, int]
    lots: int
    account_id: str
    left_lots: int


@dataclass(slots=True)
class _Followed:
    """One book, followed by its events alone."""

    market: "Market"
    placed: dict[str, dict[str, Any]] = field(default_factory=dict)
    resting: dict[str, _Resting] = field(default_factory=dict)
    taken_lots: dict[str, int] = field(default_factory=dict)
    executed_lots: dict[str, int] = field(default_factory=dict)
    amended: dict[str, tuple[int, int]] = field(default_factory=dict)
    arrivals: int = 0
    armed: dict[str, tuple[bool, int]] = field(default_factory=dict)
    acting: set[str] = field(default_factory=set)
    seen_ticks: list[int] = field(default_factory=list)
    hit: set[str] = field(default_factory=set)
    acting_stops: set[str] = field(default_factory=set)
    stopped: bool = False
    gathers: bool = False
    uncrossing: Event | None = None
    uncrossed_lots: int = 0
    trimmed_lots: int = 0
    """What was cut off orders that only reduce meanwhile, by the trades before their own."""
    observed_at_ms: int = 0
    stale_after_ms: int | None = None
    cut_lots: Counter[str] = field(default_factory=Counter)
    following: dict[str, str] = field(default_factory=dict)
    """The order that leads, by the one that waits to follow it."""
    ended: set[str] = field(default_factory=set)
    filled_lots: Counter[str] = field(default_factory=Counter)
    came_behind: set[str] = field(default_factory=set)
    """Who came in behind another order by the command that acts: the trade before that may count
    for them, or not."""

    def follow(self, event: Event) -> Iterator[str]:
        """Take an event in, and yield what it breaks."""
        yield from self._triggers(event)
        yield from self._staleness(event)
        match event["type"]:
            case "MarketStateChanged" | "AuctionUncrossed" | "IndexPriceChanged":
                yield from self._of_market(event)
            case "TradeExecuted" if "auction_id" in event:
                yield from self._auctioned(event)
            case "TradeExecuted" | "OrderOpened" if self._comes_too_late(event):
                yield f"{event['command_id']} comes into a market that is stopped"
            case "TradeExecuted":
                yield from self._trade(event)
            case "OrderRejected" if event["code"] in DEFECTS:
                yield f"{event['order_id']} came to the book, and is {event['code']}"
            case "OrderAmended":
                yield from self._amend(event)
            case _:
                self._move(event)

    def _staleness(self, event: Event) -> Iterator[str]:
        """Yield an order that trades on a stale index price: only an auction may."""
        match event["type"]:
            case "MarketListed" | "MarketChanged":
                self.stale_after_ms = event["market"].get("stale_after_ms")
            case "TradeExecuted" if self.stale_after_ms is not None and self.observed_at_ms:
                age_ms = event["executed_at_ms"] - self.observed_at_ms
                if age_ms > self.stale_after_ms and "auction_id" not in event:
                    yield f"{event['trade_id']} on an index price that is {age_ms} ms old"

    def _amend(self, event: Event) -> Iterator[str]:
        """Give an order other terms: with less of it in its place, or out of its queue."""
        order_id = event["order_id"]
        self.amended[order_id] = event["quantity_lots"], event["price_ticks"]
        order = self.resting.get(order_id)
        if order is None or order.account_id != event["account_id"]:
            yield f"{event['command_id']} amends {order_id}, which does not rest or is another's"
            return
        left_lots = event["remaining_lots"]
        stays = abs(order.rank[0]) == event["price_ticks"] and left_lots <= order.left_lots
        if stays != event["keeps_priority"]:
            yield f"{event['command_id']}: {event} of {order}"
        if self.stopped and not stays:
            yield f"{event['command_id']} comes anew into a market that is stopped"
        if stays:
            order.lots, order.left_lots = min(order.lots, left_lots), left_lots
        else:
            del self.resting[order_id]

    def _move(self, event: Event) -> None:
        """Let an order enter its queue, change in it, or leave it."""
        match event["type"]:
            case "OrderOpened":
                self._open(event)
            case "OrderRefreshed":
                self.arrivals += 1
                order = self.resting[event["order_id"]]
                order.rank, order.lots = (order.rank[0], self.arrivals), event["shown_lots"]
            case "OrderReduced" if event["order_id"] not in self.resting:
                self.cut_lots[event["order_id"]] += event["by_lots"]
            case "OrderReduced":
                self._cut(event)
            case "OrderCancelled" | "OrderExpired":
                self.ended.add(event["order_id"])
                for waiting in (self.resting, self.armed, self.following):
                    waiting.pop(event["order_id"], None)
            case "OrderArmed":
                self._arm(event)

    def _cut(self, event: Event) -> None:
        by_lots, resting = event["by_lots"], self.resting[event["order_id"]]
        resting.lots -= by_lots
        resting.left_lots -= by_lots
        if self.placed[event["order_id"]].get("reduce_only"):
            self.trimmed_lots += by_lots

    def _arm(self, event: Event) -> None:
        """Let an order wait for its trigger, or for the one that it follows."""
        if "after" in event:
            self.following[event["order_id"]] = event["after"]
            return
        waits_for_rise = (event["side"], event["trigger"]) in RISING
        self.armed[event["order_id"]] = waits_for_rise, event["trigger_ticks"]
        if self._trails(event["order_id"]) and self.seen_ticks:
            self._trail(event["order_id"], self.seen_ticks[-1])

    def _triggers(self, event: Event) -> Iterator[str]:
        """Yield who comes in and was not triggered, or is passed by a new command and was."""
        order_id = event.get("order_id", "")
        if event["type"] == "OrderTriggered" and "after" in event:
            self.acting.add(order_id)
            yield from self._comes_behind(order_id)
        elif event["type"] == "OrderTriggered":
            self.acting.add(order_id)
            if order_id not in self.armed or not self._has_triggered(order_id):
                yield f"{order_id} comes in, and was not triggered"
            self.armed.pop(order_id, None)
            self.resting.pop(order_id, None)
            self.acting_stops.add(order_id)
        elif event["command_id"] not in self.acting:
            yield from self.left_waiting()
            self.acting, self.seen_ticks = {event["command_id"]}, self.seen_ticks[-1:]
            self.came_behind = set()
        if event["type"] == "TradeExecuted":
            for role in ("maker", "taker"):
                self.filled_lots[event[f"{role}_order_id"]] += event["quantity_lots"]
            self.seen_ticks.append(event["price_ticks"])
            for one in filter(self._trails, list(self.armed)):
                self._trail(one, event["price_ticks"])

    def _comes_behind(self, order_id: str) -> Iterator[str]:
        """Yield an order that follows another one which is not filled whole."""
        leading_id = self.following.pop(order_id, "")
        self.came_behind.add(order_id)
        if not self._is_filled(leading_id):
            yield f"{order_id} comes in behind {leading_id}, of which not all is filled"

    def _is_filled(self, order_id: str) -> bool:
        placed = self.placed.get(order_id)
        return placed is not None and self.filled_lots[order_id] == placed["quantity_lots"]

    def left_alone(self) -> Iterator[str]:
        """Yield orders that wait to follow one which has ended, or is filled in an open market."""
        for order_id, leading_id in self.following.items():
            if leading_id in self.ended or (self._is_filled(leading_id) and not self.stopped):
                yield f"{order_id} waits to follow {leading_id}, which waits no more"

    def left_waiting(self) -> Iterator[str]:
        """Yield orders that wait in an open market though trades have reached their triggers."""
        yield from self.left_alone()
        if self.stopped:
            return
        for order_id, armed in self.armed.items():
            if order_id not in self.came_behind and self._has_triggered(order_id):
                yield f"{order_id} waits with {armed}, trades were at {self.seen_ticks}"

    def _trail(self, order_id: str, price_ticks: int) -> None:
        """Have a stop that trails see a price: it is hit for good, or its trigger follows."""
        command, (rises, trigger_ticks) = self.placed[order_id], self.armed[order_id]
        if price_ticks >= trigger_ticks if rises else price_ticks <= trigger_ticks:
            self.hit.add(order_id)
        if order_id not in self.hit:
            part_ticks = max(1, price_ticks * command.get("trail_bps", 0) // BASIS_POINTS)
            away_ticks = command.get("trail_ticks", part_ticks)
            near_ticks = price_ticks + (away_ticks if rises else -away_ticks)
            self.armed[order_id] = rises, (min if rises else max)(trigger_ticks, near_ticks)

    def _trails(self, order_id: str) -> bool:
        return bool({"trail_ticks", "trail_bps"} & self.placed[order_id].keys())

    def _has_triggered(self, order_id: str) -> bool:
        if self._trails(order_id):
            return order_id in self.hit
        waits_for_rise, trigger_ticks = self.armed[order_id]
        return any(
            ticks >= trigger_ticks if waits_for_rise else ticks <= trigger_ticks
            for ticks in self.seen_ticks
        )

    def _of_market(self, event: Event) -> Iterator[str]:
        match event["type"]:
            case "MarketStateChanged":
                yield from self._state(event)
            case "AuctionUncrossed":
                self.uncrossing, self.uncrossed_lots, self.trimmed_lots = event, 0, 0
            case _:
                yield from self._price(event)

    def _open(self, event: Event) -> None:
        self.arrivals += 1
        sign = -1 if event["side"] == "BUY" else 1
        rank, lots = (sign * event["price_ticks"], self.arrivals), event["remaining_lots"]
        shown_lots = self.placed[event["order_id"]].get("display_lots", lots)
        self.resting[event["order_id"]] = _Resting(
            event["side"], rank, min(lots, shown_lots), event["account_id"], lots
        )
        stop_ticks = self.placed[event["order_id"]].get("stop_ticks")
        untouched = lots == event["quantity_lots"] and event["order_id"] not in self.acting_stops
        if stop_ticks is not None and untouched:
            self.armed[event["order_id"]] = event["side"] == "BUY", stop_ticks

    def _state(self, event: Event) -> Iterator[str]:
        """Yield what is wrong with a new state: an auction not through, a market open crossed."""
        said = self.uncrossing
        if said is not None:
            missing_lots = said["quantity_lots"] - self.uncrossed_lots
            if not 0 <= missing_lots <= self.trimmed_lots:
                yield f"{said['auction_id']} traded {missing_lots} less than it said"
        self.stopped, self.gathers = event["state"] != "OPEN", event["state"] == "AUCTION"
        self.uncrossing = None
        waiting = [one for one in self.resting.values() if one.lots]
        bids = [-one.rank[0] for one in waiting if one.side == "BUY"]
        asks = [one.rank[0] for one in waiting if one.side == "SELL"]
        if event["state"] == "OPEN" and bids and asks and max(bids) >= min(asks):
            yield f"a market opens crossed, {max(bids)} over {min(asks)}"

    def _auctioned(self, trade: Event) -> Iterator[str]:
        """Yield what is wrong with a trade of an auction: its price, who is first, its fees."""
        name, price_ticks = trade["trade_id"], trade["price_ticks"]
        yield from self._fees(trade)
        if self.uncrossing is None or self.uncrossing["price_ticks"] != price_ticks:
            yield f"{name} at {price_ticks} is of {self.uncrossing}"
        self.uncrossed_lots += trade["quantity_lots"]
        for role, sign in (("maker", 1), ("taker", -1)):
            order = self.resting.get(trade[f"{role}_order_id"])
            if order is None or order.lots < trade["quantity_lots"]:
                yield f"{name}: {trade[f'{role}_order_id']} does not rest with so many lots"
                continue
            if order.rank[0] > sign * price_ticks:
                yield f"{name} at {price_ticks} is beyond the {role}'s limit"
            waiting = [one for one in self.resting.values() if one.side == order.side and one.lots]
            first = min(one.rank for one in waiting)
            if first != order.rank:
                yield f"{name} passes by an order with priority: {first} before {order.rank}"
            order.lots -= trade["quantity_lots"]
            self.armed.pop(trade[f"{role}_order_id"], None)

    def _price(self, event: Event) -> Iterator[str]:
        if event["observed_at_ms"] < self.observed_at_ms:
            yield f"index price of {event['observed_at_ms']} after {self.observed_at_ms}"
        self.observed_at_ms = event["observed_at_ms"]

    def _comes_too_late(self, event: Event) -> bool:
        """Whether an order comes to a stopped market; a taker in progress goes on to its end."""
        gathers = self.gathers and event["type"] == "OrderOpened"
        return self.stopped and not gathers and event["command_id"] not in self.taken_lots

    def _trade(self, trade: Event) -> Iterator[str]:
        name, maker_id, lots = trade["trade_id"], trade["maker_order_id"], trade["quantity_lots"]
        yield from self._fees(trade)
        yield from self._amended_terms(trade)
        taker = self.placed[trade["taker_order_id"]]
        is_stop = "stop_ticks" in taker and taker["command_id"] in self.acting_stops
        if taker["post_only"] and not is_stop:
            yield f"{name}: a post-only order takes"
        self.taken_lots[taker["command_id"]] = self.taken_lots.get(taker["command_id"], 0) + lots
        for role in (maker_id, trade["taker_order_id"]):
            ends_ms = self.placed[role].get("expires_at_ms")
            if ends_ms is not None and trade["executed_at_ms"] >= ends_ms:
                yield f"{name}: {role} trades after its end, {ends_ms}"
        maker = self.resting.get(maker_id)
        if maker is None or maker.lots < lots:
            yield f"{name}: {maker_id} does not rest, or not with {lots} lots"
            return
        if maker.account_id == taker["account_id"] and "self_trade" in taker:
            yield f"{name}: {taker['self_trade']}, and trades with its own account"
        if trade["price_ticks"] != abs(maker.rank[0]):
            yield f"{name} at {trade['price_ticks']}, its maker rests at {abs(maker.rank[0])}"
        facing = [one for one in self.resting.values() if one.side == maker.side and one.lots]
        first = min(one.rank for one in facing)
        if first != maker.rank:
            yield f"{name} passes by an order with priority: {first} before {maker.rank}"
        maker.lots -= lots
        maker.left_lots -= lots
        # The first trade of a limit ends the stop beside it.
        self.armed.pop(maker_id, None)

    def _amended_terms(self, trade: Event) -> Iterator[str]:
        """Yield what an amended order executes beyond the terms that it has by then."""
        price_ticks = trade["price_ticks"]
        for role in ("maker", "taker"):
            order_id = trade[f"{role}_order_id"]
            executed_lots = self.executed_lots.get(order_id, 0) + trade["quantity_lots"]
            self.executed_lots[order_id] = executed_lots
            if order_id not in self.amended:
                continue
            quantity_lots, limit_ticks = self.amended[order_id]
            buys = self.placed[order_id]["side"] == "BUY"
            beyond = price_ticks > limit_ticks if buys else price_ticks < limit_ticks
            if executed_lots > quantity_lots or beyond:
                yield f"{trade['trade_id']} fills {order_id} beyond {self.amended[order_id]}"

    def _fees(self, trade: Event) -> Iterator[str]:
        """Yield fees that are not exactly the rate of the order's own command, rounded down.

        A rebate is rounded down in size, and never more than what the taker of its trade pays.
        """
        notional_minor = (
            trade["quantity_lots"] * trade["price_ticks"] * self.market.tick_value_minor
        )
        is_auctioned = "auction_id" in trade
        for role in ("maker", "taker"):
            rated = "maker" if is_auctioned else role
            rate_bps = self.placed[trade[f"{role}_order_id"]][f"{rated}_bps"]
            fee_minor = notional_minor * abs(rate_bps) // BASIS_POINTS
            if rate_bps < 0:
                fee_minor = 0 if is_auctioned else -min(fee_minor, trade["taker_fee_minor"])
            paid_minor = trade[f"{role}_fee_minor"]
            if paid_minor != fee_minor:
                yield f"{trade['trade_id']}: {role} pays {paid_minor}, not {fee_minor}"

    def at_end(self) -> Iterator[str]:
        """Yield orders that got something, and less than they would take, or wait in vain."""
        yield from self.left_waiting()
        for order_id, lots in self.taken_lots.items():
            command = self.placed[order_id]
            wanted_lots = command["quantity_lots"]
            if command.get("reduce_only"):
                wanted_lots -= self.cut_lots[order_id]
            if command["time_in_force"] == "FOK" and lots != wanted_lots:
                yield f"{order_id}: {lots} of {wanted_lots} lots filled or killed"
            if lots < command.get("min_quantity_lots", 0):
                yield f"{order_id}: {lots} lots, at least {command['min_quantity_lots']} or nothing"


def orders_are_treated_right(evidence: "Evidence") -> Iterator[str]:
    """Price-time priority, post-only, all-or-nothing, and fees to the unit."""
    for symbol, records in evidence.streams.books:
        book = _Followed(evidence.markets[symbol])
        for record in records:
            for command in record.body["commands"]:
                if command["kind"] == "place":
                    for one in (command, command.get("then", command)):
                        book.placed.setdefault(one["command_id"], one)
            for event in record.body["events"]:
                yield from book.follow(event)
        yield from book.at_end()


ASKED: Final = (
    *("side", "type", "quantity_lots", "time_in_force", "post_only"),
    *sorted(SPECIAL_TERMS - {"then"}),
)
"""What an order comes to its book with just as it was asked for."""

CHANGED: Final = ("price_ticks", "quantity_lots")
"""What an amend comes to its book with just as it was asked for."""


def commands_are_as_held(evidence: "Evidence") -> Iterator[str]:
    """An order comes to its book as its hold stores it, however often, and as it was asked for."""
    held = {
        key: record.body["state"]["holds"][key[1]]["command"]
        for key, records in evidence.causes.items()
        for record, cause in records
        if cause["kind"] in ("hold", "liquidate")
    }
    for symbol, records in evidence.streams.books:
        for record in records:
            for command in record.body["commands"]:
                if command["kind"] != "place" and not command.get("held_minor"):
                    continue
                came = {name: value for name, value in command.items() if name != "sent_at_ms"}
                key = command["account_id"], command["command_id"]
                if came != _as_held(held, came):
                    yield f"{symbol} {record.sequence}: {came} is not what is held"
                if "after" in came:
                    continue
                asked = evidence.items[key]["request"]
                place = f"{symbol} {record.sequence}"
                yield from _otherwise(place, came, asked.get("changes", asked))
                if "then" in asked:
                    yield from _otherwise(place, came.get("then", {}), asked["then"])


def _as_held(held: dict[tuple[str, str], Any], came: dict[str, Any]) -> Any:
    """Return a command as it is held; what follows is with the order that leads it.

    By itself that comes for its hold alone, and is nobody's order then.
    """
    if "after" in came:
        return held.get((came["account_id"], came["after"]), {}).get("then")
    return held.get((came["account_id"], came["command_id"]))


def _otherwise(place: str, came: dict[str, Any], asked: dict[str, Any]) -> Iterator[str]:
    """Yield in what a command is otherwise than its client asked."""
    names = CHANGED if came.get("kind") == "amend" else ASKED
    compared = sorted(set(names) - _of_pricing(asked))
    other = [name for name in compared if came.get(name) != asked.get(name)]
    if other:
        yield f"{place}: {other} of {came} are not as asked, {asked}"


def _of_pricing(asked: dict[str, Any]) -> set[str]:
    """Return what pricing says of an order: the lots of an amount, how far a stop may go."""
    lots = {"quantity_lots"} if "amount_minor" in asked else set[str]()
    pair = "stop_ticks" in asked and "stop_limit_ticks" not in asked
    return lots | ({"stop_limit_ticks"} if pair else set[str]())


def record_time_is_true(evidence: "Evidence") -> Iterator[str]:
    """A book's record time never goes back, and is never later than the record was written."""
    for symbol, records in evidence.streams.books:
        for before, record in pairwise(records):
            if record.recorded_at_ms < before.recorded_at_ms:
                yield f"{symbol} {record.sequence} is of {record.recorded_at_ms}, before the last"
        for record in records:
            appended_ms = evidence.world.appended_ms.get((record.stream, record.sequence))
            if appended_ms is not None and record.recorded_at_ms > appended_ms:
                yield f"{symbol} {record.sequence} is of {record.recorded_at_ms}, not yet then"


def goes_back(before: "Item | None", after: "Item | None") -> str | None:
    """Return how an order's item goes back from one write to the next, None if it does not."""
    if before is None or after is None or before["kind"]["S"] == SWITCH:
        return None
    was, now = before["status"]["S"], after["status"]["S"]
    if was != now and (was in TERMINAL or now in PENDING):
        return f"item {after['order_id']['S']} goes back from {was} to {now}"
    old, new = (int(item.get("book_sequence", {"N": "0"})["N"]) for item in (before, after))
    if new < old:
        return f"item {after['order_id']['S']} goes back from record {old} to {new}"
    return None


def announcements_are_on_record(evidence: "Evidence") -> Iterator[str]:
    """What the bus is told of a book's record stands in the journal by then."""
    events: dict[tuple[str, int], str] = {}
    for at_ms, entry in evidence.world.announced:
        facts = json.loads(entry["Detail"])
        if facts.get("book_sequence") is None:
            continue
        stream, sequence = f"book#{facts['symbol']}", facts["book_sequence"]
        records = evidence.streams.by_name.get(stream, [])
        if sequence > len(records) or _appended_ms(evidence, stream, sequence) > at_ms:
            yield f"{entry['DetailType']} of {stream} {sequence} told before it was recorded"
            continue
        key = stream, sequence
        text = events.setdefault(key, json.dumps(records[sequence - 1].body["events"]))
        told = facts.get("trades") or [facts]
        for one in told:
            subject = one.get("trade_id") or one.get("order_id") or ""
            if subject not in text:
                yield f"{entry['DetailType']} of {subject}, {stream} {sequence} knows nothing of it"


def _appended_ms(evidence: "Evidence", stream: str, sequence: int) -> float:
    """Return when a record was written; what the set-up wrote was there before."""
    return evidence.world.appended_ms.get((stream, sequence), 0.0)
