"""A slow, obvious book, written apart from the engine: what the engine must come to as well.

One command at a time, one list of resting orders, sorted anew for each fill; every hold computed
from the market's own formulas; no records, no batches, nothing taken back.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any

from zerodesk.bands import Band
from zerodesk.instruments import Market
from zerodesk.listings import MIN_BAND_MS
from zerodesk.orders import COMMAND_BOUND_MS

RESTING = ("GTC", "GTD", "DAY")
MODES = {"NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"}

Trade = tuple[str, int, int, str, str, int, int]
"""(trade id, price, lots, maker, taker, maker's fee, taker's fee)."""


@dataclass
class NaiveOrder:
    command: dict[str, Any]
    arrival: int
    remaining: int
    held: int
    notional: int = 0
    fee: int = 0
    shown: int = 0
    moved_price: int | None = None
    quantity: int = 0
    trailed: int | None = None
    reached: bool = False
    stopped: bool = False
    ended: bool = False
    leader: "NaiveOrder | None" = None
    done: bool = False

    @property
    def is_following(self) -> bool:
        return self.leader is not None and not self.leader.done

    @property
    def rises(self) -> bool:
        return self.buys is bool(self.command.get("trigger", "STOP") == "STOP")

    @property
    def id(self) -> str:
        return str(self.command["command_id"])

    @property
    def account(self) -> str:
        return str(self.command["account_id"])

    @property
    def buys(self) -> bool:
        return bool(self.command["side"] == "BUY")

    @property
    def price(self) -> int:
        return self.moved_price or int(self.command["price_ticks"])

    @property
    def trigger(self) -> int:
        return self.trailed or int(self.command.get("stop_ticks") or self.command["trigger_ticks"])

    @property
    def trails(self) -> bool:
        return "trail_ticks" in self.command or "trail_bps" in self.command

    def see(self, price: int) -> None:
        """A stop that trails: reached for good, or its trigger comes after the price."""
        reached = price >= self.trigger if self.rises else price <= self.trigger
        self.reached = self.reached or reached
        if not self.reached:
            part = price * self.command.get("trail_bps", 0) // 10_000
            away = self.command.get("trail_ticks") or max(1, part)
            near = price + away if self.rises else price - away
            self.trailed = (min if self.rises else max)(self.trigger, near)

    @property
    def is_paired(self) -> bool:
        return "stop_ticks" in self.command and not self.stopped and self.remaining == self.quantity

    def follow_trigger(self) -> None:
        """Take the limit along with the trigger that trailed."""
        moved = self.trigger - int(self.command["trigger_ticks"])
        self.moved_price = max(1, self.price + moved) if moved else None

    @property
    def sure(self) -> int:
        """What is there whatever trades before: what only reduces may be cut by then."""
        return 0 if self.command.get("reduce_only") else self.remaining

    @property
    def ends(self) -> int | None:
        found: int | None = self.command.get("expires_at_ms")
        return found

    @property
    def mode(self) -> str:
        return str(self.command.get("self_trade", "NONE"))

    def show_more(self) -> None:
        self.shown = min(self.command.get("display_lots", self.remaining), self.remaining)

    def affords(self, price: int, market: Market) -> int:
        """Whole lots at a price, as far as the amount goes, where there is one."""
        lots = self.remaining
        while "amount_minor" in self.command and lots:
            if self.notional + market.notional_minor(price, lots) <= self.command["amount_minor"]:
                break
            lots -= 1
        return lots

    def accepts(self, price: int) -> bool:
        return price <= self.price if self.buys else price >= self.price

    def need(self, market: Market) -> int:
        rate: int = max(self.command["maker_bps"], self.command["taker_bps"])
        dearer = max(self.price, self.command["stop_limit_ticks"]) if self.is_paired else self.price
        worth = market.notional_minor(dearer, self.remaining)
        if "amount_minor" in self.command:
            worth = int(self.command["amount_minor"]) - self.notional
        if market.product == "PERPETUAL" or (market.product == "OPTION" and not self.buys):
            return 1 + worth * rate // 10_000
        if not self.buys:
            return market.sell_need_minor(self.remaining)
        return worth + worth * rate // 10_000


@dataclass
class NaiveBook:
    symbol: str
    market: Market | None = None
    state: str | None = None
    time: int = 0
    arrivals: int = 0
    resting: list[NaiveOrder] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)
    trades: list[Trade] = field(default_factory=list)
    moved: dict[tuple[str, str, str], list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0, 0])
    )
    releases: list[tuple[str, str]] = field(default_factory=list)
    answers: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    fees: int = 0
    open: int = 0
    held_lots: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    """What each account has open, where nothing is delivered: lots and what they cost."""
    index: tuple[int, str, int] | None = None
    auction: str | None = None
    ends: int | None = None
    then: str = "OPEN"
    armed: list[NaiveOrder] = field(default_factory=list)
    following: list[NaiveOrder] = field(default_factory=list)
    """Those that wait for another order to be filled."""
    told: list[tuple[int, int, bool]] = field(default_factory=list)
    """Of each trade: when, at which price, whether in an auction."""
    unseen: list[int] = field(default_factory=list)
    halts: int = 0
    by_band: bool = False
    listed: int = 0
    traded: int | None = None
    """When the last trade was."""
    by_mark: bool = False
    base: int | None = None
    """What the band counted from when it came, or got another window."""

    @property
    def delivers(self) -> bool:
        return self.market is None or self.market.product == "SPOT"

    def held_in(self, order: NaiveOrder) -> str:
        assert self.market is not None
        return self.market.base if self.delivers and not order.buys else self.market.quote

    def take(self, commands: Iterable[dict[str, Any]]) -> None:
        for command in commands:
            self.take_one(command)

    def take_one(self, command: dict[str, Any]) -> None:
        key, kind = command["command_id"], command["kind"]
        time = max(self.time, command.get("sent_at_ms", command["accepted_at_ms"]))
        if self.ends is not None and self.ends <= time and not self.has_expired(time):
            self.time = time
            self.end_what_is_due()
            self.known[f"end-{self.auction}"] = time
            self.uncross(self.then)
        rests = self.stands(key)
        if rests or self.knows(key, time):
            if kind in ("place", "amend") and not rests:
                self.time = time
                self.stop_if_stale()
                self.end_what_is_due()
                self.known[key] = max(self.known[key], command["accepted_at_ms"])
                self.releases.append((command["account_id"], key))
                if "then" in command:
                    self.give_up_following(command)
            return
        self.time = time
        if kind != "index":
            self.stop_if_stale()
        self.end_what_is_due()
        if command["accepted_at_ms"] + COMMAND_BOUND_MS < time:
            self.refuse(command, "MATCHING_EXPIRED")
            return
        self.known[key] = command["accepted_at_ms"]
        getattr(self, f"take_{kind}")(command)

    @property
    def standing(self) -> list[NaiveOrder]:
        return self.resting + self.armed + self.following

    def stands(self, key: str) -> bool:
        return any(order.id == key for order in self.standing)

    def end_all(self, orders: list[NaiveOrder], status: str) -> None:
        """Take orders out, with whatever leads or follows them."""
        for order in orders:
            if not order.done:
                self.leave(order)
                self.close(order, status)

    def leave(self, order: NaiveOrder) -> None:
        for places in (self.resting, self.armed, self.following):
            if order in places:
                places.remove(order)

    def end_what_is_due(self) -> None:
        due = [o for o in self.standing if o.ends is not None and o.ends <= self.time]
        self.end_all(due, "EXPIRED")

    def marked_at(self) -> int:
        """When the price was seen that the market is marked by."""
        if self.index is None and self.traded is not None:
            return self.traded
        return self.listed if self.index is None else self.index[2]

    def is_stale(self) -> bool:
        """Whether the index price, or the listing before there was one, is too long ago."""
        if self.has_expired(self.time):
            return True
        if self.market is None or self.market.stale_after_ms is None:
            return False
        seen = self.listed if self.index is None else self.index[2]
        return self.time - seen > self.market.stale_after_ms

    def has_expired(self, time: int) -> bool:
        terms = self.market.option if self.market else None
        return terms is not None and time >= terms.expiry_ms

    def take_settle(self, command: dict[str, Any]) -> None:
        """The end of an option: everybody goes, and every lot is paid for."""
        price = command["price_minor"]
        if not self.has_expired(self.time) or self.state == "DELISTED" or price <= 0:
            return
        assert self.market is not None
        self.state, self.ends, self.auction = "DELISTED", None, None
        self.end_all(self.standing, "CANCELLED")
        strike, is_call = int(self.symbol.split("-")[2]) * 10**6, self.symbol.endswith("C")
        payoff = max(0, price - strike if is_call else strike - price)
        ticks = payoff * 10**self.market.tick_digits // (self.market.tick_units * 10**6)
        for account, row in self.held_lots.items():
            paid = row[0] * ticks * self.market.tick_value_minor
            self.moved[account, "", self.market.quote][1] += paid
            self.open -= paid
            row[0] = row[1] = 0

    def stop_if_stale(self) -> None:
        if self.has_expired(self.time) and self.state == "AUCTION":
            self.state, self.ends, self.auction = "CANCEL_ONLY", None, None
        if self.state == "OPEN" and self.is_stale():
            self.state, self.by_mark = "CANCEL_ONLY", True

    def open_if_fresh(self, key: str) -> None:
        if not self.by_mark or self.state != "CANCEL_ONLY" or self.is_stale():
            return
        self.by_mark = False
        assert self.market is not None
        if self.market.band is None:
            self.uncross("OPEN")
        else:
            self.state, self.auction, self.then = "AUCTION", key, "OPEN"
            self.ends = self.time + self.market.band.auction_ms

    def take_expire(self, command: dict[str, Any]) -> None:
        pass

    def knows(self, key: str, time: int) -> bool:
        return key in self.known and self.known[key] + COMMAND_BOUND_MS >= time

    def refuse(self, command: dict[str, Any], code: str) -> None:
        key = command["command_id"]
        if command["kind"] == "place":
            self.releases.append((command["account_id"], key))
            refusal = ("REJECTED", code, 0, 0, 0, None)
            if "after" not in command:
                self.answer(key, refusal, only_first=code == "MATCHING_EXPIRED")
            if "then" in command:
                then = command["then"]["command_id"]
                is_new = not self.stands(then) and not self.knows(then, self.time)
                if is_new and code != "MATCHING_EXPIRED":
                    self.answer(then, refusal, only_first=False)
                self.give_up_following(command, forget=code == "MATCHING_EXPIRED")
        elif command["kind"] == "amend":
            self.releases.append((command["account_id"], key))
            self.answer(key, ("REJECTED", code), only_first=code == "MATCHING_EXPIRED")
        elif command["kind"] == "cancel":
            self.answer(key, ("REFUSED", code), only_first=True)

    def give_up_following(self, command: dict[str, Any], *, forget: bool = False) -> None:
        """What is held for the order that follows is released, unless that is in the book."""
        then = command["then"]["command_id"]
        if not self.stands(then):
            self.releases.append((command["account_id"], then))
        if not forget:
            self.known[then] = max(self.known.get(then, 0), command["accepted_at_ms"])

    def lead(self, order: NaiveOrder) -> str | None:
        """Let the order wait that is to follow; why not, if it may not."""
        if "then" not in order.command:
            return None
        assert self.market is not None
        then = order.command["then"]
        key, lots = then["command_id"], then["quantity_lots"]
        if self.stands(key) or self.knows(key, self.time):
            return "MATCHING_ORDER_NOT_OPEN"
        following = NaiveOrder(then, 0, lots, then["held_minor"], quantity=lots, leader=order)
        comes = 0
        if self.delivers and order.buys and not following.buys:
            comes = self.market.sell_need_minor(order.remaining)
        elif self.delivers and following.buys and not order.buys:
            worth = self.market.notional_minor(order.price, order.remaining)
            rate = max(order.command["maker_bps"], order.command["taker_bps"])
            comes = worth - worth * rate // 10_000
        if following.held + comes < following.need(self.market):
            return "MATCHING_INSUFFICIENT_HOLD"
        self.known[key] = order.command["accepted_at_ms"]
        self.following.append(following)
        surplus = max(0, following.held - following.need(self.market))
        following.held -= surplus
        self.move(following, self.held_in(following), -surplus, surplus)
        self.show(following, "ARMED")
        return None

    def bring(self, order: NaiveOrder, got: int) -> None:
        """What an order got is held for the one that follows it, as far as that needs it."""
        assert self.market is not None
        for following in self.following:
            if following.leader is not order or following.buys == order.buys:
                continue
            held = max(0, min(got, following.need(self.market) - following.held))
            following.held += held
            self.move(following, self.held_in(following), held, -held)

    def answer(self, key: str, answer: tuple[Any, ...], *, only_first: bool) -> None:
        """Past its bound a command may have been answered and forgotten; that answer stands."""
        if not (only_first and key in self.answers):
            self.answers[key] = answer

    def take_list(self, command: dict[str, Any]) -> None:
        if self.market is None:
            self.market = Market.from_dict(command["market"])
            self.state, self.listed = "OPEN", self.time

    def take_change(self, command: dict[str, Any]) -> None:
        if self.market is None or self.state == "DELISTED":
            return
        changes = dict(command["changes"])
        if not changes.keys() <= {"maker_bps", "taker_bps", "band", "stale_after_ms"}:
            return
        before = self.market.band
        if changes.get("band") is not None:
            changes["band"] = Band.from_dict(changes["band"])
        changed = self.market._replace(**changes)
        if not -changed.taker_bps <= changed.maker_bps <= changed.taker_bps:
            return
        after = changed.band
        if after is not None and after.window_ms < MIN_BAND_MS:
            return
        if after is not None and (before is None or before.window_ms != after.window_ms):
            self.base = self.reference if before is None else self.band_reference()
            self.told = []
        self.market = changed

    def take_set_state(self, command: dict[str, Any]) -> None:
        if self.market is None or self.state == "DELISTED":
            return
        if command["state"] == "DELISTED" and self.open_positions():
            return
        if command["state"] == "OPEN":
            if not self.is_stale():
                self.uncross("OPEN")
            return
        self.by_mark = False
        self.state, self.ends, self.auction = command["state"], None, None
        self.by_band = False
        if command.get("clears"):
            self.end_all(self.standing, "CANCELLED")
        if self.state == "AUCTION":
            self.auction = command["command_id"]
            self.then = "HALTED" if command.get("auction") == "CLOSING" else "OPEN"
            self.ends = self.time + command["lasts_ms"] if "lasts_ms" in command else None

    def take_end_auction(self, command: dict[str, Any]) -> None:
        if self.auction is not None and self.auction == command["auction_id"]:
            self.uncross(self.then)

    def uncross(self, then: str) -> None:
        """Try every price that anybody named or that lies between, and trade at the best."""
        price = self.uncrossing_price()
        if price is not None and self.is_outside(price) and not self.by_band:
            self.halt(then)
            return
        self.state, self.auction, self.ends, self.by_band = then, None, None, False
        while price is not None and (pair := self.first_pair(price)) is not None:
            seller, buyer = pair
            self.trade(seller, buyer, min(seller.shown, buyer.shown), price)
            self.requeue(seller)
            self.requeue(buyer)
            self.cut_resting()
        if then == "OPEN":
            self.stop_if_stale()
            self.let_in(self.trades[-1:])

    def halt(self, then: str) -> None:
        """Gather orders in place of a trade outside the band."""
        assert self.market is not None
        assert self.market.band is not None
        self.halts += 1
        self.state, self.then, self.by_band = "AUCTION", then, True
        self.auction = f"{self.symbol}-halt-{self.halts}"
        self.ends = self.time + self.market.band.auction_ms

    def is_outside(self, price: int) -> bool:
        assert self.market is not None
        band = self.market.band
        if band is None:
            return False
        reference = self.band_reference()
        return 10_000 * abs(price - reference) > band.bps * reference

    def band_reference(self) -> int:
        """Go through all trades: an auction's price counts at once, another's once it is old."""
        assert self.market is not None
        assert self.market.band is not None
        reference = self.base or self.market.reference_price_ticks
        tenth = self.market.band.window_ms // 10
        for at, traded, auctioned in self.told:
            if auctioned or at // tenth + 10 <= self.time // tenth:
                reference = traded
        return reference

    def within_band(self, facing: list[NaiveOrder]) -> list[NaiveOrder]:
        """Those that a taker meets before the first one outside."""
        return list(takewhile(lambda maker: not self.is_outside(maker.price), facing))

    def wants(self, price: int, *, buys: bool) -> int:
        return sum(o.remaining for o in self.resting if o.buys == buys and o.accepts(price))

    def uncrossing_price(self) -> int | None:
        bids = [order.price for order in self.resting if order.buys]
        asks = [order.price for order in self.resting if not order.buys]
        if not bids or not asks or max(bids) < min(asks):
            return None
        surplus, best = {}, {}
        for price in range(min(asks), max(bids) + 1):
            wanted, offered = self.wants(price, buys=True), self.wants(price, buys=False)
            surplus[price] = wanted - offered
            best[price] = (min(wanted, offered), -abs(wanted - offered))
        prices = [price for price in best if best[price] == max(best.values())]
        if all(surplus[price] > 0 for price in prices):
            return max(prices)
        if all(surplus[price] < 0 for price in prices):
            return min(prices)
        return min(prices, key=lambda price: abs(price - self.reference))

    @property
    def reference(self) -> int:
        if self.trades:
            return self.trades[-1][1]
        assert self.market is not None
        return self.market.reference_price_ticks if self.index is None else self.index[0]

    def first_pair(self, price: int) -> tuple[NaiveOrder, NaiveOrder] | None:
        sides = []
        for buys in (False, True):
            ready = [o for o in self.resting if o.buys == buys and o.accepts(price)]
            ready.sort(key=lambda o: (-o.price if o.buys else o.price, o.arrival))
            sides.append(ready)
        sellers, buyers = sides
        return (sellers[0], buyers[0]) if sellers and buyers else None

    def take_index(self, command: dict[str, Any]) -> None:
        seen = min(command["observed_at_ms"], self.time)
        if self.market is not None and (self.index is None or seen >= self.index[2]):
            self.index = (command["price_ticks"], command["source"], seen)
            self.open_if_fresh(command["command_id"])

    def take_cancel(self, command: dict[str, Any]) -> None:
        key, target, account = command["command_id"], command["order_id"], command["account_id"]
        mine = [o for o in self.standing if o.id == target and o.account == account]
        if mine:
            self.end_all(mine, "CANCELLED")
        elif self.stands(target) or self.knows(target, self.time):
            self.refuse(command, "MATCHING_ORDER_NOT_OPEN")
            return
        else:
            self.known[target] = max(self.time, command["accepted_at_ms"])
            self.releases.append((account, target))
            self.answer(target, ("CANCELLED", None, 0, 0, 0, None), only_first=True)
        self.answer(key, ("DONE", None), only_first=True)

    def take_cancel_all(self, command: dict[str, Any]) -> None:
        account = command["account_id"]
        for target, accepted in command["orders"]:
            standing = [o for o in self.standing if o.id == target]
            if standing and standing[0].account == account:
                self.end_all(standing, "CANCELLED")
            elif not standing and self.may_still_come(target, accepted):
                self.known[target] = accepted
                self.releases.append((account, target))
                self.answer(target, ("CANCELLED", None, 0, 0, 0, None), only_first=True)

    def may_still_come(self, order_id: str, accepted: int) -> bool:
        in_time = accepted + COMMAND_BOUND_MS >= self.time >= accepted - COMMAND_BOUND_MS
        return in_time and not self.knows(order_id, self.time)

    def take_amend(self, command: dict[str, Any]) -> None:
        """Less of an order keeps its place; with any other change it comes as if it were new."""
        key, account = command["command_id"], command["account_id"]
        mine = [o for o in self.resting if o.id == command["order_id"] and o.account == account]
        given = [command[name] for name in ("price_ticks", "quantity_lots") if name in command]
        if not given or min(given) < 1 or command["held_minor"] < 0:
            return self.refuse(command, "MATCHING_INVALID_COMMAND")
        if "refused" in command or not mine or mine[0].is_paired or self.led_by(mine[0]):
            told = command.get("refused", {"code": "MATCHING_ORDER_NOT_OPEN"})
            return self.refuse(command, told["code"])
        assert self.market is not None
        order, old = mine[0], replace(mine[0])
        price = self.slid(order, command)
        lots = command.get("quantity_lots", order.quantity)
        if lots <= order.quantity - order.remaining:
            return self.refuse(command, "MATCHING_AMEND_BELOW_FILLED")
        order.remaining += lots - order.quantity
        order.quantity = lots
        if price == old.price and lots <= old.quantity:
            order.shown = min(order.shown, order.remaining)
            self.settle_hold(order)
            if command["held_minor"]:
                self.releases.append((account, key))
            return self.answer(key, ("DONE", None), only_first=False)
        self.resting.remove(order)
        if price != order.price:
            order.moved_price = price
        order.held += command["held_minor"]
        asked = replace(order, moved_price=command.get("price_ticks", old.price))
        code = self.why_not(order, command, asked.need(self.market))
        if code:
            self.resting.append(old)
            return self.refuse(command, code)
        currency = self.held_in(order)
        self.moved[account, key, currency][0] -= command["held_minor"]
        self.moved[account, order.id, currency][0] += command["held_minor"]
        self.arrivals += 1
        order.arrival = self.arrivals
        self.settle_hold(order)
        self.answer(key, ("DONE", None), only_first=False)
        before = len(self.trades)
        self.work(order)
        return self.let_in(self.trades[before:])

    def led_by(self, order: NaiveOrder) -> list[NaiveOrder]:
        return [one for one in self.following if one.leader is order]

    def slid(self, order: NaiveOrder, command: dict[str, Any]) -> int:
        """The price at which an amended order would come in, which may be where it is."""
        price: int = command.get("price_ticks", order.price)
        there = replace(order, moved_price=price)
        facing = self.facing(there) if command.get("slides") else []
        short = self.one_tick_short(there, facing[0]) if facing else 0
        return short if short > 0 else price

    def why_not(self, order: NaiveOrder, command: dict[str, Any], asked: int) -> str | None:
        """Slide an order that does, and say why it does not come in anew."""
        assert self.market is not None
        facing = self.facing(order)
        if facing and command.get("slides") and self.one_tick_short(order, facing[0]) > 0:
            order.moved_price = self.one_tick_short(order, facing[0])
            facing = []
        if self.state != "OPEN":
            return "MATCHING_MARKET_NOT_OPEN"
        if min(asked, order.need(self.market)) > order.held:
            return "MATCHING_INSUFFICIENT_HOLD"
        return "MATCHING_POST_ONLY_WOULD_CROSS" if command["post_only"] and facing else None

    def take_place(self, command: dict[str, Any]) -> None:
        if "after" in command:
            self.refuse(command, "MATCHING_ORDER_NOT_OPEN")
        elif not self.makes_sense(command):
            self.refuse(command, "MATCHING_INVALID_COMMAND")
        elif self.market is None or not (self.state == "OPEN" or self.gathers(command)):
            self.refuse(command, "MATCHING_MARKET_NOT_OPEN")
        else:
            self.take_order(command)

    def gathers(self, command: dict[str, Any]) -> bool:
        may_wait = command["type"] == "LIMIT" and command["time_in_force"] in RESTING
        plain = not command["post_only"] and not {"trigger", "stop_ticks"} & command.keys()
        return self.state == "AUCTION" and may_wait and plain

    def take_order(self, command: dict[str, Any]) -> None:
        self.arrivals += 1
        lots = command["quantity_lots"]
        order = NaiveOrder(command, self.arrivals, lots, command["held_minor"], quantity=lots)
        ends = [order.ends, command.get("then", {}).get("expires_at_ms")]
        if any(end is not None and end <= self.time for end in ends):
            self.expire_at_once(order)
            return
        before = len(self.trades)
        if "trigger" in command:
            self.take_armed(order)
            self.let_in(self.trades[-1:])
        else:
            self.come(order)
            waits = order in self.resting and order.is_paired
            self.let_in(self.trades[before:] or self.trades[-1:] * waits)

    def expire_at_once(self, order: NaiveOrder) -> None:
        """What comes too late to stand is refused for the same reasons as any other."""
        assert self.market is not None
        command, facing = order.command, self.facing(order)
        if order.need(self.market) > order.held:
            self.refuse(command, "MATCHING_INSUFFICIENT_HOLD")
        elif command["post_only"] and facing and "trigger" not in command:
            self.refuse(command, "MATCHING_POST_ONLY_WOULD_CROSS")
        elif code := self.lead(order):
            self.refuse(command, code)
        else:
            self.close(order, "EXPIRED")

    def take_armed(self, order: NaiveOrder) -> None:
        assert self.market is not None
        if order.need(self.market) > order.held:
            self.refuse(order.command, "MATCHING_INSUFFICIENT_HOLD")
            return
        self.armed.append(order)
        self.settle_hold(order)
        self.show(order, "ARMED")

    def let_in(self, trades: list[Trade]) -> None:
        """Let in what the trades have triggered, and what that triggers, one by one."""
        seen = [trade[1] for trade in trades]
        self.show_prices(seen)
        prices, self.unseen = self.unseen + seen, []
        while prices:
            if self.state != "OPEN":
                self.unseen = prices
                return
            before = len(self.trades)
            if ready := [o for o in self.following if not o.is_following]:
                ready.sort(key=lambda o: (o.command["accepted_at_ms"], o.id))
                self.follow(ready[0])
                prices += [trade[1] for trade in self.trades[before - 1 :]]
                self.show_prices([trade[1] for trade in self.trades[before - 1 :]])
                continue
            waiting = self.armed + [o for o in self.resting if o.is_paired]
            reached = [o for o in waiting if self.is_reached(o, prices)]
            if not reached:
                return
            order = min(reached, key=self.turn)
            (self.armed if order in self.armed else self.resting).remove(order)
            if order.is_paired:
                order.moved_price = order.command["stop_limit_ticks"]
                order.stopped = True
            else:
                order.follow_trigger()
            self.arrivals += 1
            order.arrival = self.arrivals
            before = len(self.trades)
            self.come(order, was_armed=True)
            prices += [trade[1] for trade in self.trades[before:]]
            self.show_prices([trade[1] for trade in self.trades[before:]])

    def follow(self, order: NaiveOrder) -> None:
        """Let an order in whose leader is filled, or let it wait on, for a price."""
        self.following.remove(order)
        self.arrivals += 1
        order.arrival = self.arrivals
        if "trigger" in order.command:
            self.take_armed(order)
        else:
            self.come(order, was_armed=True)

    def show_prices(self, prices: list[int]) -> None:
        for price in prices:
            for order in self.armed:
                if order.trails:
                    order.see(price)

    def is_reached(self, order: NaiveOrder, prices: list[int]) -> bool:
        if order.trails:
            return order.reached
        if order.rises:
            return order.trigger <= max(prices)
        return order.trigger >= min(prices)

    def turn(self, order: NaiveOrder) -> tuple[Any, ...]:
        near = order.trigger if order.rises else -order.trigger
        rank = 2 if order.is_paired else int(order.trails)
        return order.rises, near, rank, order.id if rank else order.arrival

    def come(self, order: NaiveOrder, *, was_armed: bool = False) -> None:
        assert self.market is not None
        command = order.command
        facing, asked = self.facing(order), order.need(self.market)
        may_slide = command.get("slides") and not self.closes_nothing(order)
        if facing and may_slide and self.one_tick_short(order, facing[0]) > 0:
            order.moved_price = self.one_tick_short(order, facing[0])
            facing = []
        if not was_armed and min(asked, order.need(self.market)) > order.held:
            self.refuse(command, "MATCHING_INSUFFICIENT_HOLD")
        elif was_armed and command["post_only"] and facing and not order.stopped:
            self.close(order, "EXPIRED")
        elif command["post_only"] and facing and not order.stopped:
            self.refuse(command, "MATCHING_POST_ONLY_WOULD_CROSS")
        elif not was_armed and (code := self.lead(order)):
            self.refuse(command, code)
        elif self.cut(order) or self.gets_too_little(order, facing):
            self.close(order, "EXPIRED")
        elif self.state == "AUCTION":
            self.rest(order)
        else:
            self.work(order)

    def rest(self, order: NaiveOrder) -> None:
        order.show_more()
        self.resting.append(order)
        self.settle_hold(order)

    def makes_sense(self, command: dict[str, Any]) -> bool:
        expires = command["time_in_force"] in ("GTD", "DAY")
        if command.get("self_trade", "NONE") not in MODES or expires != (
            "expires_at_ms" in command
        ):
            return False
        lots, in_force = command["quantity_lots"], command["time_in_force"]
        if "min_quantity_lots" in command and (
            in_force != "IOC" or not 1 <= command["min_quantity_lots"] <= lots
        ):
            return False
        if "display_lots" in command and (
            command.get("reduce_only")
            or in_force not in RESTING
            or command["type"] != "LIMIT"
            or not 1 <= command["display_lots"] < lots
        ):
            return False
        if ("trigger" in command) != ("trigger_ticks" in command) or not self.trails_right(command):
            return False
        if "trigger" in command and (
            command["trigger"] not in ("STOP", "TAKE_PROFIT") or command["trigger_ticks"] < 1
        ):
            return False
        rests = in_force in RESTING and command["type"] == "LIMIT"
        may_post = rests or not command["post_only"]
        may_slide = not command.get("slides") or bool(command["post_only"])
        only_reduces = bool(command.get("reduce_only"))
        return (
            may_post
            and may_slide
            and self.names_an_amount_right(command)
            and self.pairs_right(command)
            and not (only_reduces and self.delivers)
            and self.leads_right(command)
        )

    def leads_right(self, command: dict[str, Any]) -> bool:
        then = command.get("then")
        if then is None:
            return True
        same = all(then[name] == command[name] for name in ("account_id", "symbol"))
        apart = then["command_id"] != command["command_id"] == then.get("after")
        waits = {"trigger", "stop_ticks", "amount_minor", "after"} & command.keys()
        odd = {"then", "amount_minor"} & then.keys() or then["held_minor"] < 0
        alone = {name: value for name, value in then.items() if name != "after"}
        timely = then["accepted_at_ms"] == command["accepted_at_ms"]
        return same and apart and timely and not (waits or odd) and self.makes_sense(alone)

    def pairs_right(self, command: dict[str, Any]) -> bool:
        if "stop_ticks" not in command:
            return True
        resting = command["type"] == "LIMIT" and command["time_in_force"] in RESTING
        away = command["stop_ticks"] - command["price_ticks"]
        beyond = away > 0 if command["side"] == "BUY" else away < 0
        others = {"trigger", "display_lots", "amount_minor"} & command.keys()
        return resting and beyond and not others and not command.get("slides")

    def names_an_amount_right(self, command: dict[str, Any]) -> bool:
        if "amount_minor" not in command:
            return True
        by_lots = {"min_quantity_lots", "display_lots", "trigger", "slides"} & command.keys()
        at_market = (command["type"], command["time_in_force"]) == ("MARKET", "IOC")
        prevents = command.get("self_trade") != "DECREMENT"
        return at_market and prevents and not by_lots and bool(command["amount_minor"] > 0)

    def trails_right(self, command: dict[str, Any]) -> bool:
        trails = [command[name] for name in ("trail_ticks", "trail_bps") if name in command]
        if not trails:
            return True
        wanted = command.get("trigger") == "STOP" and len(trails) == 1 and trails[0] > 0
        return wanted and bool(command.get("trail_bps", 1) < 10_000)

    def one_tick_short(self, order: NaiveOrder, facing: NaiveOrder) -> int:
        return facing.price - 1 if order.buys else facing.price + 1

    def gets_too_little(self, order: NaiveOrder, facing: list[NaiveOrder]) -> bool:
        whole = order.command["time_in_force"] == "FOK"
        least = order.remaining if whole else order.command.get("min_quantity_lots", 0)
        return least > order.remaining or self.gettable(order, self.within_band(facing)) < least

    def gettable(self, order: NaiveOrder, facing: list[NaiveOrder]) -> int:
        if order.mode == "NONE":
            return sum(maker.sure for maker in facing)
        lots = 0
        for price in dict.fromkeys(maker.price for maker in facing):
            level = [maker for maker in facing if maker.price == price]
            others = [maker for maker in level if maker.account != order.account]
            if others != level and order.mode != "EXPIRE_MAKER":
                own = next(maker for maker in level if maker.account == order.account)
                return lots + sum(min(m.shown, m.sure) for m in level[: level.index(own)])
            lots += sum(maker.sure for maker in others)
        return lots

    def facing(self, taker: NaiveOrder) -> list[NaiveOrder]:
        sign = 1 if taker.buys else -1
        makers = [o for o in self.resting if o.buys != taker.buys and taker.accepts(o.price)]
        return sorted(makers, key=lambda maker: (sign * maker.price, maker.arrival))

    def work(self, taker: NaiveOrder) -> None:
        halts = False
        assert self.market is not None
        taker.ended = self.cut(taker)
        while taker.remaining and not taker.ended and (facing := self.facing(taker)):
            maker = facing[0]
            lots, is_outside = taker.affords(maker.price, self.market), self.is_outside(maker.price)
            if not lots and not is_outside:
                taker.quantity -= taker.remaining
                taker.remaining = 0
            halts = bool(lots) and is_outside
            if is_outside or not lots:
                break
            if maker.account == taker.account and taker.mode != "NONE":
                self.prevent(maker, taker)
            else:
                self.trade(maker, taker, min(maker.shown, lots), None)
            self.requeue(maker)
            self.cut_resting()
        self.end(taker)
        if halts:
            self.halt("OPEN")

    def end(self, taker: NaiveOrder) -> None:
        if taker.ended or not taker.quantity:
            self.close(taker, "EXPIRED")
        elif not taker.remaining:
            self.close(taker, "FILLED")
        elif taker.stopped and not taker.command.get("stop_rests"):
            self.close(taker, "EXPIRED")
        elif taker.command["type"] == "LIMIT" and taker.command["time_in_force"] in RESTING:
            self.rest(taker)
        else:
            self.close(taker, "EXPIRED")

    def requeue(self, maker: NaiveOrder) -> None:
        """Close a maker with nothing left; show more of one that hides something, at the end."""
        if maker.ended or not maker.remaining:
            self.resting.remove(maker)
            self.close(maker, "EXPIRED" if maker.ended else "FILLED")
        elif not maker.shown:
            self.arrivals += 1
            maker.arrival = self.arrivals
            maker.show_more()

    def prevent(self, maker: NaiveOrder, taker: NaiveOrder) -> None:
        mode = taker.mode
        if mode == "DECREMENT":
            lots = min(maker.shown, taker.remaining)
            for order in (maker, taker):
                order.remaining -= lots
                order.quantity -= lots
                order.ended = not order.remaining
            maker.shown -= lots
            assert self.market is not None
            self.settle_hold(maker)
            self.settle_hold(taker)
        maker.ended = maker.ended or mode in ("EXPIRE_MAKER", "EXPIRE_BOTH")
        taker.ended = taker.ended or mode in ("EXPIRE_TAKER", "EXPIRE_BOTH")

    def trade(
        self, maker: NaiveOrder, taker: NaiveOrder, lots: int, auction_price: int | None
    ) -> None:
        """Trade at the maker's price, or at an auction's, where both pay as makers."""
        assert self.market is not None
        price = maker.price if auction_price is None else auction_price
        notional = self.market.notional_minor(price, lots)
        maker_rate = maker.command["maker_bps"]
        if auction_price is not None:
            taker_fee = notional * max(0, taker.command["maker_bps"]) // 10_000
            maker_fee = notional * max(0, maker_rate) // 10_000
        else:
            taker_fee = notional * taker.command["taker_bps"] // 10_000
            # A rebate: rounded to the house's favour, and never more than what the taker pays.
            maker_fee = max(-taker_fee, -(notional * -maker_rate // 10_000))
            if maker_rate >= 0:
                maker_fee = notional * maker_rate // 10_000
        self.told.append((self.time, price, auction_price is not None))
        self.traded = self.time
        number = len(self.trades) + 1
        self.trades.append(
            (f"{self.symbol}-{number}", price, lots, maker.id, taker.id, maker_fee, taker_fee)
        )
        for order, fee in ((maker, maker_fee), (taker, taker_fee)):
            assert order.accepts(price)
            order.remaining -= lots
            order.shown -= lots
            order.notional += notional
            order.fee += fee
            self.fees += fee
            delivered = self.market.sell_need_minor(lots)
            if not self.delivers:
                made = self.made(order.account, lots, price, buys=order.buys)
                paid = notional if self.market.product == "OPTION" and order.buys else 0
                self.move(order, self.market.quote, -fee - paid, made + paid)
                order.held -= fee + paid
            elif order.buys:
                self.move(order, self.market.base, 0, delivered)
                self.move(order, self.market.quote, -notional - fee, 0)
                order.held -= notional + fee
            else:
                self.move(order, self.market.base, -delivered, 0)
                self.move(order, self.market.quote, 0, notional - fee)
                order.held -= delivered
            self.settle_hold(order)
            if self.delivers:
                self.bring(order, delivered if order.buys else notional - fee)

    def made(self, account: str, lots: int, price: int, *, buys: bool) -> int:
        """Take lots into a position: close first, at the average cost, and open with the rest."""
        assert self.market is not None
        row = self.held_lots[account]
        has = row[0] if buys is bool(row[0] < 0) else 0
        closed = min(abs(has), lots)
        made = 0
        if closed:
            average = abs(row[1]) * closed // abs(row[0])
            made = (average - closed * price) if buys else (closed * price - average)
            row[1] += average if buys else -average
        opened = (lots - closed) * price
        row[1] += opened if buys else -opened
        row[0] += lots if buys else -lots
        if self.market.product == "OPTION":
            return self.market.notional_minor(price, -lots if buys else lots)
        self.open -= made * self.market.tick_value_minor
        return made * self.market.tick_value_minor

    def take_deleverage(self, command: dict[str, Any]) -> None:
        """Let others take a position over, one lot of one account after the other."""
        account, price = command["account_id"], command["price_ticks"]
        if self.market is None:
            return
        known = self.time if self.market.option is not None else self.marked_at()
        if (
            known > command["marked_until_ms"]
            or self.delivers
            or self.state != "OPEN"
            or price <= 0
            or len(command["others"]) > 100
        ):
            return
        has = self.held_lots[account][0]
        parts: dict[str, int] = {}
        for other, most in command["others"]:
            for _ in range(max(0, most)):
                left = abs(has) - sum(parts.values())
                gives = self.held_lots[other][0] + (
                    parts.get(other, 0) if has > 0 else -parts.get(other, 0)
                )
                if left and gives * has < 0:
                    parts[other] = parts.get(other, 0) + 1
        for other, lots in [*parts.items(), (account, sum(parts.values()))]:
            if lots:
                buys = (has > 0) is (other != account)
                row = self.moved[other, "", self.market.quote]
                row[1] += self.made(other, lots, price, buys=buys)
        self.cut_resting()

    def open_positions(self) -> dict[str, list[int]]:
        return {account: row for account, row in self.held_lots.items() if row[0]}

    def closes_nothing(self, order: NaiveOrder) -> bool:
        has = self.held_lots[order.account][0]
        return bool(order.command.get("reduce_only")) and (-has if order.buys else has) <= 0

    def cut(self, order: NaiveOrder) -> bool:
        """Cut what only reduces to what is open on the other side; whether nothing is left."""
        if not order.command.get("reduce_only"):
            return False
        has = self.held_lots[order.account][0]
        can_close = max(0, -has if order.buys else has)
        excess = max(0, order.remaining - can_close)
        order.remaining -= excess
        order.quantity -= excess
        order.shown = min(order.shown, order.remaining)
        return order.remaining == 0

    def cut_resting(self) -> None:
        for order in list(self.resting):
            before = order.remaining
            if self.cut(order):
                self.resting.remove(order)
                self.close(order, "EXPIRED")
            elif order.remaining != before:
                self.settle_hold(order)

    def settle_hold(self, order: NaiveOrder) -> None:
        """Give back what the rest of an order does not need."""
        assert self.market is not None
        surplus = order.held - order.need(self.market)
        assert surplus >= 0 or not (self.delivers or order.buys)
        order.held -= surplus
        currency = self.held_in(order)
        self.move(order, currency, -surplus, surplus)
        self.show(order, "PARTIALLY_FILLED" if order.notional else "OPEN")

    def close(self, order: NaiveOrder, status: str) -> None:
        assert self.market is not None
        currency = self.held_in(order)
        self.move(order, currency, -order.held, order.held)
        order.held = 0
        order.done = True
        self.show(order, status)
        whole = status == "FILLED" and order.quantity == order.command["quantity_lots"]
        others = [] if whole else self.led_by(order)
        if order.is_following and order.leader in self.resting:
            others.append(order.leader)
        for other in others:
            following = other if other.leader else order
            self.releases.append((following.account, following.id))
            self.end_all([other], "EXPIRED" if status == "FILLED" else status)

    def show(self, order: NaiveOrder, status: str) -> None:
        filled = order.quantity - order.remaining
        shown = (status, None, filled, order.notional, order.fee, order.moved_price)
        self.answers[order.id] = shown

    def move(self, order: NaiveOrder, currency: str, held: int, available: int) -> None:
        row = self.moved[order.account, order.id, currency]
        row[0] += held
        row[1] += available

    def queues(self) -> tuple[list[tuple[str, int, int]], list[tuple[str, int, int]]]:
        """Return (bids, asks) as (order id, remaining, held), in priority."""
        sides = []
        for buys in (True, False):
            orders = [order for order in self.resting if order.buys == buys]
            orders.sort(key=lambda order: (order.price * (-1 if order.buys else 1), order.arrival))
            sides.append([(order.id, order.remaining, order.held) for order in orders])
        return sides[0], sides[1]

    def waiting(self) -> dict[str, tuple[int, int]]:
        """Return (trigger, held) of each order that waits for its trigger."""
        triggers = {order.id: (order.trigger, order.held) for order in self.armed}
        return triggers | {order.id: (0, order.held) for order in self.following}
