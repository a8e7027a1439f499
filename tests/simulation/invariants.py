"""The fifteen invariants, each a function from the evidence to what breaks it.

They read the journals and the tables as they are, and fold them with code of their own; only the
replay of a book goes through the book itself, for that is what invariant 11 is about.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any, Final, Protocol

from tests.simulation import remembered
from tests.simulation.batch_rules import batches_stand, replacements_stand
from tests.simulation.bounds import Bounds
from tests.simulation.cloud.dynamodb import DynamoDB
from tests.simulation.cloud.s3 import Bucket
from tests.simulation.cloud.sqs import Message
from tests.simulation.fee_rules import fees_follow_turnover
from tests.simulation.isolated_rules import (
    isolated_positions_keep_to_their_pots,
    pots_are_as_told,
)
from tests.simulation.keeping_rules import (
    anchors_wanted,
    archives_are_the_journal,
    books_are_written_at_home,
    other_streams_have_one_epoch,
    prices_come_to_their_books,
    snapshots_are_true,
    states_are_as_told,
    takeovers_happen,
    takeovers_were_asked_for,
)
from tests.simulation.limit_rules import (
    fundings_add_up,
    limits_are_kept,
    positions_add_up,
    volumes_are_of_trades,
)
from tests.simulation.liquidation_rules import (
    accounts_are_released,
    liquidations_keep_their_rules,
)
from tests.simulation.mass_rules import SAY_THEMSELVES, mass_cancels_stand, switches_fire
from tests.simulation.money_rules import (
    decided_in_order,
    entries_are_the_change,
    errands_stand,
    expected_status,
    fees_by_record,
    fees_reach_the_house_once,
    house_entries_are_the_change,
    house_is_as_told,
    moved_by_items,
    movements_are_told,
    reversals_reverse,
    statements_add_up,
    subject_of,
    transfers_arrive_once,
    waiting_fees,
)
from tests.simulation.option_rules import (
    cash_of_options,
    figures_are_of_what_is_recorded,
    options_add_up,
    written_options_have_their_margin,
)
from tests.simulation.options import is_option
from tests.simulation.perpetual_rules import (
    cash_of_perpetuals,
    is_perpetual,
    margin_is_kept,
    may_be_below_zero,
    perpetuals_add_up,
)
from tests.simulation.processes import Process
from tests.simulation.reading import Record, Streams, items_of, streams_of
from tests.simulation.trading_rules import (
    announcements_are_on_record,
    commands_are_as_held,
    orders_are_treated_right,
    record_time_is_true,
)
from tests.simulation.traffic import Answered, Heard, Life
from zerodesk.codec import GENESIS_HASH, state_hash
from zerodesk.instruments import Market
from zerodesk.matching import Book
from zerodesk.money import format_minor

LAST_DEPOSIT: Final = "last"
"""Made when all is quiet: with it, each account forgets every answer that its items show."""

MINUTE_MS: Final = 60_000
PENDING: Final = ("QUEUED", "HELD")
OPEN: Final = ("OPEN", "PARTIALLY_FILLED")
CONFLICT: Final = "INTAKE_IDEMPOTENCY_CONFLICT"
AMOUNTS: Final = ("quantity", "quote_amount")
"""What tells an order from another one that is asked for by its id."""

TERMINAL: Final = ("FILLED", "CANCELLED", "EXPIRED", "REJECTED")


@dataclass(frozen=True, slots=True)
class Violation:
    """What is broken, and where it shows."""

    invariant: str
    detail: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.detail}"


class Queue(Protocol):
    """A queue as the invariants look at it."""

    dead: list[Message]

    @property
    def bodies(self) -> Iterable[str]:
        """The bodies of all messages that were ever sent."""


class Observed(Protocol):
    """A world as the invariants look at it: the simulation's, or that of an exploration."""

    dynamodb: DynamoDB
    bucket: Bucket
    processes: list[Process]
    appended_ms: dict[tuple[str, int], float]
    appended_in: dict[tuple[str, int], str]
    announced: list[tuple[float, dict[str, str]]]
    defects: list[str]
    damaged: set[tuple[str, int]]

    @property
    def queues(self) -> Mapping[str, Queue]:
        """The queue of commands of each region."""

    @property
    def bounds(self) -> Bounds:
        """The bounds that the product goes by."""


class Evidence:
    """All that an invariant may look at, when everything is quiet."""

    def __init__(self, world: Observed, heard: Heard, rung_ms: float) -> None:
        self.world, self.heard, self.rung_ms = world, heard, rung_ms
        self.streams: Streams = streams_of(world.dynamodb)
        self.items = items_of(world.dynamodb)

    @cached_property
    def states(self) -> dict[str, dict[str, Any]]:
        """The state of every account by its latest record."""
        return {account: records[-1].body["state"] for account, records in self.streams.accounts}

    @cached_property
    def live(self) -> list[tuple[Process, str, Any]]:
        """(process, symbol, book) of every book that a living process has in memory."""
        return [
            (process, symbol, live)
            for process in self.world.processes
            if not process.dead
            for symbol, live in books_of(process)
        ]

    @cached_property
    def replays(self) -> dict[str, tuple[Book, dict[int, str]]]:
        """Every book replayed to its end, with the state hashes at which processes stand."""
        wanted = defaultdict(set)
        for _, symbol, live in self.live:
            wanted[symbol].add(live.tip.sequence)
        for symbol, sequence in anchors_wanted(self):
            wanted[symbol].add(sequence)
        found = {}
        for symbol, records in self.streams.books:
            book, hashes = Book(symbol), {}
            for record in records:
                book.apply(record.body)
                if record.sequence in wanted[symbol]:
                    hashes[record.sequence] = state_hash(book.state())
            found[symbol] = (book, hashes)
        return found

    @cached_property
    def markets(self) -> dict[str, Market]:
        """The listing of every book."""
        return {
            symbol: Market.from_dict(book.market_view()["market"])
            for symbol, (book, _) in self.replays.items()
        }

    @cached_property
    def trades(self) -> list[tuple[str, dict[str, Any]]]:
        """(symbol, trade) in the order of the books."""
        return [
            (symbol, event)
            for symbol, records in self.streams.books
            for record in records
            for event in record.body["events"]
            if event["type"] == "TradeExecuted"
        ]

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """All events of all books."""
        return [
            event
            for _, records in self.streams.books
            for record in records
            for event in record.body["events"]
        ]

    @cached_property
    def causes(self) -> dict[tuple[str, str], list[tuple[Record, dict[str, Any]]]]:
        """The account records about an order, a deposit or the like, by (account, item's id)."""
        found = defaultdict(list)
        for account, records in self.streams.accounts:
            for record in records:
                cause = record.body["cause"]
                subject = subject_of(cause)
                if subject:
                    found[account, subject].append((record, cause))
        return found

    @cached_property
    def swept(self) -> dict[tuple[str, str], int]:
        """Up to which record of a book the house has its fees, by (symbol, currency)."""
        return {
            (symbol, currency): sequence
            for currency, records in self.streams.houses
            for symbol, sequence in records[-1].body["state"]["swept"].items()
        }

    @cached_property
    def told(self) -> dict[tuple[str, str], list[tuple[Record, dict[str, Any]]]]:
        """What the books' records say of each item, by (account, id), in order."""
        found = defaultdict(list)
        for _, records in self.streams.books:
            for record in records:
                for item_id, projection in record.body["orders"].items():
                    found[projection["account_id"], item_id].append((record, projection))
        return found

    def last_told(self, key: tuple[str, str]) -> tuple[Record, dict[str, Any]] | None:
        """Return the last word of the books on an item: a late refusal does not unsay an answer."""
        last: tuple[Record, dict[str, Any]] | None = None
        for record, projection in self.told.get(key, ()):
            if last is None or not projection.get("if_pending"):
                last = (record, projection)
        return last


Broken = Iterator[str]


def books_of(process: Process) -> Iterator[tuple[str, Any]]:
    """Yield (symbol, book) of what a process has in memory."""
    match process.function:
        case "matching" | "sweeper":
            yield from process.modules[f"{process.function}.handler"].books._live.items()
        case "archivist":
            yield from process.modules["archivist.operations"].archivist._followed.items()


def entries_sum_to_zero(evidence: Evidence) -> Broken:
    """1. Every record's entries sum to zero per currency."""
    for stream, records in evidence.streams.by_name.items():
        for record in records:
            sums: Counter[str] = Counter()
            for _, currency, minor in record.body.get("entries", ()):
                sums[currency] += minor
            for _, _, currency, held, available in record.body.get("postings", ()):
                sums[currency] += held + available
            if any(sums.values()):
                yield f"{stream} {record.sequence} sums to {dict(sums)}"


def clearing_agrees(evidence: Evidence) -> Broken:
    """2. Clearing, transit and house accounts agree with users' accounts when all is quiet."""
    yield from transfers_arrive_once(evidence)
    clearing: Counter[tuple[str, str]] = Counter()
    for _, records in evidence.streams.accounts:
        for record in records:
            for account, currency, minor in record.body["entries"]:
                if account.startswith("clearing#"):
                    clearing[account.removeprefix("clearing#"), currency] += minor
    own = kept_by_books(evidence, "fees", "open")
    for key in sorted(clearing.keys() | own.keys()):
        if clearing[key] != own[key]:
            yield f"{key}: {clearing[key]} in clearing, {own[key]} in the book's own accounts"


def kept_by_books(evidence: Evidence, *names: str) -> Counter[tuple[str, str]]:
    """Return what accounts of each book's own took in all, by (symbol, currency)."""
    kept: Counter[tuple[str, str]] = Counter()
    for symbol, records in evidence.streams.books:
        own = {f"{name}#{symbol}" for name in names}
        for record in records:
            for account, _, currency, held, available in record.body["postings"]:
                if account in own:
                    kept[symbol, currency] += held + available
    return kept


def holds_are_open_orders(evidence: Evidence) -> Broken:
    """3. Held is the need of the open orders, and the open orders are the book's."""
    held = {
        (account, order_id, hold["currency"], hold["held_minor"])
        for account, state in evidence.states.items()
        for order_id, hold in state["holds"].items()
    }
    needed = {
        (order["account_id"], order_id, order["currency"], order["held_minor"])
        for book, _ in evidence.replays.values()
        for order_id, order in book.open_orders().items()
    }
    for extra in sorted(held - needed):
        yield f"held, and no book needs it: {extra}"
    for missing in sorted(needed - held):
        yield f"open, and not held: {missing}"


def deposits_of(evidence: Evidence) -> Counter[tuple[str, str]]:
    """Return what came from outside, by (account, currency)."""
    found: Counter[tuple[str, str]] = Counter()
    for account, records in evidence.streams.accounts:
        for record in records:
            for name, currency, minor in record.body["entries"]:
                if name == "external":
                    found[account, currency] -= minor
    return found


def total_of(state: dict[str, Any]) -> Counter[str]:
    """Return what an account has, free, held, and in pots, by currency."""
    total: Counter[str] = Counter(state["available"])
    for held in (*state["holds"].values(), *state.get("withdrawals", {}).values()):
        total[held["currency"]] += held["held_minor"]
    for pot in state.get("isolated", {}).values():
        total[pot["currency"]] += pot["minor"]
    return total


def positions_are_fills(evidence: Evidence) -> Broken:
    """4. Position is the sum of fills, fees paid, and of what items tell of money in and out."""
    yield from positions_add_up(evidence)
    yield from fundings_add_up(evidence)
    yield from fees_follow_turnover(evidence)
    yield from perpetuals_add_up(evidence)
    yield from options_add_up(evidence)
    have = moved_by_items(evidence)
    have.update(cash_of_perpetuals(evidence))
    have.update(cash_of_options(evidence))
    for symbol, trade in evidence.trades:
        if is_perpetual(symbol) or is_option(symbol):
            continue
        market = evidence.markets[symbol]
        base = trade["quantity_lots"] * market.lot_value_minor
        quote = trade["quantity_lots"] * trade["price_ticks"] * market.tick_value_minor
        for role in ("maker", "taker"):
            buys = (trade["taker_side"] == "BUY") == (role == "taker")
            account, sign = trade[f"{role}_account_id"], 1 if buys else -1
            have[account, market.base] += sign * base
            have[account, market.quote] -= sign * quote + trade[f"{role}_fee_minor"]
    for account, state in evidence.states.items():
        total = total_of(state)
        for currency in sorted(set(total) | {c for a, c in have if a == account}):
            if total[currency] != have[account, currency]:
                yield (
                    f"{account} has {total[currency]} {currency}, "
                    f"fills and items make {have[account, currency]}"
                )


def commands_happen_once(evidence: Evidence) -> Broken:
    """5. Each acknowledged command is in the journal exactly once, with the answer given."""
    yield from _decided_once(evidence)
    yield from _amended_once(evidence)
    yield from commands_are_as_held(evidence)
    yield from _orders_stand(evidence)
    yield from _partners_stand(evidence)
    yield from errands_stand(evidence)
    yield from pots_are_as_told(evidence)
    yield from prices_come_to_their_books(evidence)
    yield from mass_cancels_stand(evidence)
    yield from switches_fire(evidence)
    yield from batches_stand(evidence)
    yield from replacements_stand(evidence)
    yield from takeovers_happen(evidence)
    yield from takeovers_were_asked_for(evidence)
    for life, answered in evidence.heard.cancels:
        yield from _cancel_stands(evidence, life, answered)
    for life, answered in evidence.heard.amends:
        yield from _amend_stands(evidence, life, answered)


def _orders_stand(evidence: Evidence) -> Broken:
    for asked, answered in evidence.heard.orders:
        if answered.status in (200, 201, 202):
            key = asked.account_id, asked.order_id
            if not _is_of_order(evidence, key, asked, answered):
                yield f"order {key} asked for with {asked.body}, answered with {answered.json}"
            yield from _stands_by(evidence, asked, answered)
        elif answered.status != 409 and "code" not in answered.json:
            yield f"order of client {asked.number} answered {answered.status}: {answered.json}"


def _is_of_order(evidence: Evidence, key: tuple[str, str], asked: Life, answered: Answered) -> bool:
    """Whether an answer has the quantity that was asked for, or that the book made of it."""
    if "quote_amount" in asked.body:
        return Decimal(answered.json["quote_amount"]) == Decimal(asked.body["quote_amount"])
    market = evidence.markets[answered.json["symbol"]]
    made_lots = [
        told["filled_lots"] + told["remaining_lots"]
        for _, told in evidence.told.get(key, ())
        if told.get("remaining_lots") is not None
    ]
    quantities = [asked.body["quantity"], *map(market.format_quantity, made_lots)]
    return Decimal(answered.json["quantity"]) in map(Decimal, quantities)


def _partners_stand(evidence: Evidence) -> Broken:
    """Compare what partners were told over the bus with what is on record."""
    for asked, answered in evidence.heard.partners:
        told = answered.json
        if told.get("status") is not None:
            yield from _stands_by(evidence, asked, answered)
        elif "problem" not in told:
            yield from _refusal_stands(evidence, asked, answered)
        elif told["code"] != CONFLICT and _stands_nevertheless(evidence, asked, told["problem"]):
            yield f"partner's order {asked.order_id} told {told}, and there is one"


def _stands_nevertheless(evidence: Evidence, asked: Life, problem: dict[str, Any]) -> bool:
    """Whether there is the very order whose request was refused before it took its id.

    Where two were asked for by one id, which differ in how much, the other may be the order.
    """
    item = evidence.items.get((asked.account_id, asked.order_id))
    if item is None:
        return False
    if asked.other_after_ms is None or problem.get("field") not in AMOUNTS:
        return True
    request: dict[str, Any] = item["request"]
    market = evidence.markets[request["symbol"]]
    if problem["field"] == "quote_amount":
        stands = format_minor(request["amount_minor"], market.quote)
    else:
        stands = market.format_quantity(request["quantity_lots"])
    refused, _, _ = problem["value"].partition(" at ")
    return Decimal(refused) == Decimal(stands)


def _refusal_stands(evidence: Evidence, life: Life, answered: Answered) -> Broken:
    """Compare what a partner was told of a refusal with what is on record."""
    item = evidence.items.get((life.account_id, answered.json["order_id"]))
    code = None if item is None or item["status"] != "REJECTED" else item["rejection"]["code"]
    if code != answered.json["code"]:
        yield f"partner's order {life.order_id} told {answered.json}, stands as {item}"


def _decided_once(evidence: Evidence) -> Broken:
    for key, decisions in evidence.causes.items():
        if not decided_in_order(decisions):
            places = [(record.sequence, cause["kind"]) for record, cause in decisions]
            yield f"{key} decided {len(decisions)} times by its account: {places}"
    begun: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    stopped = {one["order_id"] for one in evidence.events if one["type"] == "OrderTriggered"}
    for event in evidence.events:
        begun[event.get("order_id", "")] += _begins_an_order(event)
        if _ends_an_order(event):
            ended[event["order_id"]] += 1
    for order_id in sorted(begun.keys() | ended.keys()):
        # A pair that its stop takes out of its queue may rest a second time.
        begins = begun[order_id] - (order_id in stopped)
        if max(begins, ended[order_id]) > 1:
            yield f"order {order_id} opened {begun[order_id]} and ended {ended[order_id]} times"


def _begins_an_order(event: dict[str, Any]) -> int:
    """Return how often an order comes in by an event; one that is amended may come in once more."""
    if event["type"] == "OrderAmended":
        return -1 if not event["keeps_priority"] else 0
    return int(event["type"] == "OrderOpened")


def _amended_once(evidence: Evidence) -> Broken:
    amends = (one["command_id"] for one in evidence.events if one["type"] == "OrderAmended")
    for amend_id, times in Counter(amends).items():
        if times > 1:
            yield f"amend {amend_id} took effect {times} times"


def _ends_an_order(event: dict[str, Any]) -> bool:
    """Whether an event is an order's end; a late refusal or a tombstone ends what never came."""
    match event["type"]:
        case "OrderExpired":
            return True
        case "OrderCancelled":
            return "tombstone_from_ms" not in event
        case "OrderRejected":
            return bool(event["code"] != "MATCHING_EXPIRED")
        case _:
            return False


def _stands_by(evidence: Evidence, life: Life, answered: Answered) -> Broken:
    """Compare what a client was told with what is on record."""
    key = life.account_id, life.order_id
    item = evidence.items.get(key)
    told, status = answered.json, answered.json["status"]
    if item is None or told["order_id"] != life.order_id:
        yield f"order {key} acknowledged as {told}, and there is no item"
        return
    recorded = [cause["kind"] for _, cause in evidence.causes.get(key, [])]
    if not recorded and not evidence.told.get(key):
        yield f"order {key} acknowledged as {status}, no journal knows it"
    if answered.status == 202 and not _was_recorded(evidence, key, answered.at_ms):
        yield f"order {key} told 202 before its account knew it"
    if status in TERMINAL and (item["status"] != status or not _same_numbers(evidence, told, item)):
        yield f"order {key} told {status} {told}, stands as {item}"
    if status in OPEN and item["status"] == "REJECTED":
        yield f"order {key} told {status}, stands as REJECTED"
    if status == "REJECTED" and any(key[1] in _orders_of(t) for _, t in evidence.trades):
        yield f"order {key} told REJECTED, and filled"


def _was_recorded(evidence: Evidence, key: tuple[str, str], at_ms: float) -> bool:
    """Whether an account had decided on an order, or its book, at a moment."""
    known = [*evidence.causes.get(key, []), *evidence.told.get(key, [])]
    appended_ms = evidence.world.appended_ms
    return any(appended_ms[record.stream, record.sequence] <= at_ms for record, _ in known)


def _same_numbers(evidence: Evidence, told: dict[str, Any], item: dict[str, Any]) -> bool:
    market = evidence.markets[told["symbol"]]
    rejection = item.get("rejection")
    code = None if rejection is None else rejection["code"]
    told_code = None if told["rejection"] is None else told["rejection"]["code"]
    return (
        told["filled_quantity"] == market.format_quantity(item["filled_lots"]) and told_code == code
    )


def _orders_of(trade: dict[str, Any]) -> tuple[str, str]:
    return trade["maker_order_id"], trade["taker_order_id"]


def _cancel_stands(evidence: Evidence, life: Life, answered: Answered) -> Broken:
    item = evidence.items.get((life.account_id, life.order_id))
    status = None if item is None else item["status"]
    if answered.status == 200 and status != "CANCELLED":
        yield f"cancel of {life.order_id} told 200, stands as {status}"
    if answered.status == 409 and (status not in TERMINAL or status == "CANCELLED"):
        yield f"cancel of {life.order_id} told 409, stands as {status}"
    if answered.status == 202 and status not in TERMINAL:
        yield f"cancel of {life.order_id} told 202, stands as {status}"


AMEND_STATUSES: Final = {"DONE": "DONE", "REJECTED": "REJECTED", "QUEUED": "PENDING"}


def _amend_stands(evidence: Evidence, life: Life, answered: Answered) -> Broken:
    item = evidence.items.get((life.account_id, life.amend_id))
    if answered.status not in (200, 202):
        # What the order was like at intake is not on record: a refusal there leaves no item.
        if item is not None and answered.status not in (409, 503):
            yield f"amend of {life.order_id} told {answered}, stands as {item}"
        return
    told = answered.json["status"]
    if item is None or (told != "PENDING" and told != AMEND_STATUSES[item["status"]]):
        yield f"amend of {life.order_id} told {told}, stands as {item}"


def nobody_is_overdrawn(evidence: Evidence) -> Broken:
    """6. No cash below zero, and no limit exceeded by one unit."""
    yield from limits_are_kept(evidence)
    yield from volumes_are_of_trades(evidence)
    yield from margin_is_kept(evidence)
    yield from written_options_have_their_margin(evidence)
    yield from figures_are_of_what_is_recorded(evidence)
    yield from liquidations_keep_their_rules(evidence)
    yield from isolated_positions_keep_to_their_pots(evidence)
    for account, records in evidence.streams.accounts:
        for record in records:
            state = record.body["state"]
            low = {
                currency: minor
                for currency, minor in state["available"].items()
                if minor < 0 and not may_be_below_zero(record, currency)
            }
            held = state["holds"] | state.get("withdrawals", {})
            low |= {key: one["held_minor"] for key, one in held.items() if _holds_too_little(one)}
            if low:
                yield f"account {account} {record.sequence}: {low}"


def _holds_too_little(held: dict[str, Any]) -> bool:
    """Whether nothing is held, or less; for what follows another order that one is to bring it."""
    return bool(held["held_minor"] < ("after" not in held.get("command", {})))


def money_is_conserved(evidence: Evidence) -> Broken:
    """7. Users, fees and house together have what was deposited, less what was withdrawn.

    Of perpetuals, what their open positions cost is with the books.
    """
    users: Counter[str] = Counter()
    deposited: Counter[str] = Counter()
    for state in evidence.states.values():
        users.update(total_of(state))
    for (_, currency), minor in deposits_of(evidence).items():
        deposited[currency] += minor
    fees = _fees_not_swept(evidence)
    house: Counter[str] = Counter()
    for currency, records in evidence.streams.houses:
        house[currency] = records[-1].body["state"]["balance_minor"]
    opened: Counter[str] = Counter()
    for (_, currency), minor in kept_by_books(evidence, "open").items():
        opened[currency] += minor
    for currency in sorted(set(users) | set(deposited) | set(house)):
        parts = {"users": users, "fees": fees, "house": house, "open": opened}
        shares = {name: part[currency] for name, part in parts.items()}
        if sum(shares.values()) != deposited[currency]:
            yield f"{currency}: {shares} are not {deposited[currency]} deposited"


def _fees_not_swept(evidence: Evidence) -> Counter[str]:
    """Return what books took in fees behind the house's watermarks, by currency."""
    fees: Counter[str] = Counter()
    for symbol, taken in fees_by_record(evidence).items():
        for sequence, (currency, minor) in taken.items():
            if sequence > evidence.swept.get((symbol, currency), 0):
                fees[currency] += minor
    return fees


def nothing_executes_beyond_its_order(evidence: Evidence) -> Broken:
    """8. Executed is at most what was ordered, at no price beyond the limit, in fair order."""
    yield from orders_are_treated_right(evidence)
    amended = {event["order_id"] for event in evidence.events if event["type"] == "OrderAmended"}
    executed: Counter[tuple[str, str]] = Counter()
    for symbol, trade in evidence.trades:
        for role in ("maker", "taker"):
            key = trade[f"{role}_account_id"], trade[f"{role}_order_id"]
            if key[1] in amended:
                continue
            request = evidence.items[key]["request"]
            unit, most = "lots", request.get("quantity_lots", 0)
            done = trade["quantity_lots"]
            if "amount_minor" in request:
                unit, most = "minor units", request["amount_minor"]
                done *= trade["price_ticks"] * evidence.markets[symbol].tick_value_minor
            executed[key] += done
            if executed[key] > most:
                yield f"{key} executed {executed[key]} of {most} {unit}"
            limit, price = _furthest_ticks(request), trade["price_ticks"]
            buys = request["side"] == "BUY"
            if limit is not None and (price > limit if buys else price < limit):
                yield f"{key} in {symbol} executed at {price}, limit {limit}"


def _furthest_ticks(request: dict[str, Any]) -> int | None:
    """Return the worst price that was asked for; None where it may be the collar's end."""
    limit: int | None = request["price_ticks"]
    if limit is None or "stop_ticks" not in request:
        return limit
    stop_limit: int | None = request.get("stop_limit_ticks")
    furthest = max if request["side"] == "BUY" else min
    return None if stop_limit is None else furthest(limit, stop_limit)


def epochs_only_rise(evidence: Evidence) -> Broken:
    """9. No append by an older epoch after a newer one, nor from elsewhere than the book's home,
    and record time is true.
    """
    yield from books_are_written_at_home(evidence)
    yield from other_streams_have_one_epoch(evidence)
    yield from record_time_is_true(evidence)


def chains_are_whole(evidence: Evidence) -> Broken:
    """10. The hash chain of every stream and of every archive is intact, without a gap."""
    yield from archives_are_the_journal(evidence)
    for stream, records in evidence.streams.by_name.items():
        previous = GENESIS_HASH
        for expected, record in enumerate(records, start=1):
            whole = record.sequence == expected and record.previous_hash == previous
            if not whole or record.computed_hash != record.hash:
                yield f"{stream} {record.sequence} does not follow"
            previous = record.hash


def replay_is_live(evidence: Evidence) -> Broken:
    """11. Replaying gives the state hash that every living process and every snapshot has."""
    yield from snapshots_are_true(evidence)
    yield from states_are_as_told(evidence)
    for process, symbol, live in evidence.live:
        records = evidence.streams.by_name.get(f"book#{symbol}", [])
        sequence = live.tip.sequence
        if sequence and (len(records) < sequence or records[sequence - 1].hash != live.tip.hash):
            yield f"{process.function} {process.number} stands on a record that is not: {live.tip}"
        elif sequence and state_hash(live.book.state()) != evidence.replays[symbol][1][sequence]:
            yield f"{process.function} {process.number} has another {symbol} at {sequence}"


def projections_are_the_fold(evidence: Evidence) -> Broken:
    """12. Items and markets show what the journals say."""
    for key, item in evidence.items.items():
        # What such an item is its orders say, see ``mass_rules``.
        if item["kind"] not in SAY_THEMSELVES:
            yield from _item_is_told(evidence, key, item)
    markets = evidence.world.dynamodb.tables["market"].partitions
    for symbol, (book, _) in evidence.replays.items():
        partition = markets.get(symbol)
        if partition is None:
            yield f"market {symbol} is not shown"
            continue
        (item,) = partition.items.values()
        shown, view = json.loads(item["view"]["S"]), book.market_view()
        if (
            shown != json.loads(json.dumps(view))
            or int(item["book_sequence"]["N"]) != book.sequence
        ):
            yield f"market {symbol} shows {shown}, its book {view}"


SHOWN: Final = (
    *("status", "filled_lots", "remaining_lots", "price_ticks"),
    *("filled_notional_minor", "fee_minor"),
)
"""What an item shows of what a book's record says of its order."""


def _item_is_told(evidence: Evidence, key: tuple[str, str], item: dict[str, Any]) -> Broken:
    told = evidence.last_told(key)
    causes = evidence.causes.get(key, [])
    if item["kind"] not in ("order", "cancel", "amend"):
        expected = expected_status(item, causes)
        if item["status"] != expected:
            yield f"{item['kind']} {key} is {item['status']}, on record as {expected}"
        return
    rejected = next((cause for _, cause in causes if cause["kind"] == "reject"), None)
    if told is None:
        expected = "QUEUED" if rejected is None else "REJECTED"
        if item["status"] != expected:
            yield f"item {key} is {item['status']}, on record as {expected}"
        return
    record, projection = told
    if rejected is not None:
        if not projection.get("if_pending"):
            yield f"order {key} refused by its account and taken by its book"
        return
    said = {name: projection[name] for name in SHOWN if projection.get(name) is not None}
    wrong = {name: (item.get(name), told) for name, told in said.items() if item.get(name) != told}
    if wrong or item.get("book_sequence") != record.sequence:
        yield f"item {key} is not as record {record.sequence} says: {wrong}, {item}"


def postings_land_once(evidence: Evidence) -> Broken:
    """13. Every posting of a book lands in its account, or in the house, exactly once."""
    yield from fees_reach_the_house_once(evidence)
    landed: Counter[tuple[str, str, int]] = Counter()
    for account, records in evidence.streams.accounts:
        reached: Counter[str] = Counter()
        settled = [r.body["cause"] for r in records if r.body["cause"]["kind"] == "settle"]
        for cause in settled:
            symbol, first, last = cause["book"], cause["from"], cause["to"]
            if first != reached[symbol] + 1 or last < first:
                yield f"{account} settled with {symbol} {first}-{last} after {reached[symbol]}"
            reached[symbol] = last
            landed.update((account, symbol, sequence) for sequence in range(first, last + 1))
    for account, symbol, sequence in _owed(evidence):
        times = landed[account, symbol, sequence]
        if times != 1:
            yield f"record {sequence} of {symbol} landed {times} times in {account}"


def _owed(evidence: Evidence) -> Iterator[tuple[str, str, int]]:
    """Yield (account, symbol, sequence) wherever a record of a book owes an account something."""
    for symbol, records in evidence.streams.books:
        for record in records:
            accounts = {row[0] for row in record.body["postings"]}
            for account in sorted(accounts - {f"fees#{symbol}", f"open#{symbol}"}):
                yield account, symbol, record.sequence


def changes_are_on_record(evidence: Evidence) -> Broken:
    """14. Each change has a record: no account moves and nothing is told without its cause."""
    yield from announcements_are_on_record(evidence)
    yield from movements_are_told(evidence)
    yield from entries_are_the_change(evidence)
    yield from house_entries_are_the_change(evidence)
    yield from reversals_reverse(evidence)
    yield from statements_add_up(evidence)
    yield from house_is_as_told(evidence)
    for account, records in evidence.streams.accounts:
        for record in records:
            if not record.body.get("cause", {}).get("kind"):
                yield f"account {account} {record.sequence} has no cause"
    for key, item in evidence.items.items():
        known = evidence.causes.get(key) or evidence.told.get(key)
        silent = not known and item["kind"] not in SAY_THEMSELVES
        if item["status"] != "QUEUED" and silent:
            yield f"item {key} is {item['status']}, and no record says why"


def everything_is_answered(evidence: Evidence) -> Broken:
    """15. Once faults stop, every request is answered and every hold resolved within a bound."""
    for key, item in evidence.items.items():
        if item["status"] in (*PENDING, "RESERVED"):
            yield f"item {key} ({item['kind']}) still waits, accepted at {item['placed_at_ms']}"
    for account, state in evidence.states.items():
        for item_id in state["answered"]:
            if not item_id.startswith(f"deposit#{LAST_DEPOSIT}"):
                yield f"account {account} keeps the answer of {item_id} for ever"
    yield from _books_are_done(evidence)
    yield from accounts_are_released(evidence)
    bounds = evidence.world.bounds
    yield from waiting_fees(evidence, evidence.rung_ms - bounds.fees_wait_ms - MINUTE_MS)


def _books_are_done(evidence: Evidence) -> Broken:
    """No book has a record that is not settled, or a taker in the middle of its fills."""
    cursors = evidence.world.dynamodb.tables["cursors"]
    for symbol, records in evidence.streams.books:
        cursor = cursors.get((f"settlement#{symbol}", None)) or {}
        position = int(cursor.get("position", {"N": "0"})["N"])
        if position != len(records):
            yield f"book {symbol} ends at {len(records)}, settled to {position}"
        if records[-1].body["continuing"]:
            yield f"book {symbol} ends in the middle of a taker"


def _told(invariant: Callable[[Evidence], Broken], evidence: Evidence) -> Broken:
    """Yield what breaks an invariant; evidence that cannot even be read breaks it, too."""
    try:
        yield from invariant(evidence)
    except Exception as fault:  # noqa: BLE001 - a broken journal breaks its reader in many ways
        yield f"not readable: {fault!r}"


INVARIANTS: Final[tuple[Callable[[Evidence], Broken], ...]] = (
    entries_sum_to_zero,
    clearing_agrees,
    holds_are_open_orders,
    positions_are_fills,
    commands_happen_once,
    nobody_is_overdrawn,
    money_is_conserved,
    nothing_executes_beyond_its_order,
    epochs_only_rise,
    chains_are_whole,
    replay_is_live,
    projections_are_the_fold,
    postings_land_once,
    changes_are_on_record,
    everything_is_answered,
)
MAX_DETAILS: Final = 5
"""Of one invariant: the first ones say enough."""


def check(world: Observed, heard: Heard, rung_ms: float) -> list[Violation]:
    """Return what is broken, in the order of the invariants.

    ``rung_ms`` is when the schedules rang last: what they drive on must stand by then.
    """
    defects = world.defects + [f"a reader changed {record}" for record in remembered.changed()]
    found = [Violation("no defect shows", text) for text in defects[:MAX_DETAILS]]
    evidence = Evidence(world, heard, rung_ms)
    for invariant in INVARIANTS:
        name = (invariant.__doc__ or "").partition("\n")[0]
        found += [Violation(name, text) for text in islice(_told(invariant, evidence), MAX_DETAILS)]
    return found
