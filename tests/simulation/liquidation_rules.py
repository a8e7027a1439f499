"""Rules of liquidations: who is liquidated, by what steps, and never a unit too much.

They go by the journals alone and count with code of their own: the margin from the state that each
record stands behind and the marks that it names. Parts of invariants 6, 7 and 15.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import TYPE_CHECKING, Any, Final

from tests.simulation import option_rules
from tests.simulation.money_rules import POT
from tests.simulation.options import is_option
from tests.simulation.perpetual_rules import (
    KEPT,
    crowded_by,
    is_derivative,
    is_perpetual,
    need_of,
    share_of,
)
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
    yield from _priced_by_what_is_there(evidence)
    yield from _taken_over_while_liquidated(evidence)
    yield from _taken_over_as_asked(evidence)


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

        Perpetuals need what the record says, which may be less than their tiers for spot beside
        them, and never more.
        """
        have, need = self.free().get(currency, 0), 0
        if any(is_option(one) for one in self.open_in(currency)):
            is_initial = level == "initial_bps"
            seen = self.cause["options"]
            return have, option_rules.need_of(self.markets, self.state, seen, is_initial=is_initial)
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

    def open_in(self, currency: str) -> dict[str, int]:
        """Return the lots of what is open in a currency, by symbol."""
        return {
            symbol: row[0]
            for symbol, row in self.state.get("positions", {}).items()
            if row[0]
            and is_derivative(symbol)
            and self.is_concerned(symbol)
            and self.markets[symbol].quote == currency
        }

    def lot_minor(self, symbol: str) -> int:
        """Return what a lot comes to at its mark."""
        return int(self.cause["marks"][symbol][0]) * self.markets[symbol].tick_value_minor

    def worth(self, currency: str) -> int:
        """Return what would be left of a currency with all that is open in it closed at the mark.

        What a perpetual made is there already; an option is paid for.
        """
        have, _ = self.margin(currency, "initial_bps")
        lots = self.open_in(currency).items()
        return have + sum(held * self.lot_minor(one) for one, held in lots if is_option(one))

    def is_in_full(self, currency: str) -> bool:
        """Whether a step closes all of a position: nothing is left, or nothing would be."""
        have, _ = self.margin(currency, "initial_bps")
        return min(have, self.worth(currency)) <= 0

    def left_short(self, currency: str) -> dict[str, int]:
        """Return what an account lacks of initial margin with a step of one filled, by whose it is.

        Beside what is there before any: what closing a perpetual makes at the mark is in that.
        """
        lots, in_full = self.open_in(currency), self.is_in_full(currency)
        behind = {one: _behind_step(held, in_full=in_full) for one, held in lots.items()}
        return {
            one: self._need(lots | {one: left}) - self._brings(one, lots[one] - left)
            for one, left in behind.items()
        }

    def _brings(self, symbol: str, lots: int) -> int:
        """Return what giving so many lots up brings at the mark, negative for buying them back."""
        return lots * self.lot_minor(symbol) if is_option(symbol) else 0

    def _need(self, lots: dict[str, int]) -> int:
        """Return what positions of so many lots need by initial margin, with spot beside them."""
        rows = {symbol: [held, 0] for symbol, held in lots.items()}
        state, need = self.state | {"positions": rows}, 0
        if any(map(is_option, lots)):
            return option_rules.need_of(self.markets, state, self.cause["options"])
        for symbol, held in lots.items():
            market, worth = self.markets[symbol], self.lot_minor(symbol)
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
    left = step.left_short(currency)
    if left.get(symbol, 0) > min(left.values(), default=0):
        yield f"{step.place}: {step.cause['step']} of {symbol}, steps would lack {left}"


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
    """An order closes a quarter, or all where nothing is left, near the mark, and no more."""
    yield from step.number()
    yield from _relieves_most(step)
    took = step.cause["took"]
    lots, sells = step.lots(took["symbol"]), took["side"] == "SELL"
    currency = step.markets[took["symbol"]].quote
    have, need = step.margin(currency, "initial_bps")
    most = abs(lots) if step.is_in_full(currency) else -(-abs(lots) // 4)
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
    still_open = step.open_in(took["currency"])
    if still_open:
        yield f"{step.place} asks for {took} with {still_open} open"


def _deleverages(step: Step) -> Broken:
    """Others are asked for all of a position, once nobody in the book has bought it."""
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
    for currency in step.free():
        have, need = step.margin(currency, "initial_bps")
        if have < need and step.open_in(currency):
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


def _priced_by_what_is_there(evidence: "Evidence") -> Broken:
    """An order asks for no more than account and fund have, a takeover at what they can pay."""
    for account, records in evidence.streams.accounts:
        for before, record in pairwise(records):
            cause = record.body["cause"]
            if cause["kind"] != KIND or cause["step"] not in ("REDUCE", "DELEVERAGE"):
                continue
            during = _appended_ms(evidence, before), _appended_ms(evidence, record)
            step = Step(evidence.markets, account, before.body["state"], record)
            currency = step.markets[cause["took"]["symbol"]].quote
            funds = _funds(evidence, currency, *during)
            judged = _is_payable if cause["step"] == "REDUCE" else _is_what_is_paid
            if not any(judged(step, minor) for minor in funds):
                yield f"{account} {record.sequence}: {cause['took']}, the fund has {funds}"


def _is_what_is_paid(step: Step, fund_minor: int) -> bool:
    """Whether a takeover is at its price, with so much in the fund."""
    ticks: int = step.cause["took"]["price_ticks"]
    return ticks == _takeover_ticks(step, fund_minor)


def _is_payable(step: Step, fund_minor: int) -> bool:
    """Whether an order takes no more than account and fund have, a tick at least.

    Who sells an option that is long is paid.
    """
    took = step.cause["took"]
    symbol, lots = took["symbol"], step.lots(took["symbol"])
    if is_option(symbol) and lots > 0:
        return True
    left = step.worth(step.markets[symbol].quote) + fund_minor
    worst = _ticks_that_take(step, symbol, lots, took["quantity_lots"], left)
    ticks: int = took["price_ticks"]
    return ticks >= worst if lots > 0 else ticks <= worst


def _takeover_ticks(step: Step, fund_minor: int) -> int:
    """Return the price of a takeover: of a perpetual that takes all that is left or is lacking.

    What is lacking the fund pays as far as it goes. An option goes at the mark, or at so much less
    as neither can pay of buying it back.
    """
    took = step.cause["took"]
    symbol, lots = took["symbol"], step.lots(took["symbol"])
    left = step.worth(step.markets[symbol].quote)
    left = max(left, min(0, left + fund_minor))
    if is_option(symbol):
        left = 0 if lots > 0 else min(0, left)
    return _ticks_that_take(step, symbol, lots, abs(lots), left)


def _ticks_that_take(step: Step, symbol: str, lots: int, closed: int, minor: int) -> int:
    """Return the price at which closing lots takes so much more than at the mark, a tick at least.

    Rounded so that it takes no more than that.
    """
    away = floor(Fraction(minor, closed * step.markets[symbol].tick_value_minor))
    mark = int(step.cause["marks"][symbol][0])
    return max(1, mark - away if lots > 0 else mark + away)


def _funds(evidence: "Evidence", currency: str, from_ms: float, to_ms: float) -> set[int]:
    """Return what the fund had of a currency at the moments between two."""
    fund = evidence.streams.by_name.get(f"account#{FUND}", [])
    since_ms = [0.0, *(_appended_ms(evidence, one) for one in fund)]
    had_minor = [0, *(one.body["state"]["available"].get(currency, 0) for one in fund)]
    until_ms = [*since_ms[1:], float("inf")]
    return {
        minor
        for minor, since, until in zip(had_minor, since_ms, until_ms, strict=True)
        if since <= to_ms and until >= from_ms
    }


def _fund_was_empty(evidence: "Evidence", currency: str, from_ms: float, to_ms: float) -> bool:
    """Whether the fund had nothing of a currency at some moment between two."""
    return min(_funds(evidence, currency, from_ms, to_ms)) <= 0


def _taken_over_as_asked(evidence: "Evidence") -> Broken:
    """A takeover is of the market, the side and the price that its step recorded, and no larger."""
    asked = {
        cause["command_id"]: cause
        for _, records in evidence.streams.accounts
        for record in records
        if (cause := record.body["cause"])["kind"] == KIND and cause["step"] == "DELEVERAGE"
    }
    for symbol, books in evidence.streams.books:
        for event in (event for record in books for event in record.body["events"]):
            if event["type"] != "PositionsDeleveraged" or event["command_id"] not in asked:
                continue
            cause = asked[event["command_id"]]
            took, most = cause["took"], dict(cause["others"])
            same = [event["side"], event["price_ticks"]] == [took["side"], took["price_ticks"]]
            fits = event["quantity_lots"] <= took["quantity_lots"] and took["symbol"] == symbol
            if not same or not fits or any(most.get(who, 0) < lots for who, lots in event["taken"]):
                yield f"{symbol}: {event} was asked for as {took} of {most}"


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
