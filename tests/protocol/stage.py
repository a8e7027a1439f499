"""The stage of one schedule: a cloud, the processes of two regions, and what one may have done."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from tests.protocol.actors import Actor, Asked, process_in
from tests.protocol.calls import queue_place
from tests.protocol.cloud import Cloud
from tests.simulation.cloud.sqs import Message
from tests.simulation.processes import Process
from tests.simulation.regions import HOME
from tests.simulation.traffic import Heard
from zerodesk.commands import CancelCommand, IndexCommand
from zerodesk.orders import (
    amend_id_for,
    cancel_id_for,
    following_id_for,
    mass_cancel_id_for,
    order_id_for,
)

SYMBOL: Final = "BTC-USD"
SECOND: Final = "ETH-USD"
PRICE_TICKS: Final = {SYMBOL: 60_000, SECOND: 300_000}
ALONE_CALLS_MAX: Final = 2_000


class LivelockError(AssertionError):
    """What runs alone does not come to an end."""


class Stage:
    """Where the actors of a scenario meet.

    What is done on it without a schedule, before and after, runs one actor after the other.
    """

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.heard = Heard()
        self.actors: list[Actor] = []
        self.rung_ms = 0.0
        """When the sweepers were called last."""

    # Who may act.

    def matcher(
        self,
        name: str,
        region: str = HOME,
        *,
        warm: tuple[str, ...] = (),
        most: int = 10,
        skew_ms: float = 0.0,
    ) -> Actor:
        """Return one who takes a region's first messages, and deletes them at last.

        ``warm`` are the books that its process has in memory, as they are now.
        """
        process = self._process(region, "matching")
        for symbol in warm:
            process.modules["matching.handler"].books.current(symbol)

        def work(actor: Actor) -> None:
            queue = (queue_place(region),)
            receive = partial(self._waiting, region, most)
            taken = actor.turn(Asked("receive", receive, writes=False, places=queue))
            if not taken:
                return
            event = {"Records": [message.to_record() for message in taken]}
            failed = {
                one["itemIdentifier"] for one in actor.invoke(process, event)["batchItemFailures"]
            }
            done = [message for message in taken if message.message_id not in failed]
            delete = partial(self.cloud.delete, region, done)
            actor.turn(Asked("delete", delete, writes=True, places=queue))

        matcher = self._actor(name, region, work)
        matcher.skew_ms = skew_ms
        return matcher

    def settler(self, name: str, symbol: str = SYMBOL, region: str = HOME) -> Actor:
        """Return one who settles a book as long as there is more."""

        def work(actor: Actor) -> None:
            process = self._process(region, "settlement")
            while actor.invoke(process, {"symbol": symbol})["more"]:
                pass

        return self._actor(name, region, work)

    def workflow(self, name: str, order: dict[str, Any], region: str = HOME) -> Actor:
        """Return one who takes an order through pricing and risk to its book's queue."""

        def work(actor: Actor) -> None:
            key = {"symbol": {"S": order["symbol"]}}
            shown = self.cloud.call("DynamoDB", "GetItem", {"TableName": "market", "Key": key})
            asked = {"order": order, "shown": shown}
            quote = actor.invoke(self._process(region, "pricing"), asked)
            risk = self._process(region, "risk_check")
            decision = actor.invoke(risk, {"order": order, "quote": quote})
            if decision["verdict"] == "HELD":
                self._send(actor, decision["command"])

        return self._actor(name, region, work)

    def amend(self, name: str, order: dict[str, Any], **changes: int) -> dict[str, Any]:
        """Return an amend that intake has let in: its item stands, nothing else has happened."""
        from zerodesk_aws.tables.market import Markets

        listed = Markets("market").get(order["symbol"])
        assert listed is not None, "the market is listed"
        price_ticks, quantity_lots = order["price_ticks"], order["quantity_lots"]
        amend = {
            "kind": "amend",
            "amend_id": name,
            "command_id": amend_id_for(order["account_id"], name),
            **{key: order[key] for key in ("account_id", "order_id", "symbol", "side")},
            **{key: changes.get(key, order[key]) for key in ("price_ticks", "quantity_lots")},
            "changes": changes,
            "may_need_more": listed.market.may_need_more(
                changes.get("price_ticks", price_ticks),
                changes.get("quantity_lots", quantity_lots),
                than=(price_ticks, quantity_lots),
                is_buy=order["side"] == "BUY",
            ),
            "post_only": order["post_only"],
            "tick_value_minor": listed.market.tick_value_minor,
            "delivered_minor": listed.market.delivered_minor,
            "accepted_at_ms": self.now_ms(),
        }
        self._gate(amend, "amend")
        return amend

    def canceller(self, name: str, order: dict[str, Any], region: str = HOME) -> Actor:
        """Return one who sends an order's cancel, as intake does."""

        def work(actor: Actor) -> None:
            self._gate(cancel_of(order, self.now_ms()), "cancel")
            self._send(actor, cancel_of(order, self.now_ms()))

        return self._actor(name, region, work)

    def mass_canceller(self, name: str, account_id: str) -> Actor:
        """Return one who cancels all that is held for, as intake does."""

        def work(actor: Actor) -> None:
            from zerodesk_aws.accounts import AccountJournal
            from zerodesk_aws.mass_cancels import MassCancels, orders_of
            from zerodesk_aws.tables.orders import Orders

            queue: Any = _Sending(partial(self._send, actor))
            mass_cancels = MassCancels(AccountJournal("journal"), Orders("orders"), queue)
            command_id = mass_cancel_id_for(account_id, name)
            item = mass_cancels.open(account_id, command_id, name, None, at_ms=self.now_ms())
            mass_cancels.drive(item, orders_of(item), self.now_ms())

        return self._actor(name, HOME, work)

    def sweeper(self, name: str, region: str = HOME, *, behind_ms: float = 0.0) -> Actor:
        """Return one who drives on whatever stands still, so long behind all that was done."""

        def work(actor: Actor) -> None:
            if behind_ms:
                actor.turn(self._pass(behind_ms))
            actor.invoke(self._process(region, "sweeper"), {})

        return self._actor(name, region, work)

    def collector(self, name: str, symbol: str) -> Actor:
        """Return one who sweeps a book's fees to the house, as the sweeper does."""
        from zerodesk_aws.house import House
        from zerodesk_aws.journal import Journal

        def work(_: Actor) -> None:
            House(Journal("journal")).sweep(symbol, "USD", before_ms=self.now_ms() + 1)

        return self._actor(name, HOME, work)

    def index(self, name: str, symbol: str, price_ticks: int) -> Actor:
        """Return one who sends a book an index price."""
        command = IndexCommand(
            kind="index",
            command_id=f"index-{price_ticks}",
            symbol=symbol,
            price_ticks=price_ticks,
            source="outside",
            observed_at_ms=self.now_ms(),
            accepted_at_ms=self.now_ms(),
        )
        return self._actor(name, HOME, lambda actor: self._send(actor, command))

    def depositor(self, name: str, account_id: str, amount_minor: int) -> Actor:
        """Return one who brings an account dollars."""
        return self._actor(name, HOME, lambda _: self.deposit(name, account_id, amount_minor))

    def passing(self, name: str, passed_ms: float) -> Actor:
        """Return what lets time pass."""

        return self._actor(name, HOME, lambda actor: actor.turn(self._pass(passed_ms)))

    # What is there from the beginning, or comes at the end.

    def now_ms(self) -> int:
        """Return the time."""
        return int(self.cloud.process_now_ms())

    def order(
        self,
        name: str,
        account_id: str,
        side: str,
        lots: int = 1,
        symbol: str = SYMBOL,
        *,
        ticks: int | None = None,
        market: bool = False,
        terms: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return an order that intake has let in: its item stands, nothing else has happened.

        ``terms`` are special ones, of a stop or a pair.
        """
        order: dict[str, Any] = {
            "client_order_id": name,
            "symbol": symbol,
            "side": side,
            "type": "MARKET" if market else "LIMIT",
            "price_ticks": None if market else ticks or PRICE_TICKS[symbol],
            "quantity_lots": lots,
            "time_in_force": "IOC" if market else "GTC",
            "post_only": False,
            "account_id": account_id,
            "order_id": order_id_for(account_id, name),
            "accepted_at_ms": self.now_ms(),
        }
        order |= terms or {}
        self._gate(order, "order")
        return order

    def group(
        self, name: str, account_id: str, side: str, lots: int, *, then_ticks: int
    ) -> dict[str, Any]:
        """Return an order that intake has let in with one of the other side that follows it."""
        order_id = order_id_for(account_id, name)
        then = {
            "client_order_id": name,
            "symbol": SYMBOL,
            "side": "SELL" if side == "BUY" else "BUY",
            "type": "LIMIT",
            "price_ticks": then_ticks,
            "quantity_lots": lots,
            "time_in_force": "GTC",
            "post_only": False,
            "account_id": account_id,
            "order_id": following_id_for(account_id, name),
            "after": order_id,
            "accepted_at_ms": self.now_ms(),
        }
        return self.order(name, account_id, side, lots, terms={"then": then})

    def take_over(self, region: str, from_epoch: int = 1, symbol: str = SYMBOL) -> None:
        """Have a region told to take a book over, as an operator does."""
        asked = {"kind": "take_over", "symbol": symbol, "from_epoch": from_epoch}
        self.cloud.send(region, symbol, json.dumps(asked))

    def deposit(self, name: str, account_id: str, amount_minor: int) -> None:
        """Bring an account dollars."""
        from zerodesk_aws.accounts import AccountJournal
        from zerodesk_aws.bus import Bus
        from zerodesk_aws.deposits import Deposits, gate_id
        from zerodesk_aws.tables.orders import Orders

        terms = {"deposit_id": name, "currency": "USD", "amount_minor": amount_minor}
        orders = Orders("orders")
        item, _ = orders.open_gate(
            account_id,
            gate_id(name),
            kind="deposit",
            fingerprint=name,
            request=terms,
            at_ms=self.now_ms(),
        )
        Deposits(AccountJournal("journal"), orders, Bus("zerodesk")).drive(item)

    def rest(self, *orders: dict[str, Any]) -> None:
        """Take orders all the way: held, in their books, settled."""
        for order in orders:
            self.alone(self.workflow("set-up", order))
        self.alone(self.matcher("set-up"))
        for symbol in {order["symbol"] for order in orders}:
            self.alone(self.settler("set-up", symbol))

    def submit(self, *orders: dict[str, Any]) -> None:
        """Take orders as far as the queue of the first home."""
        for order in orders:
            self.alone(self.workflow("set-up", order))

    def alone(self, actor: Actor) -> None:
        """Let one act alone, from its beginning to its end."""
        actor.begin()
        calls = 0
        while not actor.ended:
            actor.go_on()
            calls += 1
            if calls > ALONE_CALLS_MAX:
                raise LivelockError(f"{actor.name} made {calls} calls")
        if actor.fault is not None:
            self.cloud.judge(actor.fault, actor.name)

    def _actor(self, name: str, region: str, work: Callable[[Actor], Any]) -> Actor:
        actor = Actor(name, region, work)
        self.actors.append(actor)
        return actor

    def _process(self, region: str, function: str) -> Process:
        process = process_in(region, function, len(self.cloud.processes))
        self.cloud.processes.append(process)
        return process

    def _pass(self, passed_ms: float) -> Asked:
        return Asked("pass", lambda: self.cloud.pass_time(passed_ms), writes=False)

    def _waiting(self, region: str, most: int) -> list[Message]:
        return self.cloud.queues[region].waiting[:most]

    def _send(self, actor: Actor, command: Any) -> None:
        body = json.dumps(command)

        def send() -> None:
            self.cloud.send(actor.region, command["symbol"], body)

        queue = (queue_place(actor.region),)
        actor.turn(Asked(f"send {command['kind']}", send, writes=True, places=queue))

    def _gate(self, request: Any, kind: str) -> None:
        from zerodesk_aws.tables.orders import Orders

        gate = request["order_id"] if kind == "order" else request["command_id"]
        Orders("orders").open_gate(
            request["account_id"],
            gate,
            kind=kind,
            fingerprint=gate,
            request=request,
            at_ms=self.now_ms(),
        )


@dataclass(frozen=True, slots=True)
class _Sending:
    """Stands in for a queue: sends as an actor does."""

    send: Callable[[Any], None]


def cancel_of(order: dict[str, Any], at_ms: int) -> CancelCommand:
    """Return the one cancel that an order can have."""
    return CancelCommand(
        kind="cancel",
        command_id=cancel_id_for(order["order_id"]),
        account_id=order["account_id"],
        symbol=order["symbol"],
        order_id=order["order_id"],
        accepted_at_ms=at_ms,
    )
