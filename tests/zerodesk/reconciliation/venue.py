"""A whole venue in memory, cut into single reads and writes, for tests that interleave them.

Each actor is a generator that yields after every read and every write that others can see, so that
a test decides who goes on. The rules are those of the real functions; the engine, the account's
changes and the dues are the real ones.
"""

import copy
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.markets import a_market
from zerodesk.accounts import AccountState, Change, deposit, hold, open_account
from zerodesk.dues import settle
from zerodesk.house import HouseChange, HouseState
from zerodesk.instruments import Market
from zerodesk.matching import Book, cancel, listing, order
from zerodesk.orders import OrderStatus
from zerodesk.reconciliation import (
    AccountAudit,
    BookAudit,
    Breach,
    Comparison,
    Findings,
    HouseAudit,
    Readings,
    Shown,
    report,
)
from zerodesk.settlement import dues_by_account
from zerodesk.turnover import TickValue

if TYPE_CHECKING:
    from zerodesk.commands import Command

Actor = Iterator[None]
Body = dict[str, Any]


def market(symbol: str = "BTC-USD") -> Market:
    return a_market(symbol=symbol, reference_price=Decimal(1))


class Venue:
    """Journals, queue, items, cursors, and the actors that move them."""

    def __init__(self, *symbols: str) -> None:
        self.markets = {symbol: market(symbol) for symbol in symbols or ("BTC-USD",)}
        self.engines = {symbol: Book(symbol) for symbol in self.markets}
        self.books: dict[str, list[Body]] = {symbol: [] for symbol in self.markets}
        self.accounts: dict[str, list[Body]] = {}
        self.houses: dict[str, list[Body]] = {}
        self.cursors: dict[str, int] = dict.fromkeys(self.markets, 0)
        self.queues: dict[str, list[Command]] = {symbol: [] for symbol in self.markets}
        self.items: dict[tuple[str, str], Body] = {}
        self.shown_markets: dict[str, int] = dict.fromkeys(self.markets, 0)
        self.orders = 0
        self.placed: dict[str, tuple[str, str]] = {}
        for symbol, listed in self.markets.items():
            self.queues[symbol].append(listing(listed))
            self.run(self.matches(symbol))

    # What a real table does.

    def latest(self, account_id: str) -> tuple[int, AccountState]:
        records = self.accounts.get(account_id, [])
        if not records:
            return 0, AccountState()
        return len(records), AccountState.from_dict(copy.deepcopy(records[-1]["state"]))

    def append(self, account_id: str, sequence: int, change: Change) -> bool:
        records = self.accounts.setdefault(account_id, [])
        if len(records) != sequence:
            return False
        records.append(copy.deepcopy(change.to_body()))
        return True

    def house(self, currency: str) -> tuple[int, HouseState]:
        records = self.houses.get(currency, [])
        if not records:
            return 0, HouseState()
        return len(records), HouseState.from_dict(copy.deepcopy(records[-1]["state"]))

    def append_house(self, currency: str, sequence: int, change: HouseChange) -> bool:
        records = self.houses.setdefault(currency, [])
        if len(records) != sequence:
            return False
        records.append(copy.deepcopy(change.to_body()))
        return True

    def show(self, order_id: str, projection: Body, sequence: int) -> None:
        item = self.items[projection["account_id"], order_id]
        moving = not OrderStatus(item["status"]).is_terminal if item["kind"] == "order" else True
        if moving and item["book_sequence"] < sequence:
            item |= {name: projection.get(name, item.get(name)) for name in SHOWN}
            item["book_sequence"] = sequence

    # The actors.

    def funds(self, account_id: str, **amounts: int) -> Actor:
        sequence, state = self.latest(account_id)
        if not sequence:
            self.append(account_id, 0, open_account(state, account_id))
            yield
        for currency, minor in amounts.items():
            number = len(self.accounts[account_id])
            while True:
                sequence, state = self.latest(account_id)
                yield
                if self.append(
                    account_id, sequence, deposit(state, f"d-{number}", currency, minor)
                ):
                    break
            yield

    def places(
        self, account_id: str, symbol: str, side: Any, lots: int, ticks: int, **how: Any
    ) -> Actor:
        self.orders += 1
        order_id = f"o{self.orders}"
        command = order(self.markets[symbol], order_id, account_id, side, lots, ticks, **how)
        self.items[account_id, order_id] = new_item("order")
        self.placed[order_id] = (account_id, symbol)
        yield
        currency = self.markets[symbol].quote if side == "BUY" else self.markets[symbol].base
        while True:
            sequence, state = self.latest(account_id)
            yield
            if state.available_minor(currency) < command["held_minor"]:
                item = self.items[account_id, order_id]
                if item["status"] == "QUEUED":
                    item["status"] = "REJECTED"
                return
            if self.append(account_id, sequence, hold(state, command, currency)):
                break
        yield
        for _ in range(1 + self.orders % 2):
            # Every other order is sent twice, as a retried workflow does.
            self.queues[symbol].append(command)
            yield

    def cancels(self, order_id: str) -> Actor:
        account_id, symbol = self.placed[order_id]
        command = cancel(self.markets[symbol], order_id, account_id)
        self.items.setdefault((account_id, command["command_id"]), new_item("cancel"))
        yield
        self.queues[symbol].append(command)
        yield

    def matches(self, symbol: str) -> Actor:
        engine, queue = self.engines[symbol], self.queues[symbol]
        while queue or engine.continuing:
            batch, queue[:] = queue[:3], queue[3:]
            while batch or engine.continuing:
                decision = engine.decide(batch, max_fills=2)
                if decision is None:
                    break
                batch = batch[decision.consumed :]
                if decision.record is None:
                    continue
                body = copy.deepcopy(decision.record)
                self.books[symbol].append(body)
                sequence = len(self.books[symbol])
                yield
                for order_id, projection in body["orders"].items():
                    self.show(order_id, projection, sequence)
                    yield
            self.shown_markets[symbol] = len(self.books[symbol])
            yield

    def settles(self, symbol: str, limit: int = 4) -> Actor:
        position = self.cursors[symbol]
        yield
        records = list(enumerate(self.books[symbol], start=1))[position : position + limit]
        if not records:
            return
        yield
        for sequence, body in records:
            for order_id, projection in body["orders"].items():
                self.show(order_id, projection, sequence)
                yield
        upto, tick = records[-1][0], TickValue.of(self.markets[symbol])
        for account_id, dues in dues_by_account(symbol, records, tick).items():
            while True:
                sequence, state = self.latest(account_id)
                yield
                change = settle(state, symbol, upto, dues)
                if change is None or self.append(account_id, sequence, change):
                    break
            yield
        self.cursors[symbol] = max(self.cursors[symbol], upto)
        yield

    def run(self, actor: Actor) -> None:
        """Let one actor go on to its end."""
        for _ in actor:
            pass

    def settle_all(self) -> None:
        """Let everything come to rest."""
        for symbol in self.markets:
            self.run(self.matches(symbol))
            while self.cursors[symbol] < len(self.books[symbol]):
                self.run(self.settles(symbol))


SHOWN = ("status", "filled_lots", "filled_notional_minor", "fee_minor")


def new_item(kind: str) -> Body:
    return {"kind": kind, "status": "QUEUED", "book_sequence": 0} | dict.fromkeys(SHOWN[1:], 0)


class Auditor:
    """Reconciliation over a venue: the audits stay from run to run, as in a warm process."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self.books = {symbol: BookAudit(symbol) for symbol in venue.markets}
        self.accounts: dict[str, AccountAudit] = {}
        self.houses: dict[str, HouseAudit] = {}
        self.comparison = Comparison(Readings({}, {}, {}, {}, {}, frozenset(), frozenset()))
        self.findings = Findings()

    def reconciles(self) -> Actor:
        """Read in the order of ``compare``, one read at a time, then compare."""
        venue = self.venue
        listed = list(venue.accounts)
        yield
        cursors, ends = {}, {}
        for symbol in venue.markets:
            cursors[symbol] = venue.cursors[symbol]
            yield
            ends[symbol] = len(venue.books[symbol])
            yield
        for account_id in listed:
            account = self.accounts.setdefault(account_id, AccountAudit(account_id))
            follow(account, venue.accounts[account_id])
            yield
        for currency, records in venue.houses.items():
            follow(self.houses.setdefault(currency, HouseAudit(currency)), records)
            yield
        shown = {}
        for symbol, book in self.books.items():
            shown[symbol] = venue.shown_markets[symbol]
            yield
            follow(book, venue.books[symbol])
            yield
        self.readings = Readings(
            cursors,
            ends,
            self.accounts,
            self.books,
            shown,
            frozenset(listed),
            frozenset(venue.markets),
            houses=self.houses,
        )
        self.comparison = Comparison(self.readings).run()
        self.findings = Findings().add(self.comparison.findings)
        for book in self.books.values():
            self.findings.add(book.found())
        for account in self.accounts.values():
            self.findings.add(account.found())
        for house in self.houses.values():
            self.findings.add(house.found())
        yield from self._compares_items(cursors)

    def _compares_items(self, cursors: dict[str, int]) -> Actor:
        for symbol, book in self.books.items():
            for key in book.shown.due(cursors[symbol], limit=100):
                difference = book.shown.compare(key, self.item(key), cursors[symbol])
                yield
                if difference is not None:
                    code, detail = difference
                    subject = f"item {key[1]} of {key[0]}"
                    self.findings.breach(Breach(code, subject, detail, None, (symbol,)))

    def item(self, key: tuple[str, str]) -> Shown | None:
        if key not in self.venue.items:
            return None
        item = self.venue.items[key]
        return Shown(item["book_sequence"], *(item[name] for name in SHOWN))

    def run(self) -> dict[str, Any]:
        """Reconcile without a pause, and return the report."""
        self.venue.run(self.reconciles())
        return report(self.readings, self.findings, self.comparison.totals, "now")

    def codes(self) -> set[str]:
        """Reconcile without a pause, and return the codes of what is wrong."""
        return {breach["code"] for breach in self.run()["breaches"]}


def follow(audit: AccountAudit | BookAudit | HouseAudit, records: list[Body]) -> None:
    for sequence, body in list(enumerate(records, start=1))[audit.sequence :]:
        audit.apply(sequence, copy.deepcopy(body))
