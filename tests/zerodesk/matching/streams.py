"""Random streams of commands, and what a live book makes of them."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import cycle
from typing import Any

from hypothesis import strategies as st

from zerodesk.bands import Band
from zerodesk.commands import Command
from zerodesk.instruments import Market
from zerodesk.listings import list_market
from zerodesk.matching import Book, listing
from zerodesk.orders import COMMAND_BOUND_MS
from zerodesk.tiers import Tier

START_MS = 10 * COMMAND_BOUND_MS
RATES_BPS = ((7, 31), (0, 0), (1, 777), (90, 20), (-3, 31), (-31, 31), (-40, 9))
"""(maker, taker): of a maker that has a rebate, some larger than any taker pays."""
ACCOUNTS = ("alice", "bob", "carol")
PRICES_TICKS = (97, 99, 99, 100, 100, 100, 100, 101, 101, 103)
STEPS_MS = (0, 0, 1, 1, 1, 5, 5, 20, 20, 20, 20, COMMAND_BOUND_MS // 2)
LATE_MS = (0, 0, 0, 0, 0, 0, 0, 3, -4, COMMAND_BOUND_MS + 1)
OTHER_SIDE = {"BUY": "SELL", "SELL": "BUY"}
MODES = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")
CLOSED = ("CANCEL_ONLY", "HALTED", "AUCTION", "AUCTION", "AUCTION")
KINDS = ("OPENING", "CLOSING", "HALT")
TAKEOVERS_ONE_IN = 8
"""Of the commands of a derivative, one in so many is that others take a position over."""
LASTS_MS = (1, 20, 60, COMMAND_BOUND_MS)


def a_market() -> Market:
    """A market whose units are neither one nor alike, so that mixing them up shows."""
    return list_market(
        symbol="BTC-USD",
        tick_size=Decimal("0.25"),
        lot_size=Decimal("0.001"),
        min_notional=Decimal(0),
        max_quantity=Decimal(100),
        maker_bps=7,
        taker_bps=31,
        collar_bps=5_000,
        reference_price=Decimal(25),
    )


MARKET = a_market()
BANDED = MARKET._replace(band=Band(bps=200, window_ms=100, auction_ms=60))
"""Whose price may move two ticks in a time that some commands take."""
STALING = MARKET._replace(stale_after_ms=1_000)
"""Which stops unless an index price comes now and then."""
BOTH = STALING._replace(band=Band(bps=200, window_ms=1_000, auction_ms=1_000))

PERPETUAL = MARKET._replace(symbol="BTC-PERP", margin=(Tier(0, 5_000, 2_500),))
"""Of the same steps and fees, in which nothing is delivered."""

OPTION = MARKET._replace(symbol="BTC-25DEC26-100000-C")
"""In which nothing is delivered either, and who buys pays who sells."""


def need_of(side: str, price_ticks: int, quantity_lots: int, rate_bps: int) -> int:
    if side == "SELL":
        return MARKET.sell_need_minor(quantity_lots)
    return MARKET.buy_need_minor(price_ticks, quantity_lots, rate_bps)


class Stream:
    """Commands from a seed: orders, cancels early and late, repeats, states, prices.

    Drawing each term by itself would shrink further, and costs a hundred times as much; a seed
    and a length shrink to the shortest prefix that fails.
    """

    def __init__(self, seed: int, *, special: bool = False, market: Market = MARKET) -> None:
        self.special = special
        self.noise = random.Random(seed)
        self.now_ms = START_MS
        self.placed = self.amended = self.mass_cancels = 0
        self.state = "OPEN"
        self.usual = dict.fromkeys((*CLOSED, "DELISTED"), "ppcmrs") | {
            "OPEN": "pppppppppppppppppcccmrrris",
            "AUCTION": "ppppppppppppcmrise",
        }
        self.commands: list[Any] = []
        self.auction_id = "none"
        if self.noise.randrange(20):
            self.send(listing(market, at_ms=START_MS))

    def send(self, command: Any) -> None:
        # Now and then the queue's clock runs back a little.
        sent_at_ms = self.now_ms - self.noise.choice((0, 0, 0, 0, 7))
        self.commands.append(command | {"sent_at_ms": sent_at_ms})

    def go_on(self) -> None:
        noise = self.noise
        self.now_ms += noise.choice(STEPS_MS)
        accepted_at_ms = self.now_ms - noise.choice(LATE_MS)
        what = noise.choice(self.usual[self.state] + "taaa" * self.special)
        if noise.randrange(50) == 0:
            what = "k"
        if what == "r" and self.commands:
            self.send(noise.choice(self.commands))
            return
        drawn = {
            "c": self.a_cancel,
            "m": self.a_cancel_of_many,
            "a": self.an_amend,
            "i": self.an_index,
            "t": self.a_look_at_the_time,
            "s": self.a_state,
            "e": self.an_ending,
            "k": self.a_change,
        }.get(what, self.a_place)
        command = drawn() | {"accepted_at_ms": accepted_at_ms}
        if "then" in command:
            command["then"] |= {"accepted_at_ms": accepted_at_ms}
            if noise.randrange(30) == 0:
                self.send(command["then"])
        self.send(command)

    def a_place(self) -> dict[str, Any]:
        """An order around one price, so that most of them meet."""
        noise = self.noise
        side = noise.choice(("BUY", "SELL"))
        price_ticks = noise.choice(PRICES_TICKS)
        quantity_lots = noise.randint(1, 9)
        maker_bps, taker_bps = noise.choice(RATES_BPS)
        need_minor = need_of(side, price_ticks, quantity_lots, max(maker_bps, taker_bps))
        self.placed += 1
        special = self.special_terms(quantity_lots) if self.special else {}
        amount = (
            self.an_amount(side, price_ticks) if self.special and not noise.randrange(8) else {}
        )
        order = {
            "kind": "place",
            "command_id": f"o{self.placed}",
            "account_id": noise.choice(ACCOUNTS),
            "symbol": MARKET.symbol,
            "side": side,
            "type": noise.choice(("LIMIT",) * 5 + ("MARKET",)),
            "price_ticks": price_ticks,
            "quantity_lots": quantity_lots,
            "time_in_force": noise.choice(("GTC",) * 6 + ("IOC", "FOK")),
            "post_only": noise.randrange(10) == 0,
            "maker_bps": maker_bps,
            "taker_bps": taker_bps,
            "held_minor": need_minor + noise.choice((0,) * 10 + (-1, 12_345)),
        } | (amount or self.a_pair(side, price_ticks, quantity_lots) or special)
        if self.special and noise.randrange(4) == 0:
            order["then"] = self.what_follows(order)
        return order

    def what_follows(self, leading: dict[str, Any]) -> dict[str, Any]:
        """An order that is to come in behind another one, some of them without sense."""
        noise = self.noise
        side = leading["side"] if noise.randrange(5) == 0 else OTHER_SIDE[leading["side"]]
        price_ticks = noise.choice(PRICES_TICKS)
        quantity_lots = noise.choice((leading["quantity_lots"],) * 3 + (2, 7))
        terms = self.special_terms(quantity_lots)
        pair = self.a_pair(side, price_ticks, quantity_lots)
        dearer = max(price_ticks, pair.get("stop_limit_ticks", 0))
        need_minor = need_of(side, dearer, quantity_lots, 31)
        brings_minor = 0
        if leading["side"] == "BUY" != side:
            brings_minor = MARKET.sell_need_minor(leading["quantity_lots"])
        elif leading["side"] == "SELL" != side:
            worth_minor = MARKET.notional_minor(leading["price_ticks"], leading["quantity_lots"])
            rate_bps = max(leading["maker_bps"], leading["taker_bps"])
            brings_minor = worth_minor - worth_minor * rate_bps // 10_000
        held_minor = max(0, need_minor - brings_minor)
        following = {
            "kind": "place",
            "command_id": f"f{self.placed}",
            "account_id": leading["account_id"],
            "symbol": MARKET.symbol,
            "side": side,
            "type": noise.choice(("LIMIT",) * 5 + ("MARKET",)),
            "price_ticks": price_ticks,
            "quantity_lots": quantity_lots,
            "time_in_force": noise.choice(("GTC",) * 6 + ("IOC", "FOK")),
            "post_only": noise.randrange(10) == 0,
            "maker_bps": 7,
            "taker_bps": 31,
            "after": leading["command_id"],
        }
        following |= pair or terms
        following["held_minor"] = held_minor + noise.choice((0,) * 12 + (-1, 12_345))
        if noise.randrange(40) == 0:
            following |= noise.choice(({"after": "else"}, {"account_id": noise.choice(ACCOUNTS)}))
        return following

    def a_pair(self, side: str, price_ticks: int, quantity_lots: int) -> dict[str, Any]:
        """Terms of a limit with a stop beside it, some of them without sense, or none."""
        noise = self.noise
        if not self.special or noise.randrange(6):
            return {}
        away = noise.choice((1, 1, 2, 3, 3, 5, -1)) * (1 if side == "BUY" else -1)
        stop_limit_ticks = price_ticks + away + noise.choice((-2, 0, 1, 2))
        dearer = max(price_ticks, stop_limit_ticks)
        terms: dict[str, Any] = {
            "type": "LIMIT",
            "time_in_force": noise.choice(("GTC",) * 9 + ("IOC",)),
            "maker_bps": 7,
            "taker_bps": 31,
            "stop_ticks": price_ticks + away,
            "stop_limit_ticks": stop_limit_ticks,
            "held_minor": need_of(side, dearer, quantity_lots, 31) + noise.choice((0,) * 9 + (-1,)),
        }
        if noise.randrange(2):
            terms["stop_rests"] = True
        if noise.randrange(3) == 0:
            terms["self_trade"] = noise.choice(MODES)
        return terms

    def an_amount(self, side: str, price_ticks: int) -> dict[str, Any]:
        """Terms of an order that names an amount, some of them without sense."""
        noise = self.noise
        amount_minor = MARKET.notional_minor(price_ticks, noise.randint(1, 9))
        amount_minor += noise.choice((0, 1, -1, MARKET.tick_value_minor * 50))
        best_ticks = price_ticks if side == "SELL" else min(PRICES_TICKS)
        lots = max(1, amount_minor // MARKET.notional_minor(best_ticks, 1))
        need_minor = amount_minor + amount_minor * 31 // 10_000
        if side == "SELL":
            need_minor = MARKET.sell_need_minor(lots)
        terms = {
            "type": "MARKET",
            "time_in_force": noise.choice(("IOC",) * 9 + ("FOK",)),
            "post_only": False,
            "maker_bps": 7,
            "taker_bps": 31,
            "quantity_lots": lots,
            "amount_minor": amount_minor,
            "held_minor": need_minor + noise.choice((0,) * 10 + (-1, 12_345)),
        }
        if noise.randrange(3) == 0:
            terms["self_trade"] = noise.choice(MODES)
        if noise.randrange(20) == 0:
            terms["min_quantity_lots"] = 1
        return terms

    def special_terms(self, quantity_lots: int) -> dict[str, Any]:
        """Terms that most orders have not, some of them without sense for their order."""
        noise, terms = self.noise, dict[str, Any]()
        if noise.randrange(3) == 0:
            terms["self_trade"] = noise.choice(MODES)
        if noise.randrange(4) == 0:
            terms["display_lots"] = noise.randint(1, max(1, quantity_lots // 2))
        if noise.randrange(12) == 0:
            terms["min_quantity_lots"] = noise.randint(1, quantity_lots)
        if noise.randrange(12) == 0:
            terms["slides"] = True
        if noise.randrange(3) == 0:
            terms["trigger"] = noise.choice(("STOP", "TAKE_PROFIT"))
            terms["trigger_ticks"] = noise.choice(PRICES_TICKS)
            trail = noise.choice(("", "", "", "trail_ticks", "trail_bps"))
            if trail:
                terms[trail] = noise.choice((1, 2, 3) if trail == "trail_ticks" else (1, 150, 350))
        if noise.randrange(3) == 0:
            terms["time_in_force"] = noise.choice(("GTD", "GTD", "DAY", "GTC"))
            terms["expires_at_ms"] = self.now_ms + noise.choice((-5, 0, 1, 5, 20, 60, 200))
        return terms

    def a_cancel(self) -> dict[str, Any]:
        """A cancel of a recent order or of one that is still to come, mostly by its owner."""
        target = self.noise.randint(max(1, self.placed - 6), self.placed + 2)
        owners = [c["account_id"] for c in self.commands if c["command_id"] == f"o{target}"]
        strangers = (self.noise.choice(ACCOUNTS),)
        follows = self.special and self.noise.randrange(4) == 0
        return {
            "kind": "cancel",
            "command_id": f"c{'f' if follows else ''}{target}",
            "account_id": self.noise.choice(tuple(owners[:1]) * 9 + strangers),
            "symbol": MARKET.symbol,
            "order_id": f"{'f' if follows else 'o'}{target}",
        }

    def a_cancel_of_many(self) -> dict[str, Any]:
        """A cancel of the recent orders of an account, and of some that are to come or of others.

        An order that has not come is named with when it was accepted, now or long ago.
        """
        noise, account_id = self.noise, self.noise.choice(ACCOUNTS)
        placed = [c for c in self.commands if c["kind"] == "place"][-noise.randint(1, 30) :]
        placed += [c["then"] for c in placed if "then" in c and noise.randrange(2)]
        named = [
            [c["command_id"], c["accepted_at_ms"]]
            for c in placed
            if c["account_id"] == account_id or noise.randrange(20) == 0
        ]
        for ahead in range(1, noise.randint(1, 3)):
            long_ago_ms = noise.choice((0, 0, 0, COMMAND_BOUND_MS + 50, -COMMAND_BOUND_MS - 50))
            named.append([f"o{self.placed + ahead}", self.now_ms - long_ago_ms])
        self.mass_cancels += 1
        return {
            "kind": "cancel_all",
            "command_id": f"x{self.mass_cancels}",
            "account_id": account_id,
            "symbol": MARKET.symbol,
            "account_sequence": len(self.commands),
            "orders": named,
        }

    def an_amend(self) -> dict[str, Any]:
        """An amend of a recent order, mostly by its owner, with more or less than it needs."""
        noise = self.noise
        placed = [c for c in self.commands if c["kind"] == "place"][-8:]
        placed += [c["then"] for c in placed if "then" in c]
        self.amended += 1
        target = noise.choice(placed) if placed else {"command_id": "o1", "account_id": "alice"}
        amend = {
            "kind": "amend",
            "command_id": f"a{self.amended}",
            "account_id": target["account_id"] if noise.randrange(12) else noise.choice(ACCOUNTS),
            "symbol": MARKET.symbol,
            "order_id": target["command_id"],
            "post_only": target.get("post_only", False),
            "held_minor": noise.choice((0, 0, 1, need_of("BUY", 103, 9, 777))),
        }
        if "slides" in target:
            amend["slides"] = target["slides"]
        if not self.amended % 17:
            amend["refused"] = {"code": "PRICING_COLLAR", "detail": "far from the mark"}
        if noise.randrange(3):
            amend["quantity_lots"] = noise.randint(0, 12)
        if noise.randrange(2):
            amend["price_ticks"] = noise.choice(PRICES_TICKS)
        return amend

    def an_index(self) -> dict[str, Any]:
        return {
            "kind": "index",
            "command_id": f"i-feed-{len(self.commands)}",
            "symbol": MARKET.symbol,
            "price_ticks": self.noise.randint(90, 110),
            "source": "feed",
            "observed_at_ms": self.now_ms - self.noise.choice((0, 1, 9, -9)),
        }

    def a_look_at_the_time(self) -> dict[str, Any]:
        return {
            "kind": "expire",
            "command_id": f"t-{len(self.commands)}",
            "symbol": MARKET.symbol,
        }

    def a_state(self) -> dict[str, Any]:
        """Another state, and of an auction which and how long, or nothing of it."""
        noise = self.noise
        closes = self.state == "OPEN" and noise.random() < 1 / 2
        self.state = noise.choice(CLOSED) if closes else "OPEN"
        if noise.randrange(60) == 0:
            self.state = "DELISTED"
        command: dict[str, Any] = {
            "kind": "set_state",
            "command_id": f"s-{len(self.commands)}",
            "symbol": MARKET.symbol,
            "state": self.state,
            "reason": "drawn",
        }
        if self.state == "DELISTED" or (self.state == "HALTED" and noise.randrange(2)):
            command["clears"] = True
        if self.state == "AUCTION":
            self.auction_id = command["command_id"]
            if noise.randrange(4):
                command["auction"] = noise.choice(KINDS)
            if noise.randrange(3):
                command["lasts_ms"] = noise.choice(LASTS_MS)
        return command

    def a_change(self) -> dict[str, Any]:
        """Other terms of the market, some of them impossible."""
        changes = self.noise.choice(
            (
                {"taker_bps": 40},
                {"maker_bps": -4},
                {"maker_bps": -41},
                {"taker_bps": 3},
                {"tick_units": 5},
                {"band": None},
                {"stale_after_ms": None},
                {"stale_after_ms": 2_000},
                {"band": Band(300, 100_000, 1_000).to_dict()},
                {"band": Band(100, 1_000, 2_000).to_dict()},
            )
        )
        return {
            "kind": "change",
            "command_id": f"m-{len(self.commands)}",
            "symbol": MARKET.symbol,
            "changes": changes,
            "reason": "drawn",
            "by": "house",
        }

    def an_ending(self) -> dict[str, Any]:
        """The end of the last auction, perhaps when it has ended long ago."""
        return {
            "kind": "end_auction",
            "command_id": f"end-{self.auction_id}",
            "symbol": MARKET.symbol,
            "auction_id": self.auction_id,
            "reason": "drawn",
        }


def a_stream(
    seed: int, length: int, *, special: bool = False, market: Market = MARKET
) -> list[Command]:
    stream = Stream(seed, special=special, market=market)
    for _ in range(length):
        stream.go_on()
    return stream.commands


def streams() -> st.SearchStrategy[list[Command]]:
    """Streams of plain or special orders.

    Some markets stop by themselves; in some nothing is delivered.
    """
    drawn = st.builds(
        a_stream,
        st.integers(0, 2**32 - 1),
        st.integers(1, 80),
        special=st.booleans(),
        market=st.sampled_from((MARKET, BANDED, STALING, BOTH)),
    )
    of_what = st.sampled_from((PERPETUAL, OPTION))
    return st.one_of(drawn, st.builds(of_a_derivative, drawn, st.integers(0, 2**32 - 1), of_what))


def of_a_derivative(commands: list[Any], seed: int, listed: Market = PERPETUAL) -> list[Command]:
    """Return a stream for a derivative: held is what it needs, or not quite; some only reduce."""
    noise, found = random.Random(seed), list[Command]()
    for number, command in enumerate(commands):
        if number and noise.randrange(TAKEOVERS_ONE_IN) == 0:
            found.append(a_takeover(f"d{number}", command, noise))
        found.append(command)
    return [of_one(command, noise, listed) for command in found]


def a_takeover(command_id: str, beside: Any, noise: random.Random) -> Any:
    """Return a takeover at the time of another command: of whoever, by others and by itself."""
    of, *others = noise.sample(ACCOUNTS, len(ACCOUNTS))
    if noise.randrange(8) == 0:
        others.insert(0, of)
    return {
        "kind": "deleverage",
        "command_id": command_id,
        "account_id": of,
        "symbol": MARKET.symbol,
        "price_ticks": noise.choice((*PRICES_TICKS, 60, 140, 0)),
        "others": [[one, noise.randint(0, 12)] for one in others],
        "marked_until_ms": beside["sent_at_ms"] - noise.choice((0, 0, 0, 0, -5, 5, 40)),
        "accepted_at_ms": beside["accepted_at_ms"],
        "sent_at_ms": beside["sent_at_ms"],
    }


def of_one(command: Any, noise: random.Random, listed: Market) -> Any:
    told = command | {"symbol": listed.symbol}
    if command["kind"] == "list":
        market = Market.from_dict(command["market"])
        market = market._replace(symbol=listed.symbol, margin=listed.margin)
        if listed is OPTION:
            market = market._replace(stale_after_ms=None)
        return told | {"market": market.to_dict()}
    if command["kind"] == "change" and listed is OPTION:
        changes = {name: one for name, one in command["changes"].items() if "stale" not in name}
        return told | {"changes": changes}
    if command["kind"] != "place":
        return told
    side, price, lots = command["side"], command["price_ticks"], command["quantity_lots"]
    rate = max(command["maker_bps"], command["taker_bps"])
    dearer = max(price, command.get("stop_limit_ticks", 0))
    spare = command["held_minor"] - need_of(side, dearer, lots, rate)
    need = listed.need_minor(dearer, lots, rate, is_buy=side == "BUY")
    reduces = {"reduce_only": True} if noise.randrange(3) == 0 else {}
    slides = {"slides": True} if command["post_only"] and noise.randrange(2) == 0 else {}
    told |= {"held_minor": max(1, need + spare)} | reduces | slides
    if "then" in command:
        then = command["then"]
        dearer = max(then["price_ticks"], then.get("stop_limit_ticks", 0))
        is_buy = then["side"] == "BUY"
        need = listed.need_minor(dearer, then["quantity_lots"], 31, is_buy=is_buy)
        told["then"] = then | {"symbol": listed.symbol, "held_minor": need} | reduces
    return told


def symbol_of(commands: list[Command]) -> str:
    return commands[0]["symbol"]


@dataclass
class Run:
    """A live book, and everything that its records said."""

    book: Book = field(default_factory=lambda: Book(MARKET.symbol))
    records: list[dict[str, Any]] = field(default_factory=list)
    trades: list[tuple[Any, ...]] = field(default_factory=list)
    moved: dict[tuple[str, str, str], list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0, 0])
    )
    releases: list[tuple[str, str]] = field(default_factory=list)
    answers: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    fees: int = 0
    open: int = 0

    @classmethod
    def of(cls, commands: list[Command]) -> "Run":
        """A run of the book that some commands are for, before the first one."""
        return cls(Book(symbol_of(commands)))

    def take(self, commands: list[Command], cuts: list[int], max_fills: int) -> None:
        """Decide a stream in batches of the sizes ``cuts``, over and over."""
        sizes = cycle(cuts)
        rest: list[Command] = []
        ahead = list(commands)
        while rest or ahead or self.book.continuing:
            if not rest:
                size = next(sizes)
                rest, ahead = ahead[:size], ahead[size:]
            decision = self.book.decide(rest, max_fills=max_fills)
            assert decision is not None
            assert decision.consumed or decision.record is not None
            if decision.record is not None:
                self.add(decision.record, max_fills)
            rest = rest[decision.consumed :]

    def add(self, record: dict[str, Any], max_fills: int) -> None:
        self.records.append(record)
        trades = [event for event in record["events"] if event["type"] == "TradeExecuted"]
        assert len(trades) <= max_fills
        self.trades += [
            (
                trade["trade_id"],
                trade["price_ticks"],
                trade["quantity_lots"],
                trade["maker_order_id"],
                trade["taker_order_id"],
                trade["maker_fee_minor"],
                trade["taker_fee_minor"],
            )
            for trade in trades
        ]
        for account_id, order_id, currency, held_minor, available_minor in record["postings"]:
            if account_id == f"fees#{self.book.symbol}":
                self.fees += available_minor
                continue
            if account_id == f"open#{self.book.symbol}":
                self.open += available_minor
                continue
            row = self.moved[account_id, order_id, currency]
            row[0] += held_minor
            row[1] += available_minor
        self.releases += [(account_id, order_id) for account_id, order_id in record["releases"]]
        for key, shown in record["orders"].items():
            if shown.get("if_pending") and key in self.answers:
                continue
            code = shown.get("rejection", {}).get("code")
            if "filled_lots" not in shown:
                self.answers[key] = (shown["status"], code)
                continue
            filled = (shown["filled_lots"], shown["filled_notional_minor"], shown["fee_minor"])
            self.answers[key] = (shown["status"], code, *filled, shown.get("price_ticks"))

    def waiting(self) -> dict[str, tuple[int, int]]:
        state = self.book.state()
        return {
            order["command"]["command_id"]: (order.get("trigger_ticks", 0), order["held_minor"])
            for name in ("rising", "falling", "trailing", "following")
            for order in state.get(name, [])
        }

    def queues(self) -> tuple[list[tuple[str, int, int]], list[tuple[str, int, int]]]:
        state = self.book.state()
        bids, asks = (
            [
                (
                    order["order_id"],
                    order["remaining_lots"] + order.get("hidden_lots", 0),
                    order["held_minor"],
                )
                for order in state[side]
            ]
            for side in ("bids", "asks")
        )
        return bids, asks
