"""Rules of cancels of many, each a function from the evidence to what breaks it.

They are parts of the fifteen invariants: what "each acknowledged command" and "projections" mean of
a command that names its orders, and whose item is done once each of them is final.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tests.simulation.trading_rules import SWITCH, TERMINAL

if TYPE_CHECKING:
    from tests.simulation.invariants import Evidence
    from tests.simulation.reading import Record

KIND: Final = "cancel_all"
SAY_THEMSELVES: Final = (KIND, SWITCH)
"""Kinds of items that no record says something of: their rules are here."""
LIQUIDATION: Final = "liquidation#"
"""What the id begins with of a cancel that begins a liquidation."""

COMES_IN: Final = ("OrderOpened", "OrderArmed", "TradeExecuted")


def mass_cancels_stand(evidence: "Evidence") -> Iterator[str]:
    """A cancel of many names what was held by its record, ends that, and nothing else."""
    named: dict[str, set[str]] = {}
    for (account, command_id), item in evidence.items.items():
        if item["kind"] != KIND:
            continue
        request = item["request"]
        named[command_id] = {one for orders in request["books"].values() for one, _ in orders}
        held = _held(evidence, account, request)
        if named[command_id] != held:
            yield f"{command_id} of {account} names {named[command_id]}, held were {held}"
        shown = [evidence.items[account, one] for one in held if (account, one) in evidence.items]
        left = [item["order_id"] for item in shown if item["status"] not in TERMINAL]
        if left or item["status"] != "DONE":
            yield f"{command_id} of {account} is {item['status']}, and not final are {left}"
    for event in evidence.events:
        of = named.get(event["command_id"])
        # What an order leads, or what it follows, ends with it.
        ended = event.get("ended_with", event.get("order_id"))
        if of is not None and event["type"] == "OrderCancelled" and ended not in of:
            yield f"{event['command_id']} cancels {event['order_id']}, which it does not name"
    for symbol, records in evidence.streams.books:
        yield from _stay_away(symbol, records)
    yield from _told(evidence)


def _held(evidence: "Evidence", account: str, request: dict[str, Any]) -> set[str]:
    """Return the orders held by the record of an account that a cancel goes by.

    That of a liquidation leaves those of isolated positions: they have nothing to do with it.
    """
    sequence, symbol = request["account_sequence"], request["symbol"]
    if not sequence:
        return set()
    state = evidence.streams.by_name[f"account#{account}"][sequence - 1].body["state"]
    commands = {order_id: hold["command"] for order_id, hold in state["holds"].items()}
    is_of_rest = symbol is None and request["cancel_id"].startswith(LIQUIDATION)
    spared = state.get("isolated", {}) if is_of_rest else {}
    return {
        order_id
        for order_id, command in commands.items()
        if command["kind"] == "place"
        and symbol in (None, command["symbol"])
        and command["symbol"] not in spared
    }


def _stay_away(symbol: str, records: "list[Record]") -> Iterator[str]:
    """Yield what comes into a book or trades behind the record that ends it."""
    gone: set[str] = set()
    naming: set[str] = set()
    for record in records:
        events: list[dict[str, Any]] = record.body["events"]
        if not naming:
            for event in events:
                ids = {event.get(f"{role}order_id") for role in ("", "maker_", "taker_")}
                if event["type"] in COMES_IN and ids & gone:
                    yield f"{symbol} {record.sequence}: {event}, cancelled with many others"
        refused = {one["command_id"] for one in events if one["type"] == "CommandRefused"}
        for command in record.body["commands"]:
            if command["kind"] == KIND and command["command_id"] not in refused:
                naming |= {order_id for order_id, _ in command["orders"]}
        if not record.body["continuing"]:
            gone |= naming
            naming = set()


def switches_fire(evidence: "Evidence") -> Iterator[str]:
    """A switch whose time is up has cancelled all, not before its time; one that is off has not."""
    fired = {
        (account, item["request"]["cancel_id"]): item["placed_at_ms"]
        for (account, _), item in evidence.items.items()
        if item["kind"] == KIND and item["request"]["cancel_id"].startswith(SWITCH)
    }
    for (account, cancel_id), at_ms in fired.items():
        if at_ms < int(cancel_id.rpartition("-")[2]):
            yield f"{cancel_id} of {account} fired at {at_ms}"
    for (account, _), item in evidence.items.items():
        if item["kind"] != SWITCH:
            continue
        until_ms = item["request"]["cancels_at_ms"]
        if item["status"] != "DONE":
            yield f"switch of {account} is {item['status']}, its time is {until_ms}"
        elif until_ms is not None and (account, f"{SWITCH}-{until_ms}") not in fired:
            yield f"switch of {account} is done, and nothing fired at {until_ms}"


def _told(evidence: "Evidence") -> Iterator[str]:
    """Yield what clients were told is done and is not as it was told."""
    for errand, answered in evidence.heard.errands:
        if errand.kind != "mass cancel" or answered.status != 200:
            continue
        for order in answered.json["orders"]:
            status = evidence.items[errand.who, order["order_id"]]["status"]
            if order["status"] not in TERMINAL or order["status"] != status:
                yield f"{errand.name} told {order['status']}, {order['order_id']} is {status}"
