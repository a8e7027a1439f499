"""What an order may say, and which two of its terms go together: read off the scenarios."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

from tests.scenarios.test_scenarios import SCENARIOS, commands_of
from tests.zerodesk.matching.streams import Run
from zerodesk.orders import OrderType, SelfTrade, TimeInForce, Trigger

FLAGS: Final = {
    "amount_minor": "an amount",
    "trail_ticks": "trails by ticks",
    "trail_bps": "trails by basis points",
    "display_lots": "iceberg",
    "min_quantity_lots": "a minimum",
    "reduce_only": "reduce-only",
    "stop_ticks": "a stop beside it",
    "then": "leads another",
    "after": "follows another",
}
"""Terms that an order has or has not, as the page calls them."""
TYPES: Final = tuple(one.value for one in OrderType)
IN_FORCE: Final = tuple(one.value for one in TimeInForce)
TRIGGERS: Final = tuple(one.value for one in Trigger)
POST_ONLY: Final = ("post-only", "post-only that slides")
PREVENTIONS: Final = tuple(one.value for one in SelfTrade if one is not SelfTrade.NONE)
ALTERNATIVES: Final = (TYPES, IN_FORCE, TRIGGERS, POST_ONLY, PREVENTIONS)
"""Of each of these an order has one at most."""
ALL: Final = (*TYPES, *IN_FORCE, *TRIGGERS, *POST_ONLY, *FLAGS.values(), *PREVENTIONS)

Pair = frozenset[str]


def terms_of(command: Any) -> set[str]:
    """Return the terms of an order."""
    terms = {command["type"], command["time_in_force"], command.get("trigger")}
    terms |= {name for field, name in FLAGS.items() if command.get(field)}
    terms.add(command.get("self_trade", SelfTrade.NONE))
    if command["post_only"]:
        terms.add(POST_ONLY[bool(command.get("slides"))])
    return terms & {*ALL}


def pairs() -> set[Pair]:
    """Return every two terms that an order could have at once."""
    both = (frozenset(pair) for pair in combinations(ALL, 2))
    return {pair for pair in both if not any(pair <= {*group} for group in ALTERNATIVES)}


def decided() -> dict[Pair, bool]:
    """Return each pair of a scenario, and whether an order with both is taken for one at all."""
    goes: dict[Pair, bool] = {}
    for terms, code in _orders():
        for pair in combinations(terms, 2):
            makes_sense = code != "MATCHING_INVALID_COMMAND"
            goes[frozenset(pair)] = makes_sense or goes.get(frozenset(pair), False)
    return goes


def states_of_terms() -> set[tuple[str, str]]:
    """Return each term with each state in which an order of it comes to its market."""
    found = set[tuple[str, str]]()
    for scenario in SCENARIOS:
        state = "OPEN"
        for command in commands_of(scenario):
            if command["kind"] == "set_state":
                state = command["state"]
            elif command["kind"] == "place":
                found |= {(term, state) for one in _both(command) for term in terms_of(one)}
    return found


def _orders() -> Iterator[tuple[set[str], str | None]]:
    """Yield the terms of every order, and why its book refused it, or the one that it follows."""
    for scenario in SCENARIOS:
        commands = commands_of(scenario)
        run = Run.of(commands)
        run.take(commands, [1], 1_000)
        for command in commands:
            # One that follows and comes by itself is refused whatever else it says.
            if command["kind"] == "place" and "after" not in command:
                _, code, *_ = run.answers[command["command_id"]]
                yield from ((terms_of(one), code) for one in _both(command))


def _both(command: Any) -> list[Any]:
    """Return an order, and the one that follows it, if one does."""
    return [command, command["then"]] if "then" in command else [command]


def table() -> Iterator[str]:
    """Yield the lines of a table: of each term, with which others it makes no sense."""
    against = {pair for pair, goes in decided().items() if not goes}
    yield "| an order that is or has | makes no sense with |"
    yield "|---|---|"
    for term in ALL:
        others = [one for one in ALL if frozenset({term, one}) in against]
        yield f"| {term} | {', '.join(others) or 'nothing'} |"
