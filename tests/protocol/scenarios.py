"""The scenarios: each a few orders at a point where rules of the protocol are needed.

Alice has dollars, Bob has bitcoins and ether, Poor has too little of each. A record holds one fill
here, so that a taker of two makers is continued.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from tests.protocol.actors import BOUNDS, Actor
from tests.protocol.cloud import Cloud
from tests.protocol.stage import SECOND, SYMBOL, Stage
from tests.simulation import seam
from tests.simulation.regions import AWAY, HOME

LATE_MS: Final = 16 * 60_000.0
"""Longer than a command may be on its way."""

MINUTE_MS: Final = 60_000.0
RICH_MINOR: Final = 10**14
Order = dict[str, Any]


@contextmanager
def installed() -> Iterator[None]:
    """Lead the handlers to the stage, with records that are full after one fill."""
    with seam.installed():
        BOUNDS.apply()
        yield


@dataclass
class Scenario:
    """A beginning, made once and without faults, and who acts from there."""

    name: str
    begin: Callable[[Stage], list[Order]]
    act: Callable[[Stage, list[Order]], list[Actor]]
    reconciled: bool = False
    """Whether reconciliation has to agree at once, before anything is driven on."""

    @property
    def story(self) -> str:
        """What it is about."""
        return " ".join((self.act.__doc__ or "").split())

    @cached_property
    def _begun(self) -> tuple[Cloud, list[Order]]:
        from tests.simulation.run import venue

        world = venue((SYMBOL, SECOND), ("alice", "bob", "poor"))
        BOUNDS.apply()
        stage = _entered(Cloud(world.dynamodb, world.now_ms()))
        orders = self.begin(stage)
        assert not stage.cloud.defects, stage.cloud.defects
        return stage.cloud, orders

    def stage(self) -> Stage:
        """Return the stage as it is at the beginning."""
        begun, _ = self._begun
        return _entered(Cloud(begun.dynamodb, begun.process_now_ms(), begun.queues))

    def cast(self, stage: Stage) -> list[Actor]:
        """Return who acts, in the order in which they would act one after the other."""
        return self.act(stage, self._begun[1])


def _entered(cloud: Cloud) -> Stage:
    seam.enter(cloud)
    return Stage(cloud)


# One order.


def _two_meet(stage: Stage) -> list[Order]:
    maker = stage.order("maker", "bob", "SELL", 1)
    stage.rest(maker)
    return [maker, stage.order("taker", "alice", "BUY", 2)]


def an_order(stage: Stage, orders: list[Order]) -> list[Actor]:
    """An order is started twice, meets a maker, is cancelled, settled by two."""
    _, taker = orders
    return [
        stage.workflow("workflow 1", taker),
        stage.workflow("workflow 2", taker),
        stage.matcher("matching 1", warm=(SYMBOL,)),
        stage.canceller("cancel", taker),
        stage.settler("settlement 1"),
        stage.matcher("matching 2", warm=(SYMBOL,)),
        stage.settler("settlement 2"),
    ]


def _one_comes(stage: Stage) -> list[Order]:
    return [stage.order("early", "alice", "BUY", 2)]


def a_late_repeat(stage: Stage, orders: list[Order]) -> list[Actor]:
    """An order is cancelled and forgotten, and its command comes again after its bound."""
    (order,) = orders
    return [
        stage.workflow("workflow 1", order),
        stage.matcher("matching 1", most=1),
        stage.workflow("workflow 2", order),
        stage.canceller("cancel", order),
        stage.matcher("matching 2", most=1, skew_ms=2 * LATE_MS),
        stage.settler("settlement 1"),
        stage.passing("sixteen minutes", LATE_MS),
        stage.sweeper("sweeper"),
        stage.matcher("matching 3"),
    ]


def _too_dear(stage: Stage) -> list[Order]:
    return [stage.order("dear", "poor", "BUY", 10)]


def a_refusal(stage: Stage, orders: list[Order]) -> list[Actor]:
    """An order that cannot be paid is started three times, and money comes in between."""
    (order,) = orders
    return [
        stage.workflow("workflow 1", order),
        stage.depositor("money", "poor", RICH_MINOR),
        stage.workflow("workflow 2", order),
        stage.depositor("more", "poor", RICH_MINOR),
        stage.workflow("workflow 3", order),
        stage.matcher("matching"),
        stage.settler("settlement"),
    ]


def _at_market(stage: Stage) -> list[Order]:
    maker = stage.order("maker", "bob", "SELL", 1)
    dearer = stage.order("dearer", "bob", "SELL", 1, ticks=61_500)
    stage.rest(maker, dearer)
    return [maker, dearer, stage.order("taker", "alice", "BUY", 2, market=True)]


def a_moving_mark(stage: Stage, orders: list[Order]) -> list[Actor]:
    """A market order is started twice, and the mark moves in between."""
    taker = orders[2]
    return [
        stage.workflow("workflow 1", taker),
        stage.index("mark", SYMBOL, 61_000),
        stage.matcher("matching 1"),
        stage.workflow("workflow 2", taker),
        stage.matcher("matching 2"),
        stage.settler("settlement"),
    ]


# Two books.


def _both_books(stage: Stage) -> list[Order]:
    makers = [
        stage.order("maker 1", "bob", "SELL", 2),
        stage.order("maker 2", "bob", "SELL", 1, SECOND),
    ]
    stage.rest(*makers)
    takers = [
        stage.order("taker 1", "alice", "BUY", 1),
        stage.order("taker 2", "alice", "BUY", 2, SECOND),
    ]
    stage.submit(*takers)
    stage.alone(stage.matcher("set-up"))
    third = stage.order("third", "alice", "BUY", 1)
    stage.submit(third)
    return [*makers, *takers, third, stage.order("fourth", "alice", "SELL", 1, SECOND)]


def two_books(stage: Stage, orders: list[Order]) -> list[Actor]:
    """An account is settled with two books, by two with one of them, while it trades on."""
    return [
        stage.workflow("workflow", orders[5]),
        stage.settler("settlement 1", SYMBOL),
        stage.matcher("matching 1"),
        stage.settler("settlement 2", SYMBOL),
        stage.settler("settlement 3", SECOND),
        stage.depositor("money", "alice", RICH_MINOR),
        stage.matcher("matching 2"),
    ]


def fees_of_two_books(stage: Stage, _: list[Order]) -> list[Actor]:
    """The fees of two books are swept to one house, those of one by two, while it trades on."""
    return [
        stage.collector("sweep 1", SYMBOL),
        stage.matcher("matching"),
        stage.collector("sweep 2", SYMBOL),
        stage.collector("sweep 3", SECOND),
        stage.settler("settlement", SYMBOL),
    ]


# Continuation.


def _long_taker(stage: Stage) -> list[Order]:
    makers = [
        stage.order("maker 1", "bob", "SELL", 1),
        stage.order("maker 2", "bob", "SELL", 1),
        stage.order("maker 3", "poor", "SELL", 1),
    ]
    stage.rest(*makers)
    taker = stage.order("taker", "alice", "BUY", 4)
    stage.submit(taker)
    stage.alone(stage.canceller("set-up", makers[2]))
    return [*makers, taker]


def a_long_taker(stage: Stage, _: list[Order]) -> list[Actor]:
    """A taker needs several records, which two write; behind it waits a cancel of a maker."""
    return [
        stage.matcher("matching 1", warm=(SYMBOL,)),
        stage.settler("settlement 1"),
        stage.matcher("matching 2", warm=(SYMBOL,)),
        stage.settler("settlement 2"),
    ]


def a_long_taker_moves(stage: Stage, _: list[Order]) -> list[Actor]:
    """A taker needs several records, and another region takes the book over between any two."""
    stage.take_over(AWAY)
    return [
        stage.matcher("here", HOME, warm=(SYMBOL,)),
        stage.matcher("there", AWAY),
        stage.settler("settlement"),
        stage.matcher("here again", HOME, warm=(SYMBOL,)),
    ]


# Two regions.


def _on_its_way(stage: Stage) -> list[Order]:
    maker = stage.order("maker", "bob", "SELL", 1)
    stage.rest(maker)
    taker = stage.order("taker", "alice", "BUY", 2)
    stage.submit(taker)
    return [maker, taker]


def a_takeover(stage: Stage, orders: list[Order]) -> list[Actor]:
    """A region takes a book over while its home is at work, and a zombie there wakes up late."""
    stage.take_over(AWAY)
    return [
        stage.matcher("here", HOME, warm=(SYMBOL,)),
        stage.matcher("there", AWAY, warm=(SYMBOL,)),
        stage.canceller("cancel", orders[1]),
        stage.matcher("zombie", HOME, warm=(SYMBOL,)),
        stage.settler("settlement", SYMBOL, AWAY),
        stage.matcher("there again", AWAY),
    ]


def there_and_back(stage: Stage, orders: list[Order]) -> list[Actor]:
    """A book is taken over and taken back, and what was told late takes nothing back."""
    stage.take_over(AWAY)
    stage.take_over(HOME, from_epoch=2)
    stage.take_over(AWAY)
    return [
        stage.matcher("there", AWAY, warm=(SYMBOL,), most=1),
        stage.matcher("here", HOME, warm=(SYMBOL,)),
        stage.canceller("cancel", orders[1], AWAY),
        stage.matcher("there again", AWAY, warm=(SYMBOL,)),
        stage.matcher("here again", HOME),
        stage.settler("settlement"),
    ]


# An amend.


def _bid_and_ask(stage: Stage) -> list[Order]:
    bid = stage.order("bid", "alice", "BUY", 6, ticks=63_000)
    stage.rest(bid)
    ask = stage.order("ask", "bob", "SELL", 3, ticks=63_000)
    stage.submit(ask)
    return [bid, ask]


def an_amend(stage: Stage, orders: list[Order]) -> list[Actor]:
    """More of an order at a lower price, checked before or after half of it is filled: what it
    needs may then be more than is held for it. Its workflow runs twice.
    """
    amend = stage.amend("amend", orders[0], price_ticks=57_000, quantity_lots=7)
    return [
        stage.workflow("amend", amend),
        stage.matcher("matching"),
        stage.settler("settlement"),
        stage.workflow("amend again", amend),
        stage.matcher("matching again"),
    ]


def _bid(stage: Stage) -> list[Order]:
    bid = stage.order("bid", "alice", "BUY", 2, ticks=59_000)
    stage.rest(bid)
    return [bid]


def an_amend_and_the_mark(stage: Stage, orders: list[Order]) -> list[Actor]:
    """Another price, at which less is held, and the mark leaves it outside the collar: one run of
    its workflow finds it priced, the other refused, and the book takes the one that comes first.
    """
    amend = stage.amend("amend", orders[0], price_ticks=58_500)
    return [
        stage.workflow("amend", amend),
        stage.index("index", SYMBOL, 66_000),
        stage.matcher("matching", warm=(SYMBOL,)),
        stage.workflow("amend again", amend),
        stage.canceller("cancel", orders[0]),
        stage.matcher("matching again", warm=(SYMBOL,)),
        stage.settler("settlement"),
    ]


# A cancel of many.


def _rests_and_comes(stage: Stage) -> list[Order]:
    rests = stage.order("rests", "alice", "BUY", 2)
    stage.rest(rests, stage.order("other", "alice", "BUY", 1, SECOND))
    return [rests, stage.order("comes", "alice", "BUY", 1), stage.order("later", "alice", "BUY", 1)]


def a_mass_cancel(stage: Stage, orders: list[Order]) -> list[Actor]:
    """An account cancels all: what rests in two books, what is on its way, and not what is held
    later. The sweeper comes by.
    """
    _, comes, later = orders
    return [
        stage.workflow("on its way", comes),
        stage.mass_canceller("cancel", "alice"),
        stage.workflow("later", later),
        stage.matcher("matching 1", warm=(SYMBOL,)),
        stage.settler("settlement"),
        stage.matcher("matching 2"),
        stage.sweeper("sweeper", behind_ms=2 * MINUTE_MS),
    ]


# One triggers the other.


def _leading(stage: Stage) -> list[Order]:
    group = stage.group("group", "alice", "BUY", 2, then_ticks=61_000)
    stage.rest(group)
    seller = stage.order("seller", "bob", "SELL", 2)
    return [group, seller, stage.order("buyer", "bob", "BUY", 1, ticks=61_000)]


def a_group(stage: Stage, orders: list[Order]) -> list[Actor]:
    """An order is filled that another one follows, which comes in and trades. All that the account
    held is cancelled before, in between or behind it, and the account knows of nothing yet.
    """
    _, seller, buyer = orders
    return [
        stage.workflow("seller", seller),
        stage.matcher("matching 1", warm=(SYMBOL,), most=1),
        stage.mass_canceller("cancel", "alice"),
        stage.workflow("buyer", buyer),
        stage.matcher("matching 2", warm=(SYMBOL,)),
        stage.settler("settlement"),
        stage.sweeper("sweeper", behind_ms=2 * MINUTE_MS),
    ]


def a_group_moves(stage: Stage, orders: list[Order]) -> list[Actor]:
    """A group's book is taken over between the record that fills the first order and the one in
    which the other comes in, or the cancel of that one comes there.
    """
    group, seller, _ = orders
    stage.submit(seller)
    stage.take_over(AWAY)
    return [
        stage.matcher("here", HOME, warm=(SYMBOL,), most=1),
        stage.matcher("there", AWAY),
        stage.canceller("cancel", group["then"], AWAY),
        stage.settler("settlement"),
        stage.matcher("here again", HOME, warm=(SYMBOL,)),
        stage.matcher("there again", AWAY, warm=(SYMBOL,)),
    ]


# A stop.


def _armed(stage: Stage) -> list[Order]:
    makers = [
        stage.order("maker 1", "bob", "SELL", 1),
        stage.order("maker 2", "bob", "SELL", 1, ticks=60_100),
        stage.order("maker 3", "bob", "SELL", 1, ticks=60_200),
    ]
    terms = {"trigger": "STOP", "trigger_ticks": 60_000}
    stop = stage.order("stop", "alice", "BUY", 3, ticks=60_200, terms=terms)
    stage.rest(*makers, stop)
    return [*makers, stop, stage.order("taker", "alice", "BUY", 1)]


def a_stop(stage: Stage, orders: list[Order]) -> list[Actor]:
    """A trade lets a stop in, which needs records of its own. Two write, and its cancel comes
    before it, in between or behind it.
    """
    *_, stop, taker = orders
    return [
        stage.workflow("taker", taker),
        stage.matcher("matching 1", warm=(SYMBOL,)),
        stage.canceller("cancel", stop),
        stage.settler("settlement 1"),
        stage.matcher("matching 2", warm=(SYMBOL,)),
        stage.settler("settlement 2"),
    ]


def a_stop_moves(stage: Stage, orders: list[Order]) -> list[Actor]:
    """A stop's book is taken over before the trade that lets it in, or between its records."""
    stage.submit(orders[-1])
    stage.take_over(AWAY)
    return [
        stage.matcher("here", HOME, warm=(SYMBOL,)),
        stage.matcher("there", AWAY, warm=(SYMBOL,)),
        stage.settler("settlement"),
        stage.matcher("here again", HOME, warm=(SYMBOL,)),
        stage.matcher("there again", AWAY),
    ]


# A pair.


def _paired(stage: Stage) -> list[Order]:
    makers = [
        stage.order("maker 1", "bob", "SELL", 1),
        stage.order("maker 2", "bob", "SELL", 1, ticks=60_100),
        stage.order("maker 3", "bob", "SELL", 1, ticks=60_200),
        stage.order("bid", "alice", "BUY", 1, ticks=58_900),
    ]
    beside = {"stop_ticks": 60_000, "stop_limit_ticks": 60_200, "stop_rests": True}
    pair = stage.order("pair", "alice", "BUY", 2, ticks=59_000, terms=beside)
    stage.rest(*makers, pair)
    seller = stage.order("seller", "bob", "SELL", 3, ticks=58_900)
    return [*makers, pair, seller, stage.order("buyer", "alice", "BUY", 1)]


def a_pair(stage: Stage, orders: list[Order]) -> list[Actor]:
    """A seller fills the limit of a pair and needs more records, a buyer trades at its stop, which
    needs records of its own. Whoever comes first ends the other way; a cancel would end both.
    """
    *_, pair, seller, buyer = orders
    return [
        stage.workflow("seller", seller),
        stage.matcher("matching 1", warm=(SYMBOL,), most=1),
        stage.workflow("buyer", buyer),
        stage.canceller("cancel", pair),
        stage.matcher("matching 2", warm=(SYMBOL,)),
        stage.settler("settlement"),
    ]


def a_pair_moves(stage: Stage, orders: list[Order]) -> list[Actor]:
    """A pair's book is taken over between the records of who fills its limit, before a trade at its
    stop or its cancel comes, or behind them.
    """
    *_, pair, seller, buyer = orders
    stage.submit(seller)
    stage.take_over(AWAY)
    stage.submit(buyer)
    return [
        stage.matcher("here", HOME, warm=(SYMBOL,), most=1),
        stage.matcher("there", AWAY),
        stage.canceller("cancel", pair, AWAY),
        stage.settler("settlement"),
        stage.matcher("here again", HOME, warm=(SYMBOL,)),
        stage.matcher("there again", AWAY, warm=(SYMBOL,)),
    ]


# Not here: ends of orders, auctions, perpetuals with their liquidations, which the simulation has.
# Each of these comes with a scenario of its own, and with the rules of ``rules`` that it needs.
SCENARIOS: Final = (
    Scenario("order", _two_meet, an_order),
    Scenario("late", _one_comes, a_late_repeat),
    Scenario("refusal", _too_dear, a_refusal),
    Scenario("mark", _at_market, a_moving_mark),
    Scenario("books", _both_books, two_books, reconciled=True),
    Scenario("fees", _both_books, fees_of_two_books),
    Scenario("taker", _long_taker, a_long_taker),
    Scenario("taker-moves", _long_taker, a_long_taker_moves),
    Scenario("takeover", _on_its_way, a_takeover),
    Scenario("back", _on_its_way, there_and_back),
    Scenario("amend", _bid_and_ask, an_amend),
    Scenario("amend-mark", _bid, an_amend_and_the_mark),
    Scenario("mass-cancel", _rests_and_comes, a_mass_cancel),
    Scenario("group", _leading, a_group),
    Scenario("group-moves", _leading, a_group_moves),
    Scenario("stop", _armed, a_stop),
    Scenario("stop-moves", _armed, a_stop_moves),
    Scenario("pair", _paired, a_pair),
    Scenario("pair-moves", _paired, a_pair_moves),
)
