"""Match one batch; the card is in this package's docstring."""

from typing import Any

from matching.batch import Group, groups
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
from zerodesk.orders import TakeOver
from zerodesk_aws.announcements import indicated, of_record, settlement_wanted
from zerodesk_aws.books import BookMovedError, Books, Committed
from zerodesk_aws.bus import Bus
from zerodesk_aws.entry import count, logger, metrics
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.settings import this_region
from zerodesk_aws.snapshots import Snapshots
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders

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
            match(group)
        except Exception:  # noqa: BLE001 - see below
            # One book's trouble is not another's: its messages come again, in order.
            logger.exception("batch failed", symbol=group.symbol, commands=len(group.commands))
            count("MatchingFailures")
            failed += group.message_ids
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def match(group: Group) -> None:
    """Commit a group's commands to its book, then tell whoever waits."""
    try:
        records = take_over(group.takeover) if group.takeover else []
        records += books.commit(group.symbol, group.commands)
    except BookMovedError as moved:
        forward(moved)
        return
    for sequence, body in records:
        orders.project_record(sequence, body)
    if not records:
        # All repeats. Whoever decided them may have died before it told anybody.
        bus.publish([settlement_wanted(group.symbol)])
        count("BatchesRepeated")
        return
    view = books.view(group.symbol)
    markets.project(group.symbol, view, records[-1][0])
    for sequence, body in records:
        bus.publish(of_record(group.symbol, sequence, body))
    bus.publish(indicated(group.symbol, view))
    count("BatchesMatched")
    logger.info("batch matched", symbol=group.symbol, book_sequence=records[-1][0])


def take_over(asked: TakeOver) -> list[Committed]:
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
