"""Short stories in which every handler has its part, each to be played with every fault in it.

A saga names the handlers whose boundaries are played in it: what others do there, another saga
plays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from tests.simulation import errands
from tests.simulation.bounds import DEPLOYED, Bounds
from tests.simulation.errands import Errand
from tests.simulation.faults import Fault
from tests.simulation.perpetuals import PERPETUAL, observed
from tests.simulation.regions import AWAY, HOME, REGIONS
from tests.simulation.traffic import PARTNER_ACCOUNT, Life, Traffic


@dataclass(frozen=True, slots=True)
class Saga:
    """What happens, by which bounds, and whose calls may fail in it; None is everybody's.

    ``faults`` go wrong in every play of it, ``symbols`` are the markets that there are.
    """

    name: str
    traffic: Traffic
    handlers: frozenset[str] | None = None
    bounds: Bounds = DEPLOYED
    symbols: tuple[str, ...] = ("BTC-USD",)
    faults: Mapping[int, Fault] = field(default_factory=dict)


def _order(
    number: int,
    at_ms: float,
    who: str,
    side: str,
    quantity: str,
    symbol: str = "BTC-USD",
    price: str = "60000",
) -> Life:
    body = {
        "client_order_id": f"o-{number}",
        "symbol": symbol,
        "side": side,
        "type": "LIMIT",
        "quantity": quantity,
        "price": price,
    }
    return Life(number, at_ms, who, body, tries=2)


def _insisted(errand: Errand) -> Errand:
    return replace(errand, tries=2)


MAKER: Final = replace(_order(0, 0.0, "bob", "SELL", "0.02"), cancel_after_ms=900.0)
TAKER: Final = _order(1, 300.0, "alice", "BUY", "0.01")
FUNDING: Final = _insisted(errands.deposit(0, 100.0, "alice", {"currency": "USD", "amount": "5"}))

TRADING: Final = Saga("trading", Traffic((MAKER, TAKER), (FUNDING,)))
"""A seller rests, a buyer takes half of it, both are settled, the rest is cancelled."""

CROSSING: Final = Saga("crossing", Traffic((MAKER, TAKER)))
"""The same without the deposit."""

_AMOUNT: Final = {"currency": "USD", "amount": "7"}
MONEY: Final = Saga(
    "money",
    Traffic(
        (),
        tuple(
            _insisted(errand)
            for errand in (
                errands.withdrawal(0, 0.0, "alice", _AMOUNT),
                replace(errands.ending(0, 400.0, "alice", "post"), reversed_after_ms=300.0),
                errands.withdrawal(1, 500.0, "bob", _AMOUNT),
                errands.ending(1, 900.0, "bob", "void"),
                errands.withdrawal(2, 1_000.0, "alice", _AMOUNT),
                errands.transfer(0, 1_200.0, "alice", _AMOUNT | {"to_account_id": "bob"}),
            )
        ),
    ),
    frozenset({"funds", "back_office", "sweeper"}),
    replace(DEPLOYED, reserved_ms=60_000),
)
"""One withdrawal is posted and comes back, one is void, one is left alone; and a transfer."""

KEEPING: Final = Saga(
    "keeping",
    Traffic(
        (MAKER, TAKER),
        (
            errands.archivist(1_500.0),
            _insisted(errands.export(1_600.0, "book#BTC-USD")),
            _insisted(errands.export(1_700.0, "account#alice")),
            _insisted(errands.look(1_800.0, "book#BTC-USD", 2)),
            replace(_insisted(errands.archivist(2_600.0)), region=AWAY),
            _insisted(errands.export(2_700.0, "book#BTC-USD")),
        ),
    ),
    frozenset({"archivist", "sweeper"}),
    Bounds(anchor_every=2, snapshot_item_bytes=0, records_per_export=2, fees_wait_ms=0),
)
"""Fees are swept, snapshots kept, streams exported, and somebody looks back."""

MOVING: Final = Saga(
    "moving",
    Traffic(
        (
            _order(0, 0.0, "bob", "SELL", "0.01"),
            _order(1, 200.0, "bob", "SELL", "0.02"),
            _order(2, 600.0, "alice", "BUY", "0.03"),
            _order(3, 900.0, "bob", "SELL", "0.01"),
            replace(_order(4, 1_000.0, "alice", "BUY", "0.01"), region=AWAY),
        ),
        (errands.takeover(603.0, "BTC-USD", AWAY), errands.takeover(1_600.0, "BTC-USD", HOME)),
        REGIONS,
    ),
    frozenset({"matching", "queue"}),
    replace(DEPLOYED, fills_per_record=1),
)
"""A book is taken over in the middle of a taker, orders are sent after it, and it comes back."""

TELLING: Final = Saga(
    "telling",
    Traffic(
        (replace(_order(0, 300.0, PARTNER_ACCOUNT, "BUY", "0.01"), by_partner=True),),
        tuple(
            _insisted(errand)
            for errand in (
                errands.index(0.0, "BTC-USD", "60010", "2025-11-24T16:00:00Z"),
                errands.observation(100.0, "BTC-USD", "60020", "2025-11-24T16:00:01Z"),
                errands.state(900.0, "BTC-USD", "HALTED"),
                errands.state(1_500.0, "BTC-USD", "OPEN"),
                errands.takeover(2_000.0, "BTC-USD", HOME),
            )
        ),
    ),
    frozenset({"price_source", "partner_intake", "back_office", "bus"}),
)
"""Prices come, over HTTP and the bus; a partner's order; a halt and its end."""

MARKING: Final = Saga(
    "marking",
    Traffic(
        (
            _order(0, 300.0, "bob", "SELL", "90", PERPETUAL),
            _order(1, 600.0, "alice", "BUY", "90", PERPETUAL),
        ),
        tuple(
            _insisted(errands.index(at_ms, PERPETUAL, price, observed(at_ms)))
            for at_ms, price in ((0.0, "60000"), (1_500.0, "42000"), (1_900.0, "60000"))
        ),
        comes_to={PERPETUAL: 60_000.0},
    ),
    frozenset({"risk_monitor"}),
    symbols=("BTC-USD", PERPETUAL),
)
"""Two hold a perpetual whose price falls and rises: one is called for margin, and then no more."""


def _fallen_to(price: str) -> tuple[Errand, ...]:
    """Return the marks of a perpetual that falls far while somebody is long of it."""
    marks = ((0.0, "60000"), (1_500.0, price))
    return tuple(_insisted(errands.index(at, PERPETUAL, told, observed(at))) for at, told in marks)


_OPENING: Final = (
    _order(0, 300.0, "bob", "SELL", "90", PERPETUAL),
    _order(1, 600.0, "alice", "BUY", "90", PERPETUAL),
    _order(2, 900.0, "alice", "SELL", "1", PERPETUAL, "61000"),
)

REDUCING: Final = Saga(
    "reducing",
    Traffic(
        (
            *_OPENING,
            _order(3, 2_000.0, "bob", "BUY", "80", PERPETUAL, "34400"),
            _order(4, 2_500.0, "alice", "SELL", "1", PERPETUAL, "34400"),
            replace(_order(5, 6_500.0, "alice", "SELL", "1", PERPETUAL, "34400"), tries=1),
        ),
        _fallen_to("34500"),
        comes_to={PERPETUAL: 34_500.0},
    ),
    frozenset({"liquidation", "risk_monitor"}),
    symbols=("BTC-USD", PERPETUAL),
)
"""Who is long by too much is cleared and sold out in steps, and would trade meanwhile."""

DELEVERAGING: Final = Saga(
    "deleveraging",
    Traffic(
        _OPENING,
        (
            *_fallen_to("25000"),
            _insisted(errands.insurance("more", 100.0, "100000")),
        ),
        comes_to={PERPETUAL: 25_000.0},
    ),
    frozenset({"liquidation"}),
    symbols=("BTC-USD", PERPETUAL),
)
"""Nobody buys what is worth less than nothing: the other side takes it over, and the insurance fund
pays all that it has of what was missing."""

POISONED: Final = Saga(
    "poisoned",
    Traffic(
        (
            _order(0, 0.0, "bob", "SELL", "0.02"),
            _order(1, 300.0, "alice", "BUY", "0.01"),
            _order(2, 310.0, "alice", "BUY", "0.02"),
        )
    ),
)
"""An order that a test has its book stumble over, and one right behind it."""

STRANDED: Final = Saga(
    "stranded",
    Traffic(
        (
            _order(0, 0.0, "bob", "SELL", "0.01"),
            _order(1, 200.0, "bob", "SELL", "0.02"),
            _order(2, 600.0, "alice", "BUY", "0.03"),
        )
    ),
    frozenset({"sweeper"}),
    replace(DEPLOYED, fills_per_record=1),
)
"""A taker whose writer dies between two records, each time that its message comes. For the sweeper
to finish; ``exhaustive.stranded`` finds the deaths."""
