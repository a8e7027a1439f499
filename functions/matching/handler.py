"""Match one batch; the card is in this package's docstring."""

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from matching.batch import Group, Message, groups
from matching.settings import (
    COMMAND_QUEUE_URL,
    EVENT_BUS_NAME,
    HOME_REGION,
    JOURNAL_TABLE,
    MARKET_TABLE,
    ORDERS_TABLE,
    SNAPSHOTS_BUCKET,
    SNAPSHOTS_TABLE,
)
from zerodesk_aws.announcements import indicated, of_record, settlement_wanted
from zerodesk_aws.at_once import Call, at_once
from zerodesk_aws.books import BookMovedError, Books, Committed, UndecidableError
from zerodesk_aws.bus import Bus
from zerodesk_aws.entry import count, logger, metrics
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.settings import this_region
from zerodesk_aws.snapshots import Snapshots
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders

if TYPE_CHECKING:
    from zerodesk.commands import TakeOver

books = Books(
    JOURNAL_TABLE,
    Snapshots(SNAPSHOTS_TABLE, SNAPSHOTS_BUCKET),
    region=this_region(),
    home=HOME_REGION,
)
orders = Orders(ORDERS_TABLE)
markets = Markets(MARKET_TABLE)
bus = Bus(EVENT_BUS_NAME)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the queue with the messages that must come again."""
    failed: list[str] = []
    for group in groups(event):
        try:
            failed += match(group)
        except Exception:  # noqa: BLE001 - see below
            # One book's trouble is not another's: its messages come again, in order.
            logger.exception("batch failed", symbol=group.symbol, commands=len(group.messages))
            count("MatchingFailures")
            failed += group.message_ids
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def match(group: Group) -> list[str]:
    """Commit a group's commands to its book, then tell whoever waits; return what fails."""
    for message_id in group.unreadable_ids:
        quarantine(group.symbol, message_id, "no JSON object")
    records = take_over(group.takeover) if group.takeover else []
    decided, failed = decide(group.symbol, group.messages)
    if decided is not None:
        tell(group.symbol, records + decided)
    return group.unreadable_ids + failed


def decide(symbol: str, messages: list[Message]) -> tuple[list[Committed] | None, list[str]]:
    """Commit commands to their book; return what was appended, and the messages that fail.

    What is for a book that moved is sent on, and nothing is left to tell: None. What was passed
    over before that still fails, or it would never be among the dead letters.
    One that cannot be decided fails until its book has tried it for the last time, and those behind
    it wait, for the fault may pass; then they go on without it. Those behind one that is no command
    need not wait.
    """
    records: list[Committed] = []
    failed: list[str] = []
    while True:
        try:
            return records + books.commit(symbol, [one.command for one in messages]), failed
        except BookMovedError as moved:
            forward(moved)
            return None, failed
        except UndecidableError as fault:
            records += fault.records
            stuck, *messages = messages[len(messages) - fault.left :]
            if not (fault.is_for_good or stuck.is_last_try):
                logger.exception("command undecided", symbol=symbol, tries=stuck.tries)
                count("MatchingFailures")
                return records, [*failed, *(one.message_id for one in (stuck, *messages))]
            quarantine(symbol, stuck.message_id, repr(fault.__cause__))
            failed.append(stuck.message_id)


def quarantine(symbol: str, message_id: str, fault: str) -> None:
    """Say that a message is passed over: it fails until it is among the dead letters."""
    logger.error("command quarantined", symbol=symbol, message_id=message_id, fault=fault)
    count("CommandsQuarantined")


def tell(symbol: str, records: list[Committed]) -> None:
    """Move the projections at once, then tell the bus what was recorded."""
    if not records:
        # All repeats. Whoever decided them may have died before it told anybody.
        bus.publish([settlement_wanted(symbol)])
        count("BatchesRepeated")
        return
    view, book_sequence = books.view(symbol), records[-1][0]
    shows_market: Call = partial(markets.project, symbol, view, book_sequence)
    at_once(orders.opening(records))
    at_once([*orders.showing(records), shows_market])
    told = chain.from_iterable(of_record(symbol, *record) for record in records)
    bus.publish(chain(told, indicated(symbol, view)))
    count("BatchesMatched")
    logger.info("batch matched", symbol=symbol, book_sequence=book_sequence)


def take_over(asked: "TakeOver") -> list[Committed]:
    """Make this region the home of a book, unless that is done."""
    records = books.take_over(asked["symbol"], asked["from_epoch"])
    if records:
        count("BooksTakenOver")
        logger.warning("book taken over", symbol=asked["symbol"], epoch=asked["from_epoch"] + 1)
    return records


def queue_in(region: str) -> CommandQueue:
    """Return the queue of another region; made when it is needed, which is hardly ever."""
    return CommandQueue(COMMAND_QUEUE_URL.replace(this_region(), region), region)


def forward(moved: BookMovedError) -> None:
    """Send commands to the region that took their book over; a repeat is known there by its id.

    What this region decided just before settlement shows and tells, as after a crash.
    """
    home = queue_in(moved.home)
    for command in moved.commands:
        home.send(command)
    count("CommandsForwarded", len(moved.commands))
    logger.warning("book moved", symbol=moved.symbol, home=moved.home, commands=len(moved.commands))
