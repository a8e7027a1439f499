"""What clients want: lives of orders, and errands; drawn from a seed before anything runs."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from random import Random
from typing import Any, Final

from tests.simulation import errands
from tests.simulation.damage import damage
from tests.simulation.errands import Errand, Pace
from tests.simulation.options import (
    BEGINS_MS,
    BOUGHT,
    CALL,
    PUT,
    STRIKES,
    UNDERLYING,
    WRITTEN,
    WRITTEN_EACH_MS,
    in_waves,
    index_of,
    is_option,
    lasts_ms,
    level_of,
    trades_options,
)
from tests.simulation.perpetuals import PERPETUAL, SECOND, Path, crashes, paths_of, source
from tests.simulation.regions import AWAY, HOME, REGIONS
from tests.simulation.world import START_MS, World
from zerodesk.orders import SelfTrade, Trigger, amend_id_for, following_id_for, order_id_for
from zerodesk.times import iso_ms

POOR: Final = "poor"
ACCOUNTS: Final = ("alice", "bob", "carol", "dan", "erin", POOR)
MARKETS: Final[dict[str, dict[str, Any]]] = {
    "BTC-USD": {"tick_size": "1", "lot_size": "0.01", "reference_price": "60000"},
    "ETH-USD": {"tick_size": "0.01", "lot_size": "0.0001", "reference_price": "3000.37"},
}
"""ETH-USD trades at odd prices in odd lots, so that fees are no whole minor units."""

FUNDS: Final = {"USD": "3000000", "BTC": "40", "ETH": "800"}
POOR_FUNDS: Final = {"USD": "2500", "BTC": "0.05", "ETH": "1"}
PRICES: Final = {"BTC-USD": (1.0, 60_000.0), "ETH-USD": (0.5, 3_000.37)}
"""What the prices of a market differ by, and around what."""

TRIES_MAX: Final = 4
NIGHT_MS: Final = 16 * 60 * 1000.0
"""In some runs nobody trades for a while: longer than a book remembers commands."""

NIGHTS: Final = 600
PERPETUAL_SHARES: Final = {PERPETUAL: 0.6, SECOND: 0.35}
"""How many orders are of a perpetual, in runs that trade it; those of both are of the second."""

DEBTS: Final = {PERPETUAL: (16, 24, 36), SECOND: (16, 24, 40)}
"""How many lots somebody has of it who has borrowed to the brim."""

AWAY_SHARE: Final = 0.35
"""In how many runs two regions take orders, and how many of them the one that is away."""

PARTNER: Final = "partner.acme"
PARTNER_ACCOUNT: Final = "alice"
PARTNER_SHARE: Final = 0.15
"""How many orders of that account come from a partner, over the bus."""

TERMS_SHARE: Final = 0.5
"""In how many runs some orders have terms that most have not."""

TRIGGERS_SHARE: Final = 0.5
"""In how many runs some orders wait for their trigger, or end at a time."""
AMOUNTS_SHARE: Final = 0.4
"""In how many runs some market orders name an amount in place of a quantity."""

PAIRS_SHARE: Final = 0.4
"""In how many runs some limits have a stop beside them."""

GROUPS_SHARE: Final = 0.5
"""In how many runs some orders lead another one, which follows them."""

AMENDS_SHARE: Final = 0.6
"""In how many runs some orders are amended while they rest."""

GATEWAY_TIMEOUT_MS: Final = 29_000


OPTIONS_LACK: Final = {"triggers": "stop", "amounts": "amount", "pairs": "pair"}
"""Changes of lives that no order of an option takes, and what an order is called that has them."""

AMOUNT_LACKS: Final = ("quantity", "self_trade")
"""What an order has not that names an amount, in these runs."""


@dataclass(frozen=True, slots=True)
class Life:
    """One order: who wants what when, how often it is asked for, and when it is cancelled."""

    number: int
    at_ms: float
    account_id: str
    body: dict[str, Any]
    tries: int
    repeat_after_ms: float | None = None
    other_after_ms: float | None = None
    cancel_after_ms: float | None = None
    amend_after_ms: float | None = None
    changes: dict[str, str] = field(default_factory=dict)
    region: str = HOME
    by_partner: bool = False
    lots: int = 1
    cancels_following: bool = False
    """Whether it cancels what follows its order in place of that itself."""
    level: float | None = None
    """The price around which its market trades by then, where that is not as in all runs."""
    begins_ms: int = START_MS
    """When its run begins."""

    @property
    def order_id(self) -> str:
        """The order's id."""
        return _order_id_for(self.account_id, self.body["client_order_id"])

    @property
    def following_id(self) -> str:
        """The id of the order that follows it."""
        return following_id_for(self.account_id, self.body["client_order_id"])

    @property
    def amend_id(self) -> str:
        """The id of its one amend."""
        return amend_id_for(self.account_id, self.body["client_order_id"])


_order_id_for: Final = lru_cache(maxsize=1_024)(order_id_for)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a client was answered."""

    at_ms: float
    status: int
    json: dict[str, Any]


@dataclass(slots=True)
class Heard:
    """All that clients were answered, by what they asked."""

    orders: list[tuple[Life, Answered]] = field(default_factory=list)
    cancels: list[tuple[Life, Answered]] = field(default_factory=list)
    amends: list[tuple[Life, Answered]] = field(default_factory=list)
    partners: list[tuple[Life, Answered]] = field(default_factory=list)
    errands: list[tuple[Errand, Answered]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Traffic:
    """All that clients want in one run."""

    lives: tuple[Life, ...]
    errands: tuple[Errand, ...] = ()
    regions: tuple[str, ...] = (HOME,)
    has_options: bool = False
    comes_to: dict[str, float] = field(default_factory=dict)
    """The prices at which the perpetuals stay when all is over."""

    @property
    def has_perpetual(self) -> bool:
        """Whether perpetuals are traded."""
        return bool(self.comes_to)

    @property
    def has_derivatives(self) -> bool:
        """Whether there is something to be margined, and to be marked."""
        return self.has_perpetual or self.has_options

    @property
    def duration_ms(self) -> float:
        """When the last one begins."""
        begins_ms = [life.at_ms for life in self.lives] + [one.at_ms for one in self.errands]
        return max(begins_ms, default=0.0)

    def first(self, lives: int) -> "Traffic":
        """Return the traffic with so many lives only."""
        return replace(self, lives=self.lives[:lives])


def draw(seed: int, lives: int) -> Traffic:
    """Return the traffic of a seed: the first lives are the same however many are wanted."""
    chance = Random(seed)
    pace_ms = chance.choice((4.0, 20.0, 80.0, 300.0))
    night = chance.randint(1, NIGHTS)
    found: list[Life] = []
    at_ms = 0.0
    for number in range(lives):
        at_ms += chance.expovariate(1 / pace_ms)
        if chance.random() < 0.01:
            at_ms += chance.uniform(1_000, 20_000)
        if number == night:
            at_ms += NIGHT_MS
        found.append(_life(chance, number, at_ms))
    # Another source: what the lives are does not hang on what else is wanted.
    chance = Random(f"places {seed}")
    regions = REGIONS if chance.random() < AWAY_SHARE else (HOME,)
    placed = tuple(_placed(chance, life, regions) for life in found)
    paths = paths_of(seed, at_ms)
    has_options = not paths and trades_options(seed)
    index = index_of(seed) if has_options else None
    if index is not None:
        placed = tuple(_of_options(seed, placed, index))
        at_ms = placed[-1].at_ms
    placed = tuple(_of_perpetuals(seed, placed, paths))
    placed = _changed(seed, placed)
    first = len(placed) // 20
    if index is not None and index.gap:
        written = tuple(_written(seed, placed, index))
        placed = (*written, *placed[len(written) :])
    for symbol, path in paths.items() if crashes(seed) else ():
        owing = _indebted(seed, placed[first : first + 2], symbol, path)
        placed = (*placed[:first], *owing, *placed[first + 2 :])
        first += 2
    pace = Pace(lives, at_ms, ACCOUNTS, regions, paths, index)
    comes_to = {symbol: path.at(at_ms) for symbol, path in paths.items()}
    asked = errands.draw(seed, pace)
    return Traffic(placed, asked, regions, has_options, comes_to)


def _placed(chance: Random, life: Life, regions: tuple[str, ...]) -> Life:
    """Return a life in one of the regions, perhaps on behalf of a partner."""
    in_region, by_partner = chance.random(), chance.random()
    region = AWAY if AWAY in regions and in_region < AWAY_SHARE else HOME
    mine = life.account_id == PARTNER_ACCOUNT and by_partner < PARTNER_SHARE
    return replace(life, region=region, by_partner=mine)


def _of_perpetuals(seed: int, lives: Sequence[Life], paths: Mapping[str, Path]) -> Iterator[Life]:
    """Yield lives of a run, some of which trade one of its perpetuals."""
    chances = {symbol: Random(f"{source(symbol)}perpetual lives {seed}") for symbol in paths}
    for life in lives:
        drawn = life
        for symbol, path in paths.items():
            traded = _of_perpetual(chances[symbol], life, symbol, path)
            drawn = drawn if traded is life else traded
        yield drawn


def _of_perpetual(chance: Random, life: Life, symbol: str, path: Path) -> Life:
    """Return a life that trades a perpetual, along its path, or one that does not.

    Some orders only reduce. Whoever has little mostly bets against the path, up to the margin's
    last unit, and closes behind a gap.
    """
    is_other, reduces = chance.random() > PERPETUAL_SHARES[symbol], chance.random() < 0.25
    loses = chance.random() < 0.7
    if is_other:
        return life
    level = float(round(path.at(life.at_ms)))
    lots = chance.choice((1, 2, 5, 9, 14, 20))
    body = life.body | {"symbol": symbol, "quantity": _amount(symbol, lots)}
    falls = path.falls(life.at_ms)
    if loses and life.account_id == POOR:
        body["side"] = "BUY" if falls else "SELL"
        reduces = bool(path.gap) and not falls
    if reduces:
        body["reduce_only"] = True
    return _about(level, replace(life, body=body, lots=lots), life)


def _changed(seed: int, lives: tuple[Life, ...]) -> tuple[Life, ...]:
    """Return lives with the terms that some runs have, of options those that they do not lack."""
    for name, share, changed in CHANGES:
        chance = Random(f"{name} {seed}")
        if chance.random() < share:
            lives = tuple(
                life
                if name in OPTIONS_LACK and is_option(life.body["symbol"])
                else changed(chance, life)
                for life in lives
            )
    return lives


def _of_options(seed: int, lives: Sequence[Life], index: Path) -> Iterator[Life]:
    """Yield lives of a run that trades options: in waves, until they expire or a while longer."""
    chance, lasting_ms = Random(f"option lives {seed}"), lasts_ms(seed)
    for number, life in enumerate(lives):
        at_ms = lasting_ms * in_waves(number / len(lives))
        timed = replace(life, at_ms=at_ms, begins_ms=BEGINS_MS)
        yield _of_option(chance, timed, index.at(at_ms))


def _of_option(chance: Random, life: Life, index: float) -> Life:
    """Return a life that trades an option, or one that does not, each about the index.

    Some orders only reduce. Whoever has little writes, up to the margin's last unit.
    """
    is_other, reduces = chance.random() > 0.6, chance.random() < 0.15
    symbol, lots = chance.choice(list(STRIKES)), chance.choice((1, 2, 5, 9, 14, 20))
    writes = chance.random() < 0.6
    if is_other:
        is_underlying = life.body["symbol"] == UNDERLYING
        return _about(float(round(index)), life, life) if is_underlying else life
    body = life.body | {"symbol": symbol, "quantity": _amount(symbol, lots)}
    if writes and life.account_id == POOR:
        body["side"] = "SELL"
    if reduces:
        body["reduce_only"] = True
    return _about(level_of(symbol, index), replace(life, body=body, lots=lots), life)


def _written(seed: int, lives: tuple[Life, ...], index: Path) -> Iterator[Life]:
    """Yield lives by which whoever has little writes what a jump makes dear, to another.

    In some runs it buys some of the other option, too.
    """
    chance = Random(f"written {seed}")
    other, written = chance.choice(ACCOUNTS[:-1]), chance.choice(WRITTEN)
    bought = chance.choice(BOUGHT)
    dearer, cheaper = (PUT, CALL) if index.gap > 0 else (CALL, PUT)
    level, away = round(level_of(dearer, index.at(0.0))), chance.randint(-2, 2)
    sells, buys = (("BUY", other), ("SELL", POOR)), (("SELL", other), ("BUY", POOR))
    asked = [(dearer, lots, level + away, sells) for lots in written]
    if bought:
        asked.append((cheaper, bought, round(level_of(cheaper, index.at(0.0))), buys))
    for number, (symbol, lots, price, sides) in enumerate(asked):
        at_ms = float(number * WRITTEN_EACH_MS)
        pair = (replace(one, at_ms=at_ms) for one in lives[2 * number : 2 * number + 2])
        yield from _met(pair, symbol, lots, price, sides)


def _indebted(seed: int, lives: tuple[Life, ...], symbol: str, path: Path) -> Iterator[Life]:
    """Yield lives by which whoever has little buys as much as its margin bears, of another."""
    chance = Random(f"{source(symbol)}debt {seed}")
    lots, other = chance.choice(DEBTS[symbol]), chance.choice(ACCOUNTS[:-1])
    level = round(path.at(lives[0].at_ms)) + chance.randint(-2, 2)
    return _met(lives, symbol, lots, level, (("SELL", other), ("BUY", POOR)))


def _met(
    lives: Iterable[Life], symbol: str, lots: int, level: int, sides: tuple[tuple[str, str], ...]
) -> Iterator[Life]:
    """Yield lives in place of others by which accounts trade with each other, each on its side."""
    for life, (side, account_id) in zip(lives, sides, strict=False):
        body = {
            "client_order_id": life.body["client_order_id"],
            "symbol": symbol,
            "side": side,
            "type": "LIMIT",
            "time_in_force": "GTC",
            "quantity": _amount(symbol, lots),
            "price": str(level),
        }
        yield Life(life.number, life.at_ms, account_id, body, TRIES_MAX, lots=lots)


def _waiting(chance: Random, life: Life) -> Life:
    """Return a life that waits for its trigger, or one that does not."""
    waits, kind, away = chance.random(), chance.choice(list(Trigger)), chance.randint(-3, 3)
    if waits > 0.3:
        return life
    tick, reference = _prices(life)
    trigger: dict[str, Any] = {
        "trigger": kind.value,
        "trigger_price": f"{reference + away * tick:.2f}",
    }
    if kind is Trigger.STOP and chance.random() < 0.3:
        trigger |= chance.choice(({"trail": f"{tick:.2f}"}, {"trail_bps": 1}))
    return replace(life, body=life.body | trigger)


def _ending(chance: Random, life: Life) -> Life:
    """Return a life that ends at a time, perhaps before it is over, or one that does not."""
    ends, after_ms = chance.random(), chance.choice((500, 5_000, 60_000))
    if ends > 0.2 or life.body.get("time_in_force") != "GTC":
        return life
    if ends < 0.02:
        return replace(life, body=life.body | {"time_in_force": "DAY"})
    end = {
        "time_in_force": "GTD",
        "expires_at": iso_ms(life.begins_ms + int(life.at_ms) + after_ms),
    }
    return replace(life, body=life.body | end)


def _about(level: float, moved: Life, life: Life) -> Life:
    """Return a life that was moved to another market, as far from its level as it was before.

    What has changed its side is as far on the other.
    """
    body = dict(moved.body)
    if "price" in body:
        tick, reference = _prices(life)
        away = round((float(body["price"]) - reference) / tick)
        sign = 1 if body["side"] == life.body["side"] else -1
        body["price"] = f"{level + sign * away:.2f}"
    return replace(moved, body=body, level=level)


def _is_derivative(symbol: str) -> bool:
    return is_option(symbol) or symbol in PERPETUAL_SHARES


def _prices(life: Life) -> tuple[float, float]:
    """Return what the prices of an order's market differ by, and around what."""
    if life.level is not None:
        return 1.0, life.level
    return PRICES[life.body["symbol"]]


def _life(chance: Random, number: int, at_ms: float) -> Life:
    symbol = "BTC-USD" if chance.random() < 0.7 else "ETH-USD"
    account_id = chance.choice((*ACCOUNTS, POOR))
    tick, reference = PRICES[symbol]
    lots = chance.choice((1, 1, 1, 2, 3, 8, 20))
    body: dict[str, Any] = {
        "client_order_id": f"o-{number}",
        "symbol": symbol,
        "side": chance.choice(("BUY", "SELL")),
        "type": "LIMIT",
        "quantity": _amount(symbol, lots),
    }
    if chance.random() < 0.15:
        body["type"] = "MARKET"
    else:
        sign = 1 if body["side"] == "SELL" else -1
        away = chance.choice((-3, -2, -1, 0, 1, 2, 3, 6))
        if chance.random() < 0.02:
            away = 20_000
        body["price"] = f"{reference + sign * away * tick:.2f}"
        body["time_in_force"] = chance.choice(("GTC", "GTC", "GTC", "GTC", "IOC", "FOK"))
        if body["time_in_force"] == "GTC" and chance.random() < 0.15:
            body["post_only"] = True
    return Life(
        number,
        at_ms,
        account_id,
        body,
        lots=lots,
        tries=chance.randint(1, TRIES_MAX),
        repeat_after_ms=errands.sometimes(chance, 0.08, 30_000),
        other_after_ms=errands.sometimes(chance, 0.03, 5_000),
        cancel_after_ms=errands.sometimes(chance, 0.45, chance.choice((15, 3_000, 3_000))),
    )


def _of_an_amount(chance: Random, life: Life) -> Life:
    """Return a life whose order spends or sells for about what its lots are worth, or as it is."""
    wanted, share = chance.random() < 0.7, chance.choice((0.3, 0.99, 1.0, 1.01, 3.7))
    by_lots = {"min_quantity", "trigger"} & life.body.keys()
    if not wanted or life.body["type"] != "MARKET" or by_lots:
        return life
    _, reference = _prices(life)
    body = {name: term for name, term in life.body.items() if name not in AMOUNT_LACKS}
    worth = float(life.body["quantity"]) * reference * share
    return replace(life, body=body | {"quote_amount": f"{worth:.2f}"})


def _paired(chance: Random, life: Life) -> Life:
    """Return a life whose limit has a stop beside it, or as it is."""
    wanted, away, further = chance.random() < 0.3, chance.randint(1, 5), chance.randint(0, 2)
    body = life.body
    alone = {"trigger", "display_quantity", "slides"} & body.keys()
    if not wanted or alone or body.get("time_in_force") not in {"GTC", "GTD", "DAY"}:
        return life
    tick, _ = _prices(life)
    sign = 1 if body["side"] == "BUY" else -1
    stop = float(body["price"]) + sign * away * tick
    pair = {"stop_price": f"{stop:.2f}"}
    if chance.random() < 0.5:
        pair["stop_limit_price"] = f"{stop + sign * further * tick:.2f}"
    return replace(life, body=body | pair)


def _leading(chance: Random, life: Life) -> Life:
    """Return a life whose order leads another one, or as it is.

    Mostly that sells what the first bought, or the other way: at a limit, at the market, at a stop,
    or as a pair.
    """
    wanted, same_side, cancels = chance.random(), chance.random(), chance.random()
    kind, away = chance.choice(("limit", "market", "stop", "pair")), chance.randint(-1, 4)
    lots = chance.choice((life.lots, life.lots, life.lots, 1, 2 * life.lots))
    body = life.body
    if wanted > 0.4 or {"trigger", "stop_price", "quote_amount"} & body.keys():
        return life
    tick, reference = _prices(life)
    side = body["side"] if same_side < 0.15 else {"BUY": "SELL", "SELL": "BUY"}[body["side"]]
    sign = 1 if side == "SELL" else -1
    then: dict[str, Any] = {"side": side, "type": "LIMIT", "quantity": _quantity(life, lots)}
    then["price"] = f"{reference + sign * away * tick:.2f}"
    if kind in OPTIONS_LACK.values() and is_option(body["symbol"]):
        kind = "limit"
    if kind == "market":
        then["type"] = "MARKET"
        del then["price"]
    if kind == "stop":
        then |= {"trigger": "STOP", "trigger_price": f"{reference - sign * tick:.2f}"}
    if kind == "pair":
        then["stop_price"] = f"{reference + sign * (away - 2) * tick:.2f}"
    if "reduce_only" in body or _is_derivative(body["symbol"]):
        then["reduce_only"] = True
    return replace(life, body=body | {"then": then}, cancels_following=cancels < 0.3)


def _amended(chance: Random, life: Life) -> Life:
    """Return a life whose order may be amended: to less or more of it, dearer or cheaper."""
    if life.body.get("time_in_force") != "GTC" or chance.random() < 0.5:
        return life
    changes: dict[str, str] = {}
    if chance.random() < 0.7:
        changes["quantity"] = _quantity(life, chance.choice((1, 1, 2, 3, 5, 9)))
    if not changes or chance.random() < 0.5:
        tick, _ = _prices(life)
        changes["price"] = f"{float(life.body['price']) + chance.choice((-2, -1, 1, 2)) * tick:.2f}"
    after_ms = chance.choice((15.0, 400.0, 3_000.0)) * chance.uniform(0.5, 1.5)
    return replace(life, amend_after_ms=after_ms, changes=changes)


def _terms(chance: Random, life: Life) -> dict[str, Any]:
    """Return terms that most orders have not, such as make sense for this one."""
    terms: dict[str, Any] = {}
    if chance.random() < 0.4:
        terms["self_trade"] = chance.choice([mode.value for mode in SelfTrade])
    lots, shown, least = life.lots, chance.randint(1, 7), chance.randint(1, 3)
    in_force = life.body.get("time_in_force", "IOC")
    shows = "reduce_only" not in life.body
    if in_force == "GTC" and shown < lots and shows and chance.random() < 0.5:
        terms["display_quantity"] = _quantity(life, shown)
    if in_force == "IOC" and least <= lots and chance.random() < 0.5:
        terms["min_quantity"] = _quantity(life, least)
    if life.body.get("post_only"):
        terms["slides"] = chance.random() < 0.5
    return terms


def _quantity(life: Life, lots: int) -> str:
    return _amount(life.body["symbol"], lots)


def _amount(symbol: str, lots: int) -> str:
    if symbol.startswith("ETH"):
        return f"{lots // 10}.{lots % 10}" + ("007" if symbol == "ETH-USD" else "")
    return f"0.{lots:02d}"


def _with_terms(chance: Random, life: Life) -> Life:
    return replace(life, body=life.body | _terms(chance, life))


def _waiting_or_ending(chance: Random, life: Life) -> Life:
    return _ending(chance, _waiting(chance, life))


CHANGES: Final = (
    ("terms", TERMS_SHARE, _with_terms),
    ("triggers", TRIGGERS_SHARE, _waiting_or_ending),
    ("amounts", AMOUNTS_SHARE, _of_an_amount),
    ("pairs", PAIRS_SHARE, _paired),
    ("groups", GROUPS_SHARE, _leading),
    ("amends", AMENDS_SHARE, _amended),
)
"""What becomes of the lives of some runs, each from a source of its own: (name, share, how)."""


class Clients:
    """The clients of one world: they ask, try again, and remember what they were answered."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.heard = Heard()

    def begin(self, traffic: Traffic) -> None:
        """Let every client begin at its time."""
        for life in traffic.lives:
            who = f"client {life.number}"
            self._begin(who, life.at_ms, 0.0, partial(self._live, life))
            self._begin(who, life.at_ms, life.repeat_after_ms, partial(self._live, life))
            self._begin(who, life.at_ms, life.other_after_ms, partial(self._ask_otherwise, life))
            self._begin(who, life.at_ms, life.amend_after_ms, partial(self._amend, life))
            self._begin(who, life.at_ms, life.cancel_after_ms, partial(self._cancel, life))
        for errand in traffic.errands:
            work = partial(self.run, errand)
            self._begin(errand.name, errand.at_ms, 0.0, work)
            self._begin(errand.name, errand.at_ms, errand.again_after_ms, work)

    def _begin(
        self, who: str, at_ms: float, after_ms: float | None, work: Callable[[], None]
    ) -> None:
        if after_ms is not None:
            self._world.begin(who, work, at_ms + after_ms)

    def _live(self, life: Life) -> None:
        if life.by_partner:
            self._tell(life.region, PARTNER, "OrderRequested", life.body)
            return
        event = http_event("POST", "/v1/orders", life.account_id, life.body)
        answered = self._insist(life.tries, "order_intake", event, life.region)
        if answered is not None:
            self.heard.orders.append((life, answered))

    def _ask_otherwise(self, life: Life) -> None:
        """Use the order's id for another one: whichever comes first is the order."""
        is_amount = "quote_amount" in life.body
        changed = {"quote_amount": "1234.56"} if is_amount else {"quantity": _quantity(life, 9)}
        self._live(replace(life, tries=1, body=life.body | changed))

    def _amend(self, life: Life) -> None:
        path = {"order_id": life.order_id}
        body = {"amend_id": life.body["client_order_id"]} | life.changes
        event = http_event("PATCH", "/v1/orders/{order_id}", life.account_id, body, path)
        answered = self._insist(life.tries, "order_intake", event, life.region)
        if answered is not None:
            self.heard.amends.append((life, answered))

    def _cancel(self, life: Life) -> None:
        order_id = life.following_id if life.cancels_following else life.order_id
        path = {"order_id": order_id}
        event = http_event("DELETE", "/v1/orders/{order_id}", life.account_id, None, path)
        answered = self._insist(life.tries, "order_intake", event, life.region)
        # Of an order that follows there may be nothing to cancel yet, or no more.
        if answered is not None and not life.cancels_following:
            self.heard.cancels.append((life, answered))

    def hear_the_bus(self, traffic: Traffic) -> None:
        """Take in what the bus told partners of their orders so far."""
        lives = {life.body["client_order_id"]: life for life in traffic.lives if life.by_partner}
        self.heard.partners = [
            (lives[facts["client_order_id"]], Answered(at_ms, _status_of(facts), facts))
            for at_ms, entry in self._world.announced
            if (facts := json.loads(entry["Detail"])).get("partner") == PARTNER
        ]

    def look_back(self, account_id: str) -> None:
        """Have an account read its whole statement, and an operator what the house has."""
        self._request(errands.house())
        cursor: str | None = None
        while True:
            page = self._request(errands.statement(account_id, cursor))
            cursor = None if page is None else page.json["next_cursor"]
            if cursor is None:
                return

    def run(self, errand: Errand) -> None:
        """Run an errand, and perhaps have what came of it reversed."""
        match errand.kind:
            case "damage":
                assert errand.body is not None, "damage says how"
                damage(self._world, errand.body["how"])
            case "archivist":
                self._world.ask("archivist", {}, errand.region)
            case "option marks":
                self._world.ask("pricing", {"schedule": "mark-options"}, errand.region)
                self._world.ask("risk_monitor", {}, errand.region)
            case "observation":
                assert errand.body is not None, "an observation says what"
                self._tell(errand.region, errand.who, errand.resource, errand.body)
            case _:
                self._request(errand)

    def _request(self, errand: Errand) -> Answered | None:
        event = http_event(
            errand.method, errand.resource, errand.who, errand.body, errand.path, errand.query
        )
        answered = self._insist(errand.tries, errand.function, event, errand.region)
        if answered is None:
            return None
        self.heard.errands.append((errand, answered))
        if errand.reversed_after_ms is not None and answered.status in (200, 201):
            self._world.sleep(errand.reversed_after_ms)
            account_id = answered.json.get("account_id", errand.who)
            sequence = answered.json["account_sequence"]
            self._reverse(errands.reversal(errand, account_id, sequence))
        if errand.margin is not None and answered.json.get("is_isolated"):
            self._request(errands.margin_move(errand, answered.json["moves"] + 1))
        return answered

    def _reverse(self, reversal: Errand) -> None:
        """Have a record reversed, and then its reversal, which must not be."""
        answered = self._request(reversal)
        if answered is not None and answered.status in (200, 201):
            account_id, sequence = answered.json["account_id"], answered.json["reversal_sequence"]
            self._request(errands.reversal(reversal, account_id, sequence))

    def _tell(self, region: str, source: str, what: str, detail: dict[str, Any]) -> None:
        """Tell a region's bus something, as somebody outside does."""
        entry = {"Source": source, "DetailType": what, "Detail": json.dumps(detail)}
        self._world.announce(region, entry)

    def _insist(
        self, tries: int, function: str, event: dict[str, Any], region: str
    ) -> Answered | None:
        """Ask until there is an answer that says something, or give up."""
        pause_ms = 200.0
        for _ in range(tries):
            answered = self._ask(function, event, region)
            if answered is not None and answered.status < 500:
                return answered
            self._world.sleep(pause_ms)
            pause_ms *= 4
        return None

    def _ask(self, function: str, event: dict[str, Any], region: str) -> Answered | None:
        answer, fault = self._world.ask(function, event, region, GATEWAY_TIMEOUT_MS)
        if fault is not None:
            return None
        answered = Answered(self._world.now_ms(), answer["statusCode"], json.loads(answer["body"]))
        if answered.json.get("code") == "INTERNAL":
            self._world.defects.append(f"INTERNAL answered to {event['httpMethod']}")
        return answered


def _status_of(facts: dict[str, Any]) -> int:
    """Return the status with which the API would have told a partner the same."""
    if "problem" in facts:
        return int(facts["problem"]["status"])
    return 202 if facts.get("status") in ("QUEUED", "HELD") else 201


def http_event(
    method: str,
    resource: str,
    who: str,
    body: dict[str, Any] | None,
    path: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return an event as API Gateway (REST, proxy integration) hands it to a function."""
    role = "operator" if who == "house" else "trader"
    return {
        "resource": resource,
        "path": resource.format(**path or {}),
        "httpMethod": method,
        "headers": {"Content-Type": "application/json"},
        "multiValueHeaders": {"Content-Type": ["application/json"]},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": query and {n: [text] for n, text in query.items()},
        "pathParameters": path,
        "stageVariables": None,
        "requestContext": {
            "requestId": "11111111-2222-3333-4444-555555555555",
            "resourcePath": resource,
            "httpMethod": method,
            "authorizer": {"account_id": who, "role": role, "key_id": "0123456789ab"},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }
