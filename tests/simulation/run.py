"""One run: a venue that is set up, traffic under faults, then quiet, then the invariants."""

from collections import Counter
from dataclasses import dataclass, fields
from functools import cache, partial
from random import Random
from typing import Any, Final

from tests.simulation.bounds import Bounds, come_to_rest
from tests.simulation.bounds import draw as draw_bounds
from tests.simulation.errands import Errand, index, insurance, settled, standing, surface
from tests.simulation.faults import Fault, Plan, Script
from tests.simulation.invariants import LAST_DEPOSIT, Violation, check
from tests.simulation.options import BEGINS_MS, HALF_HOUR, OPTIONS, UNDERLYING, index_before
from tests.simulation.perpetuals import PERPETUALS
from tests.simulation.reading import journal_digest
from tests.simulation.scheduler import Outcome
from tests.simulation.traffic import (
    ACCOUNTS,
    FUNDS,
    MARKETS,
    PARTNER,
    PARTNER_ACCOUNT,
    POOR,
    POOR_FUNDS,
    Clients,
    Heard,
    Traffic,
    http_event,
)
from tests.simulation.world import World
from zerodesk.insurance import FUND
from zerodesk.times import iso_ms

MINUTE_MS: Final = 60_000.0
RINGS: Final = (3, 8)
"""How often the schedules ring while clients are at work: less often than each minute."""

SETTLES_MS: Final = 5_000.0
"""How long before a ring of the clock, in the end, a perpetual gets a mark and is opened."""

CUSHION: Final = "40"
"""Dollars that the insurance fund has in runs of derivatives: too little for a gap alone."""

CALM_MS: Final = tuple(minutes * MINUTE_MS for minutes in (1, 18, 19, 20, 21))
"""When the schedules ring after the last fault: that is the bound of invariant 15. What stalled or
was delayed comes back for up to seventeen minutes."""


@dataclass(frozen=True)
class Summary:
    """What came of a run, in numbers."""

    violations: tuple[Violation, ...]
    digest: str
    lives: int
    errands: int
    answered: int
    faults: dict[int, Fault]
    boundaries: Counter[tuple[str, str]]
    calls: int
    write_units: int

    def count(self, *faults: Fault) -> int:
        """Return how often one of these faults happened."""
        wanted = set(faults)
        return sum(fault in wanted for fault in self.faults.values())


@dataclass(frozen=True)
class Result(Summary):
    """What came of a run, and the world as it was left."""

    world: World
    heard: Heard
    rung_ms: float

    @property
    def summary(self) -> Summary:
        """What may go from one process to another."""
        return Summary(**{one.name: getattr(self, one.name) for one in fields(Summary)})


@cache
def venue(
    symbols: tuple[str, ...] = tuple(MARKETS), account_ids: tuple[str, ...] = ACCOUNTS
) -> World:
    """Return a region with markets and funded accounts, made by the back office."""
    world = World(0, Script())
    world.begin("set-up", lambda: _set_up(world, symbols, account_ids))
    world.scheduler.run()
    world.scheduler.end()
    assert not world.defects, world.defects
    return world


def venue_for(traffic: Traffic) -> World:
    """Return the venue in which traffic can be."""
    if traffic.has_options:
        return venue((*MARKETS, *OPTIONS))
    return venue((*MARKETS, *traffic.comes_to)) if traffic.has_perpetual else venue()


def _set_up(world: World, symbols: tuple[str, ...], account_ids: tuple[str, ...]) -> None:
    for symbol in symbols:
        base, _, quote = symbol.partition("-")
        terms = MARKETS | PERPETUALS | OPTIONS
        fixed = {"min_notional": "1", "max_quantity": "100", "collar_bps": 500}
        fees = {"maker_bps": 2, "taker_bps": 5}
        body = {"symbol": symbol, "base": base, "quote": quote} | fixed | fees | terms[symbol]
        _must(world.ask("back_office", http_event("POST", "/v1/markets", "house", body)))
    for account_id in account_ids:
        body = {"account_id": account_id, "name": account_id.title()}
        _must(world.ask("back_office", http_event("POST", "/v1/accounts", "house", body)))
        funds = POOR_FUNDS if account_id == POOR else FUNDS
        for currency, amount in funds.items():
            event = _deposit(account_id, f"first-{currency}", currency, amount)
            _must(world.ask("back_office", event))
    if PERPETUALS.keys() & set(symbols):
        for account_id in account_ids:
            _must(world.ask("back_office", _event_of(standing(0.0, account_id, "ACTIVE"))))
    if (PERPETUALS.keys() | OPTIONS.keys()) & set(symbols):
        _must(world.ask("back_office", _event_of(insurance("first", 0.0, CUSHION))))
    body, path = {"account_id": PARTNER_ACCOUNT}, {"source": PARTNER}
    bound = http_event("PUT", "/v1/partners/{source}", "house", body, path)
    _must(world.ask("back_office", bound))
    if OPTIONS.keys() & set(symbols):
        _know_the_index(world, account_ids)


def _know_the_index(world: World, account_ids: tuple[str, ...]) -> None:
    """Let half an hour go by before options expire, and all be ready for their last seconds."""
    for account_id in account_ids:
        _must(world.ask("back_office", _event_of(standing(0.0, account_id, "ACTIVE", level=3))))
    for at_ms, price in index_before():
        world.sleep(at_ms - world.now_ms())
        told = index(0.0, UNDERLYING, price, iso_ms(at_ms))
        _must(world.ask("price_source", _event_of(told)))
    published = surface(0.0, iso_ms(HALF_HOUR[-1][0]))
    _must(world.ask("option_quotes", _event_of(published)))
    world.sleep(BEGINS_MS - world.now_ms())


def _deposit(account_id: str, deposit_id: str, currency: str, amount: str) -> dict[str, Any]:
    body = {"deposit_id": deposit_id, "currency": currency, "amount": amount}
    resource, path = "/v1/accounts/{account_id}/deposits", {"account_id": account_id}
    return http_event("POST", resource, "house", body, path)


def _event_of(errand: Errand) -> dict[str, Any]:
    return http_event(errand.method, errand.resource, errand.who, errand.body, errand.path)


def _must(outcome: Outcome) -> None:
    answer, fault = outcome
    assert fault is None, fault
    assert answer["statusCode"] in (200, 201, 202), answer


RUNS_MAX: Final = 20
"""After so many runs of reconciliation every account had its turn, one in each."""


class Schedules:
    """The clock's calls in each region: sweep, reconcile, keep snapshots, mark who holds."""

    def __init__(self, world: World, traffic: Traffic) -> None:
        self._world, self._regions, self._marks = world, traffic.regions, traffic.has_derivatives
        self._marks_options = traffic.has_options
        self.report: dict[str, Any] | None = None
        self.rung_ms = 0.0

    def ring(self) -> None:
        """Call all, in no particular order."""
        self.rung_ms = self._world.now_ms()
        for region in self._regions:
            if self._marks_options:
                self._world.invoke("pricing", {"schedule": "mark-options"}, _nobody, region)
            if self._marks:
                self._world.invoke("risk_monitor", {}, _nobody, region)
            self._world.invoke("sweeper", {}, _nobody, region)
            self._world.invoke("reconciliation", {}, self._reconciled, region)
            self._world.invoke("archivist", {}, _nobody, region)

    def reconcile_all(self) -> None:
        """Reconcile until every account had its turn, as ``zerodesk reconcile`` does."""
        for _ in range(RUNS_MAX):
            if self.report is not None and (self.report["complete"] or self.report["breaches"]):
                return
            self._world.invoke("reconciliation", {}, self._reconciled, self._regions[0])
            self._world.scheduler.run(self._world.now_ms() + MINUTE_MS)

    def _reconciled(self, outcome: Outcome) -> None:
        self.report = outcome[0]


def _nobody(_: Outcome) -> None:
    """Hear an outcome that nobody waits for."""


def simulate(
    seed: int,
    traffic: Traffic,
    plan: Plan,
    *,
    region: World | None = None,
    bounds: Bounds | None = None,
    rings: int | None = None,
    calm_ms: tuple[float, ...] = CALM_MS,
    traced: bool = False,
) -> Result:
    """Run traffic under a plan of faults, let everything come to rest, and check it."""
    # The venue first: to make it, a world of its own is entered.
    region = venue_for(traffic) if region is None else region
    bounds = draw_bounds(seed) if bounds is None else bounds
    world = World(seed, plan, like=region, bounds=bounds, traced=traced)
    clients, schedules = Clients(world), Schedules(world, traffic)
    scheduler = world.scheduler
    try:
        clients.begin(traffic)
        chance = Random(seed)
        for _ in range(chance.randint(*RINGS) if rings is None else rings):
            scheduler.after(chance.uniform(0, traffic.duration_ms + MINUTE_MS), schedules.ring)
        scheduler.run(scheduler.now_ms + traffic.duration_ms + MINUTE_MS)
        plan.active = False
        come_to_rest()
        _calm(world, schedules, clients, traffic, calm_ms)
        _deposit_last(world, LAST_DEPOSIT)
        _look_back(world, clients)
        clients.hear_the_bus(traffic)
        violations = _verdict(world, clients, schedules)
        if not violations and scheduler.waits:
            # What was sent again a day later must change nothing either.
            scheduler.run()
            # A day is long enough for a funding, too, and for what that sets off in its turn.
            _calm(world, schedules, clients, traffic, CALM_MS)
            # Or it was lost before, and is answered now.
            _deposit_last(world, f"{LAST_DEPOSIT}-again")
            violations = _verdict(world, clients, schedules)
        return Result(
            violations=tuple(violations),
            digest=journal_digest(world.dynamodb),
            lives=len(traffic.lives),
            errands=len(traffic.errands),
            answered=len(clients.heard.orders),
            faults=dict(plan.done),
            boundaries=plan.boundaries,
            calls=sum(world.calls.values()),
            write_units=sum(table.write_units for table in world.dynamodb.tables.values()),
            world=world,
            heard=clients.heard,
            rung_ms=schedules.rung_ms,
        )
    finally:
        scheduler.end()


def _calm(
    world: World,
    schedules: Schedules,
    clients: Clients,
    traffic: Traffic,
    moments_ms: tuple[float, ...],
) -> None:
    """Let everything come to rest within the bound.

    A liquidation decides nothing on a stale mark or in a market that is stopped: so the price at
    which a perpetual stays is told, and its market opened, before each ring of the clock.
    """
    for process in world.processes:
        process.skew_ms = 0.0
    for symbol, price in traffic.comes_to.items():
        settle = partial(_settle, world, clients, symbol, f"{price:.4f}")
        # What that makes of the book is settled with the next ring, so there is none with the last.
        for after_ms in moments_ms[:-1]:
            world.begin("operator", settle, after_ms - SETTLES_MS)
    for after_ms in moments_ms:
        world.scheduler.after(after_ms, schedules.ring)
    world.scheduler.run(world.now_ms() + moments_ms[-1] + MINUTE_MS)


def _settle(world: World, clients: Clients, symbol: str, price: str) -> None:
    """Give a perpetual a fresh mark, and let it trade."""
    for errand in settled(symbol, price, iso_ms(int(world.now_ms()))):
        world.sleep(errand.at_ms)
        clients.run(errand)


def _deposit_last(world: World, deposit_id: str) -> None:
    """Let each account have one more record, so that it shows what it keeps for ever.

    One that is not taken although all is calm is a defect of the run, which then tells its seed.
    """

    def deposit() -> None:
        for account_id in sorted(world.dynamodb.tables["orders"].partitions):
            event = _deposit(account_id, deposit_id, "USD", "1")
            if account_id == FUND:
                event = _event_of(insurance(deposit_id, 0.0, "1"))
            answer, fault = world.ask("back_office", event)
            if fault is not None or answer["statusCode"] not in {200, 201}:
                world.defects.append(f"last deposit of {account_id}: {fault or answer}")

    world.begin("last deposits", deposit)
    world.scheduler.run(world.now_ms() + MINUTE_MS)


def _look_back(world: World, clients: Clients) -> None:
    """Let one account, another in each run, see all that happened to it."""
    account_ids = sorted(world.dynamodb.tables["orders"].partitions)
    account_id = account_ids[world.seed % len(account_ids)]
    world.begin("last looks", lambda: clients.look_back(account_id))
    world.scheduler.run(world.now_ms() + MINUTE_MS)


def _verdict(world: World, clients: Clients, schedules: Schedules) -> list[Violation]:
    schedules.reconcile_all()
    found = check(world, clients.heard, schedules.rung_ms)
    report = schedules.report
    if not found and (report is None or not (report["balanced"] and report["complete"])):
        found.append(Violation("reconciliation agrees", str(report)))
    return found
