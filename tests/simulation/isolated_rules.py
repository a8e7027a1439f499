"""Rules of isolated positions: whatever one makes or loses, its pot has, and nothing else does.

They go by the journals alone and count with code of their own: the pot from each record's entries,
what the position needs from its tiers, its orders at their worst and the marks that the record
names. Parts of invariants 5 and 6.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from tests.simulation.limit_rules import worst_of
from tests.simulation.perpetual_rules import closes, crowded_by, is_perpetual, share_of
from zerodesk.money import format_minor

if TYPE_CHECKING:
    from tests.simulation.invariants import Evidence
    from tests.simulation.reading import Record
    from zerodesk.instruments import Market

State = dict[str, Any]
Broken = Iterator[str]
TOLD: Final = ("isolation", "margin move")


@dataclass(frozen=True, slots=True)
class Change:
    """What one record did to one pot, or to the account around it where there is none."""

    market: "Market"
    place: str
    before: State
    record: "Record"

    @property
    def cause(self) -> dict[str, Any]:
        """Why the record was written."""
        cause: dict[str, Any] = self.record.body["cause"]
        return cause

    @property
    def after(self) -> State:
        """The account behind it."""
        state: State = self.record.body["state"]
        return state

    @property
    def symbol(self) -> str:
        """Whose pot it is."""
        return self.market.symbol

    def minor(self, state: State) -> int:
        """Return what is in the pot, nothing where there is none."""
        pot = state.get("isolated", {}).get(self.symbol)
        return 0 if pot is None else int(pot["minor"])

    @property
    def alone(self) -> State:
        """The position and the orders of the market alone, behind the record."""
        return _alone(self.after, self.symbol)

    @property
    def came_minor(self) -> int:
        """What came into the pot, negative where it went."""
        return self.minor(self.after) - self.minor(self.before)

    @property
    def freed_minor(self) -> int:
        """What of the currency became free, negative where it was taken of what was."""
        entries = self.record.body["entries"]
        return sum(e[2] for e in entries if (e[0], e[1]) == ("available", self.market.quote))

    def spare_minor(self, seen: dict[str, Any]) -> int:
        """Return what the pot and the unrealised have beyond the initial margin, orders filled.

        ``seen`` has the marks that the record was decided on, and volumes where they count.
        """
        row, alone = self.after.get("positions", {}).get(self.symbol, (0, 0)), self.alone
        sides = (worst_of({self.symbol: self.market}, alone, side) for side in ("BUY", "SELL"))
        lots = max(abs(one[self.symbol]) for one in sides) // self.market.lot_value_minor
        have_minor = self.minor(self.after)
        if not row[0] and not lots:
            return have_minor
        mark_ticks, tick_minor = seen["marks"][self.symbol][0], self.market.tick_value_minor
        have_minor += int(row[0] * mark_ticks - row[1]) * tick_minor
        worth_minor = mark_ticks * tick_minor
        have_minor -= crowded_by(self.market, lots, worth_minor, seen.get("volumes", {}))
        return have_minor - share_of(self.market, lots * worth_minor, "initial_bps")


def _alone(state: State, symbol: str) -> State:
    """Return a state with the position and the orders of one market only."""
    rows, holds = state.get("positions", {}), state["holds"]
    return {
        "positions": {one: row for one, row in rows.items() if one == symbol},
        "holds": {n: one for n, one in holds.items() if one["command"]["symbol"] == symbol},
    }


def isolated_positions_keep_to_their_pots(evidence: "Evidence") -> Broken:
    """What is in a pot came by a move, an order, its book or the fund, each by its own rule."""
    perpetuals = [one for symbol, one in evidence.markets.items() if is_perpetual(symbol)]
    for account, records in evidence.streams.accounts:
        for before, record in pairwise(records):
            for market in perpetuals:
                state, after = before.body["state"], record.body["state"]
                if market.symbol in state.get("isolated", {}) | after.get("isolated", {}):
                    place = f"{account} {record.sequence}"
                    yield from _keeps(Change(market, place, state, record))


def _keeps(change: Change) -> Broken:
    yield from RULES.get(change.cause["kind"], _is_another)(change)
    if change.minor(change.after) < min(0, change.minor(change.before)):
        lost = change.cause["kind"] in ("settle", "liquidate") or change.cause.get("reduces")
        if not lost:
            yield f"{change.place}, a {change.cause['kind']}, takes of a pot what is not there"


def _is_another(change: Change) -> Broken:
    """Nothing else has to do with a pot."""
    if change.came_minor:
        yield f"{change.place}, a {change.cause['kind']}, brings a pot {change.came_minor}"


def _settles(change: Change) -> Broken:
    """A position is paid, and pays, out of its pot alone; and no other book does."""
    is_own = change.cause["book"] == change.symbol
    wrong = change.freed_minor if is_own else change.came_minor
    if wrong:
        yield f"{change.place} settles {change.cause['book']}, {wrong} in the wrong purse"


def _holds(change: Change) -> Broken:
    """An order brings what its pot lacks, to the unit, and leaves the initial margin there."""
    hold = change.after["holds"][change.cause["order_id"]]
    command, brought_minor = hold["command"], -change.freed_minor
    if command["symbol"] != change.symbol:
        yield from _is_another(change)
        return
    held = [one for n, one in change.after["holds"].items() if n not in change.before["holds"]]
    held_minor = sum(one["held_minor"] for one in held)
    if brought_minor < 0 or change.came_minor != brought_minor - held_minor:
        yield f"{change.place} brings {brought_minor}, holds {held_minor}: {change.came_minor} came"
    markets = {change.symbol: change.market}
    if closes(markets, change.alone, command):
        return
    # The fee of what only closes needs no margin, also where it follows an order that opens.
    fees = (one["held_minor"] for one in held if closes(markets, change.alone, one["command"]))
    spare_minor = change.spare_minor(change.cause["decided_on"]) + sum(fees)
    is_fee = change.minor(change.after) == 0
    if spare_minor < 0 or (brought_minor and spare_minor and not is_fee and len(held) == 1):
        yield f"{change.place} brings {brought_minor}, and leaves {spare_minor} to spare"


def _moves(change: Change) -> Broken:
    """A move has the number after the latest; what goes out is there, and is not needed."""
    if change.cause["symbol"] != change.symbol:
        yield from _is_another(change)
        return
    was, now = (state["isolated"][change.symbol] for state in (change.before, change.after))
    told = (now["moves"], now["moved_minor"])
    if told != (was["moves"] + 1, change.came_minor) or change.came_minor != -change.freed_minor:
        yield f"{change.place} moves {change.came_minor} as {told}, after {was}"
    if change.cause["number"] != now["moves"]:
        yield f"{change.place} is move {change.cause['number']}, the pot says {now}"
    if change.came_minor > 0:
        return
    if now["minor"] < 0 or change.spare_minor(change.cause) < 0:
        yield f"{change.place} moves {change.came_minor}, and leaves {now['minor']}"


def _changes_mode(change: Change) -> Broken:
    """A pot comes empty and goes whole, while nothing is open in its market or owed there."""
    if change.cause["symbol"] != change.symbol:
        yield from _is_another(change)
        return
    alone = _alone(change.before, change.symbol)
    is_open = any(row[0] for row in alone["positions"].values()) or alone["holds"]
    went_minor = change.minor(change.before)
    if is_open or went_minor < 0 or change.freed_minor != went_minor or change.minor(change.after):
        yield f"{change.place}, a {change.cause['kind']}, with {alone} and {went_minor} in the pot"


def _steps(change: Change) -> Broken:
    """A liquidation takes the fee of its order out of the pot that it is of, and nothing more."""
    order_id = change.cause.get("took", {}).get("order_id")
    hold = change.after["holds"].get(order_id, {"held_minor": 0})
    if change.cause.get("isolated") != change.symbol:
        yield from _is_another(change)
    elif change.came_minor != -hold["held_minor"] or change.freed_minor:
        yield f"{change.place} brings a pot {change.came_minor}, frees {change.freed_minor}"


def _receives(change: Change) -> Broken:
    """What comes into a pot from elsewhere is what its liquidation has asked the fund for."""
    if not change.came_minor:
        return
    liquidation = change.before["isolated"][change.symbol].get("liquidation") or {}
    if change.freed_minor or change.came_minor != liquidation.get("asked_minor"):
        yield f"{change.place} receives {change.came_minor} in a pot, {liquidation} is under way"


RULES: Final[dict[str, Callable[[Change], Broken]]] = {
    "settle": _settles,
    "hold": _holds,
    "move_margin": _moves,
    "isolate": _changes_mode,
    "cross": _changes_mode,
    "liquidate": _steps,
    "receive": _receives,
}


def pots_are_as_told(evidence: "Evidence") -> Broken:
    """What an account was told of its pot is what the record says that the answer names."""
    for errand, answered in evidence.heard.errands:
        if errand.kind not in TOLD or answered.status not in (200, 201):
            continue
        told, records = answered.json, evidence.streams.by_name[f"account#{errand.who}"]
        state = records[told["account_sequence"] - 1].body["state"]
        pot = state.get("isolated", {}).get(told["symbol"])
        stands = (
            None if pot is None else (format_minor(pot["minor"], pot["currency"]), pot["moves"])
        )
        said = (told["margin"], told["moves"]) if told["is_isolated"] else None
        if stands != said:
            yield f"{errand.who} was told {told}, on record is {pot}"
        asked = {"symbol": told["symbol"]} | (errand.body or {})
        if errand.kind == "margin move" and not _is_on_record(asked, records):
            yield f"{errand.who} was told {told} of {errand.body}, which no record moves"


def _is_on_record(asked: dict[str, Any], records: list["Record"]) -> bool:
    """Whether a move that was acknowledged was made once, with its amount."""
    made = [
        pot
        for record in records
        if (cause := record.body["cause"])["kind"] == "move_margin"
        and (cause["symbol"], cause["number"]) == (asked["symbol"], asked["number"])
        for pot in [record.body["state"]["isolated"][cause["symbol"]]]
    ]
    amounts = [format_minor(pot["moved_minor"], pot["currency"]) for pot in made]
    return amounts == [asked["amount"]]
