"""Rules of liquidations: who is liquidated, by what steps, and never a unit too much.

They go by the journals alone and count with code of their own: the margin from the state that each
record stands behind and the marks that it names. Parts of invariants 6, 7 and 15.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from tests.simulation.money_rules import POT
from tests.simulation.perpetual_rules import KEPT, crowded_by, is_perpetual, need_of, share_of
from zerodesk.insurance import FUND
from zerodesk.money import BASIS_POINTS

if TYPE_CHECKING:
    from tests.simulation.invariants import Evidence
    from tests.simulation.reading import Record
    from zerodesk.instruments import Market

State = dict[str, Any]
Cause = dict[str, Any]
Broken = Iterator[str]
KIND: Final = "liquidate"
TOLD_AT: Final = {"initial_bps": 1, "maintenance_bps": 2}
"""Where a record says what is needed, behind the equity."""

FURTHEST_BPS: Final = 200
"""How far from the mark an order of a liquidation may trade."""


def liquidations_keep_their_rules(evidence: "Evidence") -> Broken:
    """An account is liquidated below its maintenance, step by step, and by nothing else."""
    for account, records in evidence.streams.accounts:
        for before, record in pairwise(records):
            place, cause = f"{account} {record.sequence}", record.body["cause"]
            state = before.body["state"]
            if cause["kind"] == KIND:
                step = Step(evidence.markets, place, state, record)
                yield from STEPS[cause["step"]](step)
            elif cause["kind"] == "hold" and _is_stopped(record, state):
                yield f"{place} is held for while it is liquidated"
    asked = _asked(evidence)
    yield from _asked_is_paid(evidence, asked)
    yield from _paid_to_who_asked(evidence, asked)
    yield from _left_owing(evidence)
    yield from _taken_over_while_liquidated(evidence)


def _is_stopped(record: "Record", state: State) -> bool:
    """Whether an order came while its account is liquidated, or its isolated position is."""
    order = record.body["state"]["holds"][record.body["cause"]["order_id"]]["command"]
    pot = state.get("isolated", {}).get(order["symbol"], {})
    return bool(state.get("liquidation") or pot.get("liquidation"))


class Step:
    """One record of a liquidation, and the account that it stands behind.

    Where it is of one ``isolated`` position, what is there and what is open is of that alone.
    """

    def __init__(
        self, markets: dict[str, "Market"], place: str, state: State, record: "Record"
    ) -> None:
        self.markets, self.place, self.state, self.record = markets, place, state, record
        self.cause: Cause = record.body["cause"]
        self.after: State = record.body["state"]
        self.isolated: str | None = self.cause.get("isolated")

    def is_concerned(self, symbol: str) -> bool:
        """Whether a market is among those whose position is liquidated."""
        if self.isolated is not None:
            return symbol == self.isolated
        return symbol not in self.state.get("isolated", {})

    def free(self) -> dict[str, int]:
        """Return what is there without the unrealised, by currency."""
        if self.isolated is None:
            return dict(self.state["available"])
        pot = self.state["isolated"][self.isolated]
        return {pot["currency"]: pot["minor"]}

    def standing(self, state: State) -> Any:
        """Return the liquidation as it stands in a state of the account."""
        whose = state if self.isolated is None else state["isolated"][self.isolated]
        return whose.get("liquidation")

    def held(self) -> list[str]:
        """Return the orders that are held for."""
        holds = self.state["holds"].items()
        return sorted(name for name, one in holds if self.is_concerned(one["command"]["symbol"]))

    def lots(self, symbol: str) -> int:
        """Return what the account has open in a market."""
        return int(self.state.get("positions", {}).get(symbol, (0,))[0])

    def margin(self, currency: str, level: str) -> tuple[int, int]:
        """Return what is there and what the positions need of a currency, at the record's marks.

        They need what the record says, which may be less than their tiers for spot beside them, and
        never more.
        """
        have, need = self.free().get(currency, 0), 0
        volumes = self.cause.get("volumes", {})
        for symbol, row in self.state.get("positions", {}).items():
            market = self.markets[symbol]
            if not self.is_concerned(symbol):
                continue
            if row[0] and is_perpetual(symbol) and market.quote == currency:
                mark = self.cause["marks"][symbol][0]
                have += (row[0] * mark - row[1]) * market.tick_value_minor
                lots, worth = abs(row[0]), mark * market.tick_value_minor
                crowded = crowded_by(market, lots, worth, volumes)
                need += share_of(market, lots * worth, level)
                need += crowded if level == "initial_bps" else ceil(crowded * KEPT)
        told = self.cause["margins"].get(self.isolated or currency)
        return have, need if told is None else min(need, told[TOLD_AT[level]])

    def left_open(self, currency: str, *, in_full: bool) -> dict[str, int]:
        """Return what all positions of a currency need with a step of one filled, by whose it is.

        What is there against that is the same whichever is closed at the mark.
        """
        rows = self.state.get("positions", {})
        lots = {
            symbol: row[0]
            for symbol, row in rows.items()
            if row[0]
            and is_perpetual(symbol)
            and self.is_concerned(symbol)
            and self.markets[symbol].quote == currency
        }
        behind = {one: _behind_step(held, in_full=in_full) for one, held in lots.items()}
        return {one: self._need(lots | {one: left}) for one, left in behind.items()}

    def _need(self, lots: dict[str, int]) -> int:
        """Return what positions of so many lots need by initial margin, with spot beside them."""
        rows = {symbol: [held, 0] for symbol, held in lots.items()}
        state, need = self.state | {"positions": rows}, 0
        for symbol, held in lots.items():
            market, mark = self.markets[symbol], self.cause["marks"][symbol][0]
            worth = mark * market.tick_value_minor
            volumes = self.cause.get("volumes", {})
            need += need_of(market, state, symbol, [held, -held], worth, volumes)
        return need

    def number(self) -> Broken:
        """Yield a step that is of no liquidation, of another one, or decided with holds."""
        standing = self.standing(self.state)
        if standing is None or standing["number"] != self.cause["number"]:
            yield f"{self.place}: {self.cause['step']} of {standing}"
        if self.held():
            yield f"{self.place}: {self.cause['step']} with {self.held()} held"


def _behind_step(lots: int, *, in_full: bool) -> int:
    """Return what is open behind a step of a position: three quarters of it, or nothing."""
    closes = abs(lots) if in_full else -(-abs(lots) // 4)
    return lots - closes if lots > 0 else lots + closes


def _relieves_most(step: Step) -> Broken:
    """Of several positions that one has its step which leaves the least to be asked for."""
    if step.isolated is not None:
        return
    symbol = step.cause["took"]["symbol"]
    currency = step.markets[symbol].quote
    have, _ = step.margin(currency, "initial_bps")
    left = step.left_open(currency, in_full=have <= 0)
    if left.get(symbol, 0) > min(left.values(), default=0):
        yield f"{step.place}: {step.cause['step']} of {symbol}, steps would leave {left}"


def _begins(step: Step) -> Broken:
    """Only an account that is below its maintenance is stopped, and by no second record."""
    if step.standing(step.state) is not None:
        yield f"{step.place} begins once more"
    begun = step.standing(step.after)
    if begun["number"] != step.record.sequence:
        yield f"{step.place} is begun as {begun}"
    shares = {c: step.margin(c, "maintenance_bps") for c in step.free()}
    if all(have >= need for have, need in shares.values()):
        yield f"{step.place} begins at {shares}"


def _reduces(step: Step) -> Broken:
    """An order closes a quarter, or all without equity, near the mark, and nothing beyond."""
    yield from step.number()
    yield from _relieves_most(step)
    took = step.cause["took"]
    lots, sells = step.lots(took["symbol"]), took["side"] == "SELL"
    have, need = step.margin(step.markets[took["symbol"]].quote, "initial_bps")
    most = abs(lots) if have <= 0 else -(-abs(lots) // 4)
    if not step.is_concerned(took["symbol"]):
        yield f"{step.place}: {took}, which is not what is liquidated"
    if have >= need or (lots > 0) is not sells or took["quantity_lots"] > most:
        yield f"{step.place}: {took} of {lots} lots with {have} of {need}"
    mark = step.cause["marks"][took["symbol"]][0]
    away = (mark - took["price_ticks"]) * (1 if sells else -1)
    if away * BASIS_POINTS > mark * FURTHEST_BPS:
        yield f"{step.place}: {took} at a mark of {mark}"
    command = step.after["holds"][took["order_id"]]["command"]
    if not command.get("reduce_only") or command["quantity_lots"] != took["quantity_lots"]:
        yield f"{step.place}: {command} for {took}"


def _insures(step: Step) -> Broken:
    """The fund is asked for no more than is owed, and by whom nothing is open."""
    yield from step.number()
    took = step.cause["took"]
    owed = -step.free()[took["currency"]]
    if not 0 < took["amount_minor"] <= owed:
        yield f"{step.place} asks for {took}, owed is {owed}"
    for symbol in step.state.get("positions", {}):
        is_open = is_perpetual(symbol) and step.is_concerned(symbol) and step.lots(symbol)
        if is_open and step.markets[symbol].quote == took["currency"]:
            yield f"{step.place} asks for {took} with {step.lots(symbol)} of {symbol} open"


def _deleverages(step: Step) -> Broken:
    """Others are asked for all of a position, at no worse a price than that of bankruptcy."""
    yield from step.number()
    yield from _relieves_most(step)
    took = step.cause["took"]
    lots = step.lots(took["symbol"])
    if took["quantity_lots"] != abs(lots) or (lots > 0) is not (took["side"] == "SELL"):
        yield f"{step.place}: {took} of {lots} lots"
    after = step.standing(step.after)
    if after["in_vain"] < 3 or not step.is_concerned(took["symbol"]):
        yield f"{step.place}: {took} after {after}"


def _ends(step: Step) -> Broken:
    """An account is given back with its initial margin there, or with nothing open."""
    yield from step.number()
    for currency, free_minor in step.free().items():
        have, need = step.margin(currency, "initial_bps")
        if have < need and (need or have != free_minor):
            yield f"{step.place} ends with {have} {currency} of {need}"


STEPS: Final = {
    "BEGIN": _begins,
    "REDUCE": _reduces,
    "INSURE": _insures,
    "DELEVERAGE": _deleverages,
    "END": _ends,
}


def _asked(evidence: "Evidence") -> dict[tuple[str, str], Cause]:
    """Return the steps that ask the fund for something, by (account, payment)."""
    return {
        (account, f"transfer#{cause['transfer_id']}"): cause
        for account, records in evidence.streams.accounts
        for record in records
        if (cause := record.body["cause"])["kind"] == KIND and cause["step"] == "INSURE"
    }


def _asked_is_paid(evidence: "Evidence", asked: dict[tuple[str, str], Cause]) -> Broken:
    """What the fund paid is what accounts asked it for, each payment once and to the unit."""
    paid: Counter[tuple[str, str]] = Counter()
    for record in evidence.streams.by_name.get(f"account#{FUND}", []):
        cause = record.body["cause"]
        if cause["kind"] != "send":
            continue
        key = cause["to_account_id"], cause["transfer_id"]
        paid[key] += 1
        legs = [leg for leg in record.body["entries"] if leg[0] == "transit"]
        took = asked[key]["took"] if key in asked else None
        if took is None or legs != [["transit", took["currency"], took["amount_minor"]]]:
            yield f"the fund pays {legs} for {key}, asked for is {took}"
    twice = {key: times for key, times in paid.items() if times > 1}
    if twice:
        yield f"the fund pays more than once: {twice}"


def _paid_to_who_asked(evidence: "Evidence", asked: dict[tuple[str, str], Cause]) -> Broken:
    """What the fund pays comes into the pot that owed it, or to what is free: where it was owed."""
    for account, records in evidence.streams.accounts:
        for record in records:
            cause = record.body["cause"]
            if cause["kind"] != "receive" or cause["from_account_id"] != FUND:
                continue
            isolated = asked[account, cause["transfer_id"]].get("isolated")
            purse = "available" if isolated is None else f"{POT}{isolated}"
            came = [entry[0] for entry in record.body["entries"] if entry[0] != "transit"]
            if came != [purse]:
                yield f"{account} {record.sequence} has {came} of the fund, {purse} owed it"


def _left_owing(evidence: "Evidence") -> Broken:
    """An account is left owing only where the fund has nothing to pay with.

    It pays what is missing at the price of a takeover, and a funding may come between the two.
    """
    for account, records in evidence.streams.accounts:
        for before, record in pairwise(records):
            cause = record.body["cause"]
            if cause["kind"] != KIND or cause["step"] != "END":
                continue
            during = _appended_ms(evidence, before), _appended_ms(evidence, record)
            step = Step(evidence.markets, account, record.body["state"], record)
            for currency, minor in step.free().items():
                if minor < 0 and not _fund_was_empty(evidence, currency, *during):
                    yield f"{account} {record.sequence} is left owing {-minor} {currency}"


def _fund_was_empty(evidence: "Evidence", currency: str, from_ms: float, to_ms: float) -> bool:
    """Whether the fund had nothing of a currency at some moment between two."""
    fund = evidence.streams.by_name.get(f"account#{FUND}", [])
    since_ms = [0.0, *(_appended_ms(evidence, one) for one in fund)]
    had_minor = [0, *(one.body["state"]["available"].get(currency, 0) for one in fund)]
    until_ms = [*since_ms[1:], float("inf")]
    return any(
        minor <= 0 and since <= to_ms and until >= from_ms
        for minor, since, until in zip(had_minor, since_ms, until_ms, strict=True)
    )


def _taken_over_while_liquidated(evidence: "Evidence") -> Broken:
    """A position is taken over by a step of a liquidation, and of none that was over by then."""
    steps = _takeovers(evidence)
    for symbol, books in evidence.streams.books:
        for record in books:
            at_ms = _appended_ms(evidence, record)
            for event in record.body["events"]:
                if event["type"] != "PositionsDeleveraged":
                    continue
                first_ms, last_ms = steps.get(event["command_id"], (float("inf"), 0.0))
                if not first_ms <= at_ms <= last_ms:
                    yield f"{symbol} {record.sequence}: {event} of no liquidation, or of one before"


def _takeovers(evidence: "Evidence") -> dict[str, tuple[float, float]]:
    """Return when each takeover was decided, and when its liquidation had ended, by command."""
    found: dict[str, tuple[float, float]] = {}
    for _, records in evidence.streams.accounts:
        ended_ms = _ends_at_ms(evidence, records)
        for record in records:
            cause = record.body["cause"]
            if cause["kind"] == KIND and cause["step"] == "DELEVERAGE":
                last_ms = ended_ms.get(cause["number"], float("inf"))
                found[cause["command_id"]] = _appended_ms(evidence, record), last_ms
    return found


def _ends_at_ms(evidence: "Evidence", records: list["Record"]) -> dict[int, float]:
    """Return when liquidations of an account ended by themselves, by number."""
    return {
        record.body["cause"]["number"]: _appended_ms(evidence, record)
        for record in records
        if record.body["cause"]["kind"] == KIND and record.body["cause"]["step"] == "END"
    }


def _appended_ms(evidence: "Evidence", record: "Record") -> float:
    return evidence.world.appended_ms.get((record.stream, record.sequence), 0.0)


def accounts_are_released(evidence: "Evidence") -> Broken:
    """No liquidation stands still: each account is its owner's again."""
    for account, state in evidence.states.items():
        whose = {account: state} | state.get("isolated", {})
        for name, one in whose.items():
            if one.get("liquidation") is not None:
                yield f"{name} of {account} is liquidated still: {one['liquidation']}"
