"""Write golden journals: archives that every later version must replay to the same hashes.

    python -m tests.tools.golden             write those of this version, where there are none
    python -m tests.tools.golden --as NAME   the same under a name of their own, for a new form
    python -m tests.tools.golden --print     decide them again and print their last hashes

They are written once per version and form of record, and never again: a version that reads them
otherwise is wrong, not the files.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.chained_records import append_record
from tests.zerodesk.matching.streams import ACCOUNTS, MARKET, a_stream
from zerodesk import CODE_VERSION
from zerodesk.accounts import AccountState, Change, deposit, hold, open_account, reject
from zerodesk.archive import Archive
from zerodesk.commands import Command
from zerodesk.dues import settle
from zerodesk.matching import Book
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.settlement import dues_by_account
from zerodesk.turnover import TickValue

if TYPE_CHECKING:
    from zerodesk.verification import Record

GOLDEN: Final = Path(__file__).parents[1] / "data" / "golden"
SEED, COMMANDS, BATCH, MAX_FILLS, ANCHOR_EVERY, TAKEOVER_AT = 17, 240, 3, 2, 25, 60
FUNDS_MINOR: Final = 10**12


class Venue:
    """A book and the accounts that trade in it, with the journals that they write."""

    def __init__(self) -> None:
        self.book = Book(MARKET.symbol, anchor_every=ANCHOR_EVERY)
        self.states = {account_id: AccountState() for account_id in ACCOUNTS}
        self.journals: dict[str, list[Record]] = defaultdict(list)
        self.settled = 0

    def append(self, stream: str, body: dict[str, Any], at_ms: int) -> None:
        append_record(
            self.journals[stream], stream, body, at_ms=at_ms, begins_epoch="takeover" in body
        )

    def change(self, account_id: str, change: Change) -> None:
        self.states[account_id] = change.state
        self.append(f"account#{account_id}", change.to_body(), self.book.time_ms)

    def open(self) -> None:
        for account_id in ACCOUNTS:
            self.change(account_id, open_account(self.states[account_id], account_id))
            for currency in (MARKET.quote, MARKET.base):
                funded = deposit(self.states[account_id], f"d-{currency}", currency, FUNDS_MINOR)
                self.change(account_id, funded)

    def take(self, commands: list[Command]) -> None:
        for command in commands:
            if command["kind"] == "place":
                self.hold(command)
        rest = commands
        while rest or self.book.continuing:
            decision = self.book.decide(rest, max_fills=MAX_FILLS)
            if decision is None:
                break
            rest = rest[decision.consumed :]
            if decision.record is not None:
                self.append(self.book.stream, decision.record, self.book.time_ms)
        self.settle()

    def hold(self, command: Any) -> None:
        account_id, order_id = command["account_id"], command["command_id"]
        currency = MARKET.quote if command["side"] == "BUY" else MARKET.base
        state = self.states[account_id]
        if order_id in state.holds:
            return
        self.change(account_id, hold(state, command, currency))

    def take_over(self, home: str) -> None:
        record = self.book.take_over(home).record
        assert record is not None
        self.append(self.book.stream, record, self.book.time_ms)

    def settle(self) -> None:
        records = self.journals[self.book.stream]
        bodies = [(record.sequence, record.body) for record in records[self.settled :]]
        self.settled = len(records)
        for account_id, dues in dues_by_account(
            MARKET.symbol, bodies, TickValue.of(MARKET)
        ).items():
            change = settle(self.states[account_id], MARKET.symbol, self.settled, dues)
            assert change is not None
            self.change(account_id, change)


def a_venue() -> Venue:
    """Return a venue after a day of everything: late, early, repeated, closed, taken over."""
    venue = Venue()
    venue.open()
    commands = a_stream(SEED, COMMANDS)
    for start in range(0, len(commands), BATCH):
        venue.take(commands[start : start + BATCH])
        if start == TAKEOVER_AT:
            venue.take_over("eu-west-1")
    rejection = Rejection(RejectionCode.RISK_INSUFFICIENT_BALANCE, "a refusal")
    venue.change("alice", reject(venue.states["alice"], "o-refused", rejection))
    return venue


def files(venue: Venue) -> Iterator[tuple[str, bytes]]:
    """Yield the archives of a venue's journals, two exports each, as (path, bytes)."""
    for stream, records in sorted(venue.journals.items()):
        archive, half = Archive(stream), len(records) // 2
        for some in (records[:half], records[half:]):
            for name, data in archive.export(some, part_records=100):
                yield f"{stream}/{name}", data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--print", action="store_true", dest="prints")
    parser.add_argument("--as", default=CODE_VERSION, dest="name")
    options = parser.parse_args()
    venue = a_venue()
    if options.prints:
        for stream, records in sorted(venue.journals.items()):
            sys.stdout.write(f"{stream} {len(records)} {records[-1].hash}\n")
        return
    folder = GOLDEN / options.name
    if folder.exists():
        sys.exit(f"{folder} stands for good")
    for name, data in files(venue):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()
