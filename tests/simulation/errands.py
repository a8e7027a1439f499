"""Requests that are no orders: money in and out, prices, halts, takeovers, looks into the past.

Each is drawn from the seed before anything runs, and asked for through the handler that serves it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

from tests.simulation.options import BEGINS_MS, OPTIONS, SURFACE, UNDERLYING
from tests.simulation.perpetuals import PERPETUAL, SECOND, Path, observed, source
from tests.simulation.regions import AWAY, HOME, REGIONS
from tests.simulation.world import START_MS
from zerodesk.insurance import FUND
from zerodesk.orders import order_id_for

OPERATOR: Final = "house"
FEED: Final = "prices.composite"
"""A source of index prices that tells the bus; another one asks over HTTP."""

SYMBOLS: Final = {"BTC-USD": 60_000.0, "ETH-USD": 3_000.37}
CURRENCIES: Final = ("USD", "BTC", "ETH")
STOPS: Final = ("HALTED", "CANCEL_ONLY")
AUCTION_KINDS: Final = ("OPENING", "CLOSING", "HALT")
AUCTIONED_SHARE: Final = 0.4
"""In how many runs a market holds auctions."""

STOPPED_SHARE: Final = 0.25
"""In how many runs an operator stops a market for a while."""

BREAKERS_SHARE: Final = 0.5
"""In how many runs a market stops by itself on a stale mark, and switches are turned on and off."""
LIMITED_SHARE: Final = 0.4
"""In how many runs accounts, a group and the venue are limited, again and again."""

TIERED_SHARE: Final = 0.25
"""In how many runs fee tiers, some of them with rebates, come and go."""

BATCHES_SHARE: Final = 0.15
"""In how many runs accounts place several orders in one request."""

SENT_BACK_SHARE: Final = 0.15
"""In how many runs transfers are reversed."""

ISOLATED_SHARE: Final = 0.4
"""In how many runs of a perpetual some accounts hold it apart, and move its margin."""

MARKS_EACH: Final = {PERPETUAL: 5, SECOND: 10}
"""One index price of a perpetual for so many lives of orders."""

CROWDED_SHARE: Final = 0.3
"""In how many runs of a perpetual its margin goes by size against a day's volume."""

FREE_VOLUME_BPS: Final = (500, 2_000, 10_000)
"""Which share of that volume then needs no more: next to nothing, some, or all of it."""

JUMP_TOLD_MS: Final = (0.0, 4_000.0, 12_000.0)
"""When the index is told that has jumped, and options are marked by it."""

MASS_CANCELS_SHARE: Final = 0.2
"""In how many runs accounts cancel all that they have open, in one market or in both."""

TRIES_MAX: Final = 4
BACK: Final = 1_000_000
"""Where the numbers of the transfers begin that are reversed."""

EACH: Final = {
    "deposit": 20,
    "withdrawal": 20,
    "transfer": 16,
    "index": 40,
    "observation": 50,
    "export": 50,
    "look": 50,
    "archivist": 30,
    "damage": 60,
}
"""One errand of a kind for so many lives of orders, and at least one a run."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One request: who asks which function for what, when, where, and how often.

    ``kind`` is what it is about, ``subject`` the id by which the venue knows it. Of a record that
    came of it, a reversal is asked for ``reversed_after_ms`` later. Once a position is held apart,
    the amount of ``margin`` is moved into its pot, or out of it.
    """

    kind: str
    at_ms: float
    who: str
    function: str
    method: str
    resource: str
    path: dict[str, str] | None = None
    body: dict[str, Any] | None = None
    query: dict[str, str] | None = None
    subject: str = ""
    tries: int = 1
    again_after_ms: float | None = None
    reversed_after_ms: float | None = None
    margin: str | None = None
    region: str = HOME

    @property
    def whose(self) -> str:
        """The account that it is about."""
        if self.kind == "insurance":
            return FUND
        return self.who if self.path is None else self.path["account_id"]

    @property
    def name(self) -> str:
        """What a trace calls it."""
        return f"{self.kind} {self.subject}".rstrip()


def deposit(number: int, at_ms: float, account_id: str, body: dict[str, Any]) -> Errand:
    """Return a deposit that an operator makes."""
    return Errand(
        "deposit",
        at_ms,
        OPERATOR,
        "back_office",
        "POST",
        "/v1/accounts/{account_id}/deposits",
        path={"account_id": account_id},
        body={"deposit_id": f"d-{number}"} | body,
        subject=f"deposit#d-{number}",
    )


def insurance(deposit_id: str, at_ms: float, amount: str) -> Errand:
    """Return a deposit to the insurance fund that an operator makes."""
    body = {"deposit_id": deposit_id, "currency": "USD", "amount": amount, "reason": "a test"}
    return Errand(
        "insurance",
        at_ms,
        OPERATOR,
        "back_office",
        "POST",
        "/v1/insurance/deposits",
        body=body,
        subject=f"deposit#{deposit_id}",
        tries=TRIES_MAX,
    )


def withdrawal(number: int, at_ms: float, account_id: str, body: dict[str, Any]) -> Errand:
    """Return a withdrawal that an account asks for."""
    return Errand(
        "withdrawal",
        at_ms,
        account_id,
        "funds",
        "POST",
        "/v1/withdrawals",
        body={"withdrawal_id": f"w-{number}"} | body,
        subject=f"withdrawal#w-{number}",
    )


def ending(number: int, at_ms: float, account_id: str, how: str) -> Errand:
    """Return the end that an operator brings a withdrawal to: ``post`` or ``void``."""
    return Errand(
        how,
        at_ms,
        OPERATOR,
        "back_office",
        "POST",
        f"/v1/accounts/{{account_id}}/withdrawals/{{withdrawal_id}}/{how}",
        path={"account_id": account_id, "withdrawal_id": f"w-{number}"},
        subject=f"withdrawal#w-{number}",
    )


def transfer(number: int, at_ms: float, account_id: str, body: dict[str, Any]) -> Errand:
    """Return a transfer that an account asks for."""
    return Errand(
        "transfer",
        at_ms,
        account_id,
        "funds",
        "POST",
        "/v1/transfers",
        body={"transfer_id": f"t-{number}"} | body,
        subject=f"transfer#t-{number}",
    )


def isolation(at_ms: float, account_id: str, symbol: str, *, is_isolated: bool) -> Errand:
    """Return the wish of an account to hold a perpetual apart, or with all else."""
    return Errand(
        "isolation",
        at_ms,
        account_id,
        "funds",
        "PUT",
        "/v1/isolated/{symbol}",
        path={"symbol": symbol},
        body={"is_isolated": is_isolated},
        subject=account_id,
    )


def margin_move(of: Errand, number: int) -> Errand:
    """Return the move of margin that an account wants once its position is held apart."""
    return replace(
        of,
        kind="margin move",
        method="POST",
        resource="/v1/isolated/{symbol}/moves",
        body={"number": number, "amount": of.margin},
        margin=None,
    )


def reversal(of: Errand, account_id: str, sequence: int) -> Errand:
    """Return the reversal of the record that came of another errand."""
    return replace(
        of,
        kind="reversal",
        who=OPERATOR,
        function="back_office",
        method="POST",
        resource="/v1/accounts/{account_id}/reversals",
        path={"account_id": account_id},
        body={"sequence": sequence, "reason": f"of {of.subject}"},
        subject=f"reversal#{sequence}",
        reversed_after_ms=None,
    )


def state(at_ms: float, symbol: str, wanted: str) -> Errand:
    """Return a trading state that an operator sets."""
    return Errand(
        "state",
        at_ms,
        OPERATOR,
        "back_office",
        "PUT",
        "/v1/markets/{symbol}/state",
        path={"symbol": symbol},
        body={"state": wanted, "reason": "a test"},
        subject=wanted,
        tries=TRIES_MAX,
    )


def auction(at_ms: float, symbol: str, kind: str, seconds: int) -> Errand:
    """Return an auction that an operator has a market hold."""
    held = state(at_ms, symbol, "AUCTION")
    body = {"state": "AUCTION", "auction": kind, "auction_seconds": seconds, "reason": "a test"}
    return replace(held, body=body)


def auction_end(at_ms: float, symbol: str) -> Errand:
    """Return the end of an auction that an operator asks for, if one is held."""
    ended = state(at_ms, symbol, "OPEN")
    return replace(
        ended,
        method="POST",
        resource="/v1/markets/{symbol}/auction/end",
        body={"reason": "a test"},
        subject="auction's end",
    )


def limits(at_ms: float, whose: str, body: dict[str, Any]) -> Errand:
    """Return limits that an operator sets: of an account, of a group, of the venue."""
    resource, path = "/v1/limits/venue", None
    if whose.startswith("group:"):
        resource, path = "/v1/limits/groups/{group}", {"group": whose.removeprefix("group:")}
    elif whose != "venue":
        resource, path = "/v1/accounts/{account_id}/limits", {"account_id": whose}
    body = body | {"reason": "a test"}
    return Errand(
        "limits",
        at_ms,
        OPERATOR,
        "back_office",
        "PUT",
        resource,
        path=path,
        body=body,
        subject=whose,
    )


def fees(at_ms: float, scope: str, tiers: list[dict[str, Any]]) -> Errand:
    """Return fee tiers that an operator sets, of a currency or of a market."""
    return Errand(
        "fees",
        at_ms,
        OPERATOR,
        "back_office",
        "PUT",
        "/v1/fees/{fee_scope}",
        path={"fee_scope": scope},
        body={"tiers": tiers, "reason": "a test"},
        subject=scope,
    )


def terms(at_ms: float, symbol: str, changes: dict[str, Any]) -> Errand:
    """Return other terms that an operator gives a market."""
    return Errand(
        "terms",
        at_ms,
        OPERATOR,
        "back_office",
        "PATCH",
        "/v1/markets/{symbol}",
        path={"symbol": symbol},
        body=changes | {"reason": "a test"},
        subject=symbol,
        tries=TRIES_MAX,
    )


def kill(at_ms: float, whose: str, *, is_on: bool) -> Errand:
    """Return a kill switch of a market or an account that an operator turns on or off."""
    of_market = "-" in whose
    name = "symbol" if of_market else "account_id"
    return Errand(
        "kill",
        at_ms,
        OPERATOR,
        "back_office",
        "PUT",
        f"/v1/kills/{'markets' if of_market else 'accounts'}/{{{name}}}",
        path={name: whose},
        body={"is_on": is_on, "reason": "a test"},
        subject=whose,
        tries=TRIES_MAX,
    )


def standing(at_ms: float, account_id: str, status: str, level: int = 2) -> Errand:
    """Return a standing that an operator gives an account."""
    return Errand(
        "standing",
        at_ms,
        OPERATOR,
        "back_office",
        "PUT",
        "/v1/accounts/{account_id}/standing",
        path={"account_id": account_id},
        body={"status": status, "verification_level": level, "reason": "a test"},
        subject=account_id,
        tries=TRIES_MAX,
    )


def switch(number: int, at_ms: float, account_id: str, seconds: int) -> Errand:
    """Return a push of an account's dead man's switch."""
    return Errand(
        "switch",
        at_ms,
        account_id,
        "order_intake",
        "POST",
        "/v1/orders/cancel-after",
        body={"seconds": seconds},
        subject=f"switch-{number}",
    )


def replacement(number: int, of: Errand, at_ms: float) -> Errand:
    """Return the request to have the first order of a batch replaced by another one."""
    assert of.body is not None, "a batch has orders"
    first = of.body["orders"][0]
    return replace(
        of,
        kind="replacement",
        at_ms=at_ms,
        resource="/v1/orders/{order_id}/replace",
        path={"order_id": order_id_for(of.who, first["client_order_id"])},
        body={"order": first | {"client_order_id": f"r-{number}", "price": "60000"}},
        subject=f"r-{number}",
    )


def batch(number: int, at_ms: float, account_id: str, orders: list[dict[str, Any]]) -> Errand:
    """Return several orders that an account places in one request."""
    return Errand(
        "batch",
        at_ms,
        account_id,
        "order_intake",
        "POST",
        "/v1/orders/batch",
        body={"orders": orders},
        subject=f"batch-{number}",
    )


def mass_cancel(number: int, at_ms: float, account_id: str, symbol: str | None) -> Errand:
    """Return a cancel of all that an account has open, in one market or in every one."""
    named = {"cancel_id": f"all-{number}"} | ({} if symbol is None else {"symbol": symbol})
    return Errand(
        "mass cancel",
        at_ms,
        account_id,
        "order_intake",
        "DELETE",
        "/v1/orders",
        query=named,
        subject=f"all-{number}",
    )


def takeover(at_ms: float, symbol: str, region: str) -> Errand:
    """Return a takeover that an operator asks a region for."""
    return Errand(
        "takeover",
        at_ms,
        OPERATOR,
        "back_office",
        "POST",
        "/v1/markets/{symbol}/takeover",
        path={"symbol": symbol},
        body={"reason": "a test"},
        subject=symbol,
        tries=TRIES_MAX,
        region=region,
    )


def index(at_ms: float, symbol: str, price: str, observed_at: str) -> Errand:
    """Return an index price that is reported over HTTP."""
    body = {"source": "prices.desk", "price": price, "observed_at": observed_at}
    return Errand(
        "index",
        at_ms,
        OPERATOR,
        "price_source",
        "POST",
        "/v1/markets/{symbol}/index-prices",
        path={"symbol": symbol},
        body=body,
        subject=symbol,
    )


def observation(at_ms: float, symbol: str, price: str, observed_at: str) -> Errand:
    """Return an index price that a feed tells the bus."""
    body = {"symbol": symbol, "price": price, "observed_at": observed_at}
    return Errand("observation", at_ms, FEED, "bus", "", "IndexPriceObserved", body=body)


def export(at_ms: float, stream: str) -> Errand:
    """Return an export of a stream to the bucket."""
    return Errand(
        "export",
        at_ms,
        OPERATOR,
        "archivist",
        "POST",
        "/v1/journal/exports",
        body={"stream": stream},
        subject=stream,
        tries=2,
    )


def look(at_ms: float, stream: str, sequence: int | None) -> Errand:
    """Return a question about what a stream came to."""
    query = {"stream": stream} | ({} if sequence is None else {"sequence": str(sequence)})
    return Errand(
        "look",
        at_ms,
        OPERATOR,
        "archivist",
        "GET",
        "/v1/journal/state",
        query=query,
        subject=stream,
    )


def statement(account_id: str, cursor: str | None) -> Errand:
    """Return a question of an account for a page of all that happened to it."""
    query = {"limit": "500"} | ({} if cursor is None else {"cursor": cursor})
    return Errand("statement", 0.0, account_id, "queries", "GET", "/v1/statement", query=query)


def house() -> Errand:
    """Return an operator's question for what the house has."""
    return Errand("house", 0.0, OPERATOR, "back_office", "GET", "/v1/house")


def archivist(at_ms: float) -> Errand:
    """Return a minute of the archivist's schedule."""
    return Errand("archivist", at_ms, OPERATOR, "archivist", "", "")


def option_marks(at_ms: float) -> Errand:
    """Return a minute of the schedule by which options are marked."""
    return Errand("option marks", at_ms, OPERATOR, "pricing", "", "")


def surface(at_ms: float, as_of: str) -> Errand:
    """Return the surface of the options that an operator publishes."""
    return Errand(
        "surface",
        at_ms,
        OPERATOR,
        "option_quotes",
        "PUT",
        "/v1/markets/{symbol}/surface",
        path={"symbol": UNDERLYING},
        body={"surface": SURFACE, "as_of": as_of, "spot": "60000", "valid_seconds": 3_600},
        subject=UNDERLYING,
    )


def damage(at_ms: float, how: int) -> Errand:
    """Return damage to what is kept and not believed; see ``damage.py``."""
    return Errand("damage", at_ms, OPERATOR, "", "", "", body={"how": how})


@dataclass(frozen=True, slots=True)
class Pace:
    """How many lives there are, for how long, for whom, in which regions and markets."""

    lives: int
    duration_ms: float
    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    paths: Mapping[str, Path] = field(default_factory=dict)
    """Where the prices of the perpetuals go, in runs that trade some."""
    index: Path | None = None
    """Where the index goes of what the options are of, in runs that trade some."""

    @property
    def has_options(self) -> bool:
        """Whether options are traded."""
        return self.index is not None

    @property
    def jumps(self) -> bool:
        """Whether the index jumps, which leaves somebody less than it needs."""
        return self.index is not None and self.index.gap != 0

    @property
    def begins_ms(self) -> int:
        """When the run begins."""
        return BEGINS_MS if self.has_options else START_MS

    @property
    def symbols(self) -> tuple[str, ...]:
        """The markets."""
        return (*SYMBOLS, *self.paths, *(OPTIONS if self.has_options else ()))


def draw(seed: int, pace: Pace) -> tuple[Errand, ...]:
    """Return the errands of a seed."""
    chance = Random(f"errands {seed}")
    found: list[Errand] = []
    for kind, lives in EACH.items():
        for number in range(max(1, pace.lives // lives)):
            at_ms = chance.uniform(0, pace.duration_ms)
            found += DRAWN[kind](chance, number, at_ms, pace)
    found += _stops(chance, pace)
    found += _moves(chance, pace)
    found += _auctions(chance, pace)
    # Another source: the other errands do not hang on what is limited.
    found += _limits(Random(f"limits {seed}"), pace)
    found += _mass_cancels(Random(f"mass cancels {seed}"), pace)
    found += _batches(Random(f"batches {seed}"), pace)
    found += _sent_back(Random(f"sent back {seed}"), pace)
    found += _breakers(Random(f"breakers {seed}"), pace)
    found += _fees(Random(f"fees {seed}"), pace)
    for symbol in pace.paths:
        found += _marks(Random(f"{source(symbol)}marks {seed}"), pace, symbol)
        found += _crowded(Random(f"{source(symbol)}crowded {seed}"), symbol)
    found += _insured(Random(f"insured {seed}"), pace)
    for symbol in pace.paths:
        found += _isolated(Random(f"{source(symbol)}isolated {seed}"), pace, symbol)
    found += _option_marks(Random(f"option marks {seed}"), pace)
    found += _jump(Random(f"jump {seed}"), pace)
    return tuple(found)


Drawn = Callable[[Random, int, float, Pace], Iterator[Errand]]


def sometimes(chance: Random, share: float, most_ms: float) -> float | None:
    """Return a time in a share of the cases, rather soon than late."""
    drawn, after_ms = chance.random(), chance.random() ** 3 * most_ms
    return after_ms if drawn < share else None


def _asked(chance: Random, errand: Errand, pace: Pace) -> Errand:
    """Return an errand as a client asks for it: again and again, once too often, anywhere."""
    return replace(
        errand,
        tries=chance.randint(1, TRIES_MAX),
        again_after_ms=sometimes(chance, 0.3, 20_000),
        region=chance.choice(pace.regions),
    )


def _money(chance: Random) -> dict[str, Any]:
    """Return an amount; sometimes it is more than most accounts have."""
    currency = chance.choice(CURRENCIES)
    amount = chance.choice(("1", "2", "0.000001", "0.7", "3"))
    if chance.random() < 0.1:
        amount = "2400"
    return {"currency": currency, "amount": amount}


def _deposit(chance: Random, number: int, at_ms: float, pace: Pace) -> Iterator[Errand]:
    made = deposit(number, at_ms, chance.choice(pace.accounts), _money(chance))
    reversed_after_ms = sometimes(chance, 0.4, 5_000)
    yield replace(_asked(chance, made, pace), reversed_after_ms=reversed_after_ms)


def _withdrawal(chance: Random, number: int, at_ms: float, pace: Pace) -> Iterator[Errand]:
    """Yield a withdrawal and what an operator does about it: post, void, both at once, nothing."""
    account_id = chance.choice(pace.accounts)
    yield _asked(chance, withdrawal(number, at_ms, account_id, _money(chance)), pace)
    after_ms = chance.random() ** 2 * 8_000
    for how in chance.choice((("post",), ("post",), ("void",), ("post", "void"), ())):
        ended = ending(number, at_ms + after_ms, account_id, how)
        reversed_after_ms = sometimes(chance, 0.3, 5_000) if how == "post" else None
        yield replace(_asked(chance, ended, pace), reversed_after_ms=reversed_after_ms)


def _transfer(chance: Random, number: int, at_ms: float, pace: Pace) -> Iterator[Errand]:
    """Yield a transfer. Two have the same id, and mostly not the same sender."""
    receiver = pace.accounts[number // 2 % len(pace.accounts)]
    sender = chance.choice([one for one in pace.accounts if one != receiver])
    body = _money(chance) | {"to_account_id": receiver}
    yield _asked(chance, transfer(number // 2, at_ms, sender, body), pace)


def _sent_back(chance: Random, pace: Pace) -> Iterator[Errand]:
    """Yield transfers that are reversed, in some runs: the receiver may have spent the money."""
    if chance.random() >= SENT_BACK_SHARE:
        return
    for number in range(max(4, pace.lives // 30)):
        sender, receiver = chance.sample(pace.accounts, 2)
        body = _money(chance) | {"to_account_id": receiver}
        sent = transfer(BACK + number, chance.uniform(0, pace.duration_ms), sender, body)
        yield replace(_asked(chance, sent, pace), reversed_after_ms=chance.random() ** 3 * 5_000)


def _price(chance: Random, at_ms: float, pace: Pace) -> tuple[str, str, str]:
    """Return a symbol, a price near where it trades, and when it was observed."""
    symbol = chance.choice(tuple(SYMBOLS))
    level = SYMBOLS[symbol]
    if pace.index is not None and symbol == UNDERLYING:
        level = pace.index.at(at_ms)
    price = level * chance.uniform(0.995, 1.005)
    return symbol, f"{price:.4f}", observed(at_ms, pace.begins_ms)


def _index(chance: Random, _: int, at_ms: float, pace: Pace) -> Iterator[Errand]:
    yield _asked(chance, index(at_ms, *_price(chance, at_ms, pace)), pace)


def _observation(chance: Random, _: int, at_ms: float, pace: Pace) -> Iterator[Errand]:
    yield _asked(chance, observation(at_ms, *_price(chance, at_ms, pace)), pace)


def _marks(chance: Random, pace: Pace, symbol: str) -> Iterator[Errand]:
    """Yield index prices of a perpetual along its path: some late, some out of order."""
    path = pace.paths[symbol]
    yield replace(index(0.0, symbol, f"{path.at(0.0):.4f}", observed(0.0)), tries=TRIES_MAX)
    for _ in range(max(4, pace.lives // MARKS_EACH[symbol])):
        at_ms = chance.uniform(0, pace.duration_ms)
        seen_ms = max(0.0, at_ms - chance.choice((0, 0, 0, 2_000)))
        price = f"{path.at(seen_ms) * chance.uniform(0.998, 1.002):.4f}"
        told = chance.choice((index, observation))(at_ms, symbol, price, observed(seen_ms))
        yield _asked(chance, told, pace)


def _crowded(chance: Random, symbol: str) -> Iterator[Errand]:
    """Yield the share of a day's volume beyond which a perpetual needs more, in some runs.

    It is set once: so whoever reads of a volume that counted knows by which share it did.
    """
    if chance.random() < CROWDED_SHARE:
        yield terms(0.0, symbol, {"free_volume_bps": chance.choice(FREE_VOLUME_BPS)})


def _insured(chance: Random, pace: Pace) -> Iterator[Errand]:
    """Yield deposits to the insurance fund: none, too little for a gap, or enough."""
    if not pace.paths and not pace.jumps:
        return
    for number in range(chance.randint(0, 2)):
        at_ms, amount = chance.uniform(0, pace.duration_ms), chance.choice(("60", "700", "9000"))
        yield _asked(chance, insurance(f"i-{number}", at_ms, amount), pace)


def _isolated(chance: Random, pace: Pace, symbol: str) -> Iterator[Errand]:
    """Yield positions that are held apart from the beginning on, and moves of their margin.

    Whoever has little is mostly among them. Some want it otherwise later, and may not.
    """
    if chance.random() >= ISOLATED_SHARE:
        return
    *others, poor = pace.accounts
    apart = chance.sample(others, 2) + [poor] * (chance.random() < 0.7)
    for account_id in apart:
        yield replace(isolation(0.0, account_id, symbol, is_isolated=True), tries=TRIES_MAX)
    for _ in range(max(4, pace.lives // 10)):
        at_ms, account_id = chance.uniform(0, pace.duration_ms), chance.choice(apart)
        amount = chance.choice(("0.01", "20", "400", "-0.01", "-15", "-390", "2400"))
        wanted = isolation(at_ms, account_id, symbol, is_isolated=chance.random() < 0.9)
        yield replace(_asked(chance, wanted, pace), margin=amount)


def _option_marks(chance: Random, pace: Pace) -> Iterator[Errand]:
    """Yield the clock's marks of options by the surface: more often than the clock rings."""
    if not pace.has_options:
        return
    yield option_marks(0.0)
    for _ in range(max(4, pace.lives // 20)):
        at_ms = chance.uniform(0, pace.duration_ms)
        yield replace(option_marks(at_ms), region=chance.choice(pace.regions))


def _jump(chance: Random, pace: Pace) -> Iterator[Errand]:
    """Yield the index behind its jump, told again and again, and the clock's marks by it."""
    if pace.index is None or not pace.jumps:
        return
    for after_ms in JUMP_TOLD_MS:
        at_ms = pace.index.gap_at_ms + after_ms
        price = f"{pace.index.at(at_ms) * chance.uniform(0.998, 1.002):.4f}"
        told = index(at_ms, UNDERLYING, price, observed(at_ms, pace.begins_ms))
        yield replace(told, tries=TRIES_MAX, region=chance.choice(pace.regions))
        marked_ms = at_ms + chance.uniform(200, 2_000)
        yield replace(option_marks(marked_ms), region=chance.choice(pace.regions))


def settled(symbol: str, price: str, observed_at: str) -> Iterator[Errand]:
    """Yield what lets a liquidation go on in a market: a fresh price, and nothing that stops it."""
    yield kill(0.0, symbol, is_on=False)
    yield terms(0.0, symbol, {"stale_after_seconds": None, "band": None})
    yield replace(index(0.0, symbol, price, observed_at), tries=TRIES_MAX)
    yield state(1_000.0, symbol, "OPEN")


def _stream(chance: Random, pace: Pace) -> str:
    accounts = [f"account#{one}" for one in pace.accounts]
    books = [f"book#{symbol}" for symbol in pace.symbols]
    return chance.choice((*books, *books, "house#USD", "control#markets", chance.choice(accounts)))


def _export(chance: Random, _: int, at_ms: float, pace: Pace) -> Iterator[Errand]:
    stream = _stream(chance, pace)
    for after_ms in (0.0, chance.random() * 2_000):
        yield _asked(chance, export(at_ms + after_ms, stream), pace)


def _look(chance: Random, _: int, at_ms: float, pace: Pace) -> Iterator[Errand]:
    sequence = chance.randint(1, 40) if chance.random() < 0.7 else None
    yield _asked(chance, look(at_ms, _stream(chance, pace), sequence), pace)


def _archivist(chance: Random, _: int, at_ms: float, pace: Pace) -> Iterator[Errand]:
    yield replace(archivist(at_ms), region=chance.choice(pace.regions))


def _damage(chance: Random, _: int, at_ms: float, __: Pace) -> Iterator[Errand]:
    yield damage(at_ms, chance.randrange(1 << 16))


def _stops(chance: Random, pace: Pace) -> Iterator[Errand]:
    """Yield a market's stop and its opening, in some runs."""
    if chance.random() >= STOPPED_SHARE:
        return
    symbol, at_ms = chance.choice(pace.symbols), chance.uniform(0, pace.duration_ms)
    for wanted, after_ms in ((chance.choice(STOPS), 0.0), ("OPEN", chance.uniform(0, 3_000))):
        region = chance.choice(pace.regions)
        yield replace(state(at_ms + after_ms, symbol, wanted), region=region)


def _breakers(chance: Random, pace: Pace) -> Iterator[Errand]:
    """Yield a bound of a market's mark, and a kill switch, for a while each, in some runs.

    Whatever the market then is, it is opened in the end.
    """
    if chance.random() >= BREAKERS_SHARE:
        return
    symbol, at_ms = chance.choice(pace.symbols), chance.uniform(0, pace.duration_ms)
    lasts_ms, seconds = chance.uniform(500, 30_000), chance.choice((1, 1, 3, 10))
    steps = [terms(at_ms, symbol, {"stale_after_seconds": seconds})]
    if chance.random() < 0.4:
        band = {"bps": 100, "window_seconds": 5, "auction_seconds": 2}
        steps.append(terms(at_ms + lasts_ms / 3, symbol, {"band": band}))
    killed_ms = chance.uniform(0, pace.duration_ms)
    whose = chance.choice((symbol, *pace.accounts))
    steps += [kill(killed_ms, whose, is_on=True), kill(killed_ms + 1_500, whose, is_on=False)]
    over_ms = max(at_ms + lasts_ms, killed_ms + 1_500)
    steps.append(terms(over_ms, symbol, {"stale_after_seconds": None, "band": None}))
    steps.append(state(over_ms + chance.uniform(0, 2_000), symbol, "OPEN"))
    for step in steps:
        yield replace(step, region=chance.choice(pace.regions))


def _auctions(chance: Random, pace: Pace) -> Iterator[Errand]:
    """Yield auctions, in some runs: ended by an operator, by their time, or broken off.

    Whatever a market then is, it is opened in the end.
    """
    if chance.random() >= AUCTIONED_SHARE:
        return
    symbol = chance.choice(pace.symbols)
    for _ in range(chance.randint(1, 2)):
        at_ms, lasts_ms = chance.uniform(0, pace.duration_ms), chance.uniform(500, 8_000)
        seconds = chance.choice((1, 3, 3_600))
        steps = [auction(at_ms, symbol, chance.choice(AUCTION_KINDS), seconds)]
        if chance.random() < 0.2:
            steps.append(state(at_ms + lasts_ms / 2, symbol, "CANCEL_ONLY"))
        steps.append(auction_end(at_ms + lasts_ms, symbol))
        steps.append(state(at_ms + lasts_ms + chance.uniform(0, 2_000), symbol, "OPEN"))
        for step in steps:
            yield replace(step, region=chance.choice(pace.regions))


def _moves(chance: Random, pace: Pace) -> Iterator[Errand]:
    """Yield takeovers where there is a region to move to: there, and perhaps back and again."""
    if len(pace.regions) == 1:
        return
    for _ in range(chance.randint(1, 4)):
        at_ms = chance.uniform(0, pace.duration_ms)
        moved = takeover(at_ms, chance.choice(pace.symbols), chance.choice((AWAY, *REGIONS)))
        yield replace(moved, again_after_ms=sometimes(chance, 0.3, 20_000))


def _limits(chance: Random, pace: Pace) -> Iterator[Errand]:
    """Yield limits that come and go, in some runs, and an account that is suspended for a while."""
    if chance.random() >= LIMITED_SHARE:
        return
    at_ms = chance.uniform(0, pace.duration_ms / 4)
    yield _asked(chance, limits(at_ms, "group:g", _limited(chance)), pace)
    for _ in range(max(3, pace.lives // 15)):
        at_ms = chance.uniform(0, pace.duration_ms)
        whose = chance.choice(("venue", "group:g", *pace.accounts, *pace.accounts))
        body = _limited(chance)
        if whose in pace.accounts and chance.random() < 0.4:
            body["group"] = "g"
        yield _asked(chance, limits(at_ms, whose, body), pace)
    account_id, at_ms = chance.choice(pace.accounts), chance.uniform(0, pace.duration_ms)
    for status, after_ms in (("SUSPENDED", 0.0), ("ACTIVE", chance.uniform(0, 5_000))):
        given = standing(at_ms + after_ms, account_id, status, level=3 if pace.has_options else 2)
        yield replace(given, tries=TRIES_MAX)


def _fees(chance: Random, pace: Pace) -> Iterator[Errand]:
    """Yield fee tiers of the quote currency and of markets, in some runs, set anew and taken off.

    Some are from the beginning on, so that the rebates of one schedule rest when another comes.
    """
    if chance.random() >= TIERED_SHARE:
        return
    for number in range(max(3, pace.lives // 40)):
        at_ms = chance.uniform(0, pace.duration_ms) if number else 0.0
        scope = chance.choice(("USD", "USD", *SYMBOLS))
        yield _asked(chance, fees(at_ms, scope, _tiers(chance)), pace)


def _tiers(chance: Random) -> list[dict[str, Any]]:
    """Return tiers within reach of a run, or none."""
    top = chance.choice(((2, 5), (5, 9), (0, 1), (-4, 30)))
    rows = [("0", *top), ("900", min(0, top[0]), top[1]), ("4000.5", -1, max(1, top[1] - 1))]
    if top[0] < -1:
        rows = rows[:1]
    return [
        {"from_turnover": turnover, "maker_bps": maker, "taker_bps": taker}
        for turnover, maker, taker in rows[: chance.randint(0, 3)]
    ]


def _batches(chance: Random, pace: Pace) -> Iterator[Errand]:
    """Yield requests with several orders, in some runs: some are refused, some come twice."""
    if chance.random() >= BATCHES_SHARE:
        return
    for number in range(max(2, pace.lives // 50)):
        ids = [f"b-{number}-{chance.randint(1, 4)}" for _ in range(chance.randint(1, 4))]
        orders = [_of_batch(chance, one) for one in ids]
        at_ms, account_id = chance.uniform(0, pace.duration_ms), chance.choice(pace.accounts)
        placed = batch(number, at_ms, account_id, orders)
        yield _asked(chance, placed, pace)
        yield _asked(chance, replacement(number, placed, at_ms + chance.uniform(0, 5_000)), pace)


def _of_batch(chance: Random, client_order_id: str) -> dict[str, Any]:
    side, away = chance.choice(("BUY", "SELL")), chance.randint(-2, 2)
    price = chance.choice((f"{60_000 + away}",) * 9 + ("59999.5",))
    return {
        "client_order_id": client_order_id,
        "symbol": "BTC-USD",
        "side": side,
        "type": "LIMIT",
        "quantity": f"0.0{chance.randint(1, 4)}",
        "price": price,
    }


def _mass_cancels(chance: Random, pace: Pace) -> Iterator[Errand]:
    """Yield cancels of all that an account has open, and pushes of switches, in some runs."""
    if chance.random() >= MASS_CANCELS_SHARE:
        return
    for number in range(max(3, pace.lives // 40)):
        at_ms, seconds = chance.uniform(0, pace.duration_ms), chance.choice((0, 1, 1, 5, 60))
        yield _asked(chance, switch(number, at_ms, pace.accounts[number % 2], seconds), pace)
    for number in range(max(2, pace.lives // 40)):
        at_ms, symbol = chance.uniform(0, pace.duration_ms), chance.choice((None, *pace.symbols))
        yield _asked(chance, mass_cancel(number, at_ms, chance.choice(pace.accounts), symbol), pace)


def _limited(chance: Random) -> dict[str, Any]:
    """Return some limits, near what accounts do in a run."""
    every: dict[str, Any] = {
        "open_orders": chance.randint(1, 8),
        "orders_per_minute": chance.randint(2, 40),
        "position": {"BTC-USD": f"0.{chance.randint(1, 40):02d}", "ETH-USD": "3.0021"},
        "underlying": {"BTC": f"0.{chance.randint(5, 60):02d}"},
        "daily_loss": {"USD": chance.choice(("0.5", "5", "40", "900"))},
        "order_notional": {"USD": chance.choice(("700", "6000", "20000"))},
    }
    if chance.random() < 0.2:
        every |= {"order_volume_bps": chance.choice((300, 5_000)), "free_notional": {"USD": "3000"}}
    return {name: every[name] for name in every if chance.random() < 0.4}


DRAWN: Final[dict[str, Drawn]] = {
    "deposit": _deposit,
    "withdrawal": _withdrawal,
    "transfer": _transfer,
    "index": _index,
    "observation": _observation,
    "export": _export,
    "look": _look,
    "archivist": _archivist,
    "damage": _damage,
}
