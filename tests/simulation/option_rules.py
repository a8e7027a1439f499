"""Rules of options: the premium moves with the trade, and the end pays what it takes.

They go by the journals alone and count with code of their own: positions and cash from the trades,
the price of the end from the index in the book of the underlying, the margin from every order at
its worst in every scenario. Parts of invariants 4 and 6.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import TYPE_CHECKING, Any, Final

from tests.simulation.limit_rules import left_of, only_reduces, side_of, worst_of
from tests.simulation.options import is_option
from tests.simulation.perpetual_rules import posted_by
from zerodesk.expiry import AVERAGE_MS
from zerodesk.risk.scenarios import SCENARIOS

if TYPE_CHECKING:
    from tests.simulation.invariants import Evidence
    from tests.simulation.reading import Record
    from zerodesk.instruments import Market

State = dict[str, Any]
Seen = dict[str, dict[str, Any]]
Broken = Iterator[str]
USD_MINOR: Final = 1_000_000
SHORT_MINIMUM: Final = Fraction(5, 100)
LEAVING: Final = ("reserve", "send")
WATCHED: Final = ("margin_call", "liquidate")
MAINTENANCE: Final = Fraction(80, 100)


class Options:
    """What every account has of one option, from its book's trades alone."""

    def __init__(self, market: "Market") -> None:
        self.market = market
        self.lots: Counter[str] = Counter()
        self.ends: list[dict[str, Any]] = []

    def follow(self, record: "Record") -> Iterator[tuple[str, int, str | None]]:
        """Take a record in: yield (account, cash in minor units, what is wrong) one by one."""
        for event in record.body["events"]:
            match event["type"]:
                case "TradeExecuted":
                    yield from self._trade(event)
                case "PositionsDeleveraged":
                    yield from self._take_over(event)
                case "OptionSettled":
                    self.ends.append(event)
                case "PositionSettled":
                    yield self._end(event)

    def _trade(self, trade: dict[str, Any]) -> Iterator[tuple[str, int, str | None]]:
        """Pay the premium for lots, and each side its fee."""
        taker_sign = 1 if trade["taker_side"] == "BUY" else -1
        for role, sign in (("maker", -taker_sign), ("taker", taker_sign)):
            lots = sign * trade["quantity_lots"]
            account = trade[f"{role}_account_id"]
            paid = self._moved(account, lots, trade["price_ticks"])
            yield account, paid - trade[f"{role}_fee_minor"], None

    def _take_over(self, event: dict[str, Any]) -> Iterator[tuple[str, int, str | None]]:
        """Close one position against others at a price: nobody opens anything."""
        sign = 1 if event["side"] == "BUY" else -1
        parties = [(event["account_id"], event["quantity_lots"])]
        parties += [(party, -lots) for party, lots in event["taken"]]
        for account, closed in parties:
            before = self.lots[account]
            paid = self._moved(account, sign * closed, event["price_ticks"])
            opens = before * sign * closed >= 0 or abs(closed) > abs(before)
            yield account, paid, f"{event} has {account} open something" if opens else None

    def _end(self, event: dict[str, Any]) -> tuple[str, int, str | None]:
        """Pay a holder, or have a writer pay, what each lot is worth in the end."""
        account, lots = event["account_id"], self.lots[event["account_id"]]
        payoff = self.ends[0]["payoff_ticks"] if self.ends else 0
        paid = self._moved(account, -lots, payoff)
        said = event["quantity_lots"], event["payoff_ticks"], event["paid_minor"]
        wrong = said != (lots, payoff, paid) or not lots
        return account, paid, f"{event}, {lots} lots were open at {payoff}" if wrong else None

    def _moved(self, account: str, lots: int, price_ticks: int) -> int:
        """Move lots to an account; return the cash that comes the other way."""
        self.lots[account] += lots
        return -lots * price_ticks * self.market.tick_value_minor


def cash_of_options(evidence: "Evidence") -> Counter[tuple[str, str]]:
    """Return what options brought to each account or took of it, by (account, currency)."""
    cash: Counter[tuple[str, str]] = Counter()
    for symbol, records in evidence.streams.books:
        if is_option(symbol):
            options = Options(evidence.markets[symbol])
            for record in records:
                for account, minor, _ in options.follow(record):
                    cash[account, options.market.quote] += minor
    return cash


def options_add_up(evidence: "Evidence") -> Broken:
    """What one side pays the other gets: with the trade, and once all are paid in the end."""
    for symbol, records in evidence.streams.books:
        if is_option(symbol):
            yield from _adds_up(evidence, symbol, records)


def _adds_up(evidence: "Evidence", symbol: str, records: list["Record"]) -> Broken:
    options, open_minor = Options(evidence.markets[symbol]), 0
    for record in records:
        place, due = f"{symbol} {record.sequence}", Counter[str]()
        for account, minor, wrong in options.follow(record):
            due[account] += minor
            yield from () if wrong is None else (wrong,)
        posted = posted_by(record)
        posted.pop(f"fees#{symbol}", None)
        open_minor += posted.pop(f"open#{symbol}", 0)
        posted.subtract(due)
        for account, minor in sorted(posted.items()):
            if minor:
                yield f"{place} pays {account} {minor} more than is due"
        is_over = not record.body["continuing"]
        if is_over and (open_minor or sum(options.lots.values())):
            yield f"{place} keeps {open_minor}, positions sum to {options.lots}"
    yield from _accounts_agree(evidence, symbol, options)
    yield from _ended_right(evidence, symbol, options)


def _accounts_agree(evidence: "Evidence", symbol: str, options: Options) -> Broken:
    """Every account has what its book's trades make."""
    for account, state in evidence.states.items():
        held = state.get("positions", {}).get(symbol, [0])[0]
        if held != options.lots[account]:
            yield f"{account} has {held} of {symbol}, trades make {options.lots[account]}"


def _ended_right(evidence: "Evidence", symbol: str, options: Options) -> Broken:
    """An option whose time has come has ended once, by the index, and nobody has it any more."""
    if len(options.ends) != 1 or any(options.lots.values()):
        yield f"{symbol} has ended {len(options.ends)} times, open is {options.lots}"
        return
    [end] = options.ends
    terms, market = options.market.option, options.market
    assert terms is not None, "it is an option"
    underlying = evidence.markets[market.underlying]
    ticks = _average_ticks(evidence, market.underlying, terms.expiry_ms)
    price = Decimal(ticks * underlying.tick_units).scaleb(-underlying.tick_digits)
    pays = price - terms.strike if terms.option_type == "call" else terms.strike - price
    payoff_ticks = floor(
        max(Fraction(0), Fraction(pays)) * 10**market.tick_digits / market.tick_units
    )
    if (end["price_minor"], end["payoff_ticks"]) != (price * USD_MINOR, payoff_ticks):
        yield f"{symbol} has ended by {end}, the index says {price}, which pays {payoff_ticks}"


def _average_ticks(evidence: "Evidence", symbol: str, expiry_ms: int) -> int:
    """Return the index's average over the half hour, each price as long as it stood."""
    stood = [
        (max(record.recorded_at_ms, expiry_ms - AVERAGE_MS), event["price_ticks"])
        for record in evidence.streams.by_name[f"book#{symbol}"]
        for event in record.body["events"]
        if event["type"] == "IndexPriceChanged" and record.recorded_at_ms < expiry_ms
    ]
    weighed = sum(
        (later[0] - at) * ticks for (at, ticks), later in pairwise([*stood, (expiry_ms, 0)])
    )
    return floor(Fraction(weighed, AVERAGE_MS) + Fraction(1, 2))


def written_options_have_their_margin(evidence: "Evidence") -> Broken:
    """No order was held that leaves an account a unit below the margin of what it may have written.

    What it may have is its orders filled where that is worst; what that needs is of the marks and
    the risk arrays that the record names.
    """
    for account, records in evidence.streams.accounts:
        for before, record in pairwise(records):
            cause, place = record.body["cause"], f"{account} {record.sequence}"
            if cause["kind"] == "hold":
                seen = cause.get("decided_on", {}).get("options", {})
                yield from _margin(evidence.markets, place, before.body["state"], record, seen)
            elif cause["kind"] in LEAVING:
                seen = cause.get("options", {})
                yield from _leaves(evidence.markets, place, before.body["state"], record, seen)


def _margin(
    markets: dict[str, "Market"], place: str, before: State, record: "Record", seen: Seen
) -> Broken:
    state, cause = record.body["state"], record.body["cause"]
    unseen = {symbol for symbol in of_options(state) if symbol not in seen}
    if unseen:
        yield f"{place} is decided without the marks of {unseen}"
        return
    if not seen:
        return
    hold = state["holds"][cause["order_id"]]
    have_minor, need_minor = state["available"]["USD"], need_of(markets, state, seen)
    behind = state["holds"].get(cause.get("then"))
    if behind is not None and _closes(markets, state, behind["command"]):
        have_minor += behind["held_minor"]
    takes_away = _closes(markets, state, hold["command"]) or hold["currency"] != "USD"
    if takes_away and need_minor <= need_of(markets, before, seen):
        return
    if have_minor < need_minor:
        yield f"{place} has {have_minor} USD, what it may have written needs {need_minor}"


def _leaves(
    markets: dict[str, "Market"], place: str, before: State, record: "Record", seen: Seen
) -> Broken:
    """What is withdrawn or sent leaves the margin of what is written, also where it covers."""
    state = record.body["state"]
    unseen = of_options(before) - seen.keys()
    if unseen:
        yield f"{place} is decided without the risk arrays of {unseen}"
        return
    have_minor, need_minor = state["available"]["USD"], need_of(markets, state, seen)
    takes_margin = have_minor - need_minor < before["available"]["USD"] - need_of(
        markets, before, seen
    )
    if have_minor < need_minor and (takes_margin or have_minor < 0):
        yield f"{place} leaves {have_minor} USD, what may be written needs {need_minor}"


def figures_are_of_what_is_recorded(evidence: "Evidence") -> Broken:
    """Margin calls and steps of liquidations say what is there and needed, to the unit.

    Of accounts with options that is computed anew, by the marks and risk arrays of the record.
    """
    for account, records in evidence.streams.accounts:
        for before, record in pairwise(records):
            cause, state = record.body["cause"], before.body["state"]
            if cause["kind"] not in WATCHED or not of_options(state):
                continue
            place, seen = f"{account} {record.sequence}", cause.get("options", {})
            unseen = of_options(state) - seen.keys()
            if unseen:
                yield f"{place} is decided without the risk arrays of {unseen}"
                continue
            due = [state["available"].get("USD", 0)]
            due += [
                need_of(evidence.markets, state, seen, is_initial=is_initial)
                for is_initial in (True, False)
            ]
            if cause["margins"].get("USD") != due:
                yield f"{place} says {cause['margins']}, its marks make {due}"


def of_options(state: State) -> set[str]:
    """Return the options of which an account has a position or an order."""
    held = {one["command"]["symbol"] for one in state["holds"].values()}
    held |= {symbol for symbol, row in state.get("positions", {}).items() if row[0]}
    return {symbol for symbol in held if is_option(symbol)}


def need_of(
    markets: dict[str, "Market"], state: State, seen: Seen, *, is_initial: bool = True
) -> int:
    """Return the margin of an account's options, all of one underlying and one day.

    To be opened, every order counts at its worst; to be kept, none does, and it is less: by what is
    held to buy back what is written, too.
    """
    share = Fraction(1) if is_initial else MAINTENANCE
    alone = minimum = value = 0
    lost = [0] * len(SCENARIOS)
    for symbol in of_options(state):
        risk = seen[symbol]
        profits: list[int] = risk["profit_minor"]
        short, sold = _short(state, symbol, with_orders=is_initial)
        mark = risk["mark_price_ticks"] * markets[symbol].tick_value_minor
        least = floor(risk["underlying_minor"] * SHORT_MINIMUM)
        alone += short * mark + ceil(short * max(least, *profits) * share)
        minimum += max(0, sold) * least
        value -= sold * mark
        lost = [loss + sold * made for loss, made in zip(lost, profits, strict=True)]
    gains = _gains(markets, state, seen)
    scan = max(0, *(loss - max(0, gain) for loss, gain in zip(lost, gains, strict=True)))
    found = min(alone, max(0, ceil(max(scan, minimum) * share) - value))
    return found if is_initial else max(0, found - _held_to_buy_back(state))


def _short(state: State, symbol: str, *, with_orders: bool) -> tuple[int, int]:
    """Return how many lots may be short, and how many are less the long ones, all sales filled."""
    lots: int = state.get("positions", {}).get(symbol, [0])[0]
    opening = closing = 0
    for hold in state["holds"].values() if with_orders else ():
        command = hold["command"]
        if command["symbol"] == symbol and side_of(state, command) == "SELL":
            if only_reduces(state, command):
                closing += left_of(state, hold)
            else:
                opening += left_of(state, hold)
    return max(0, opening - lots), opening + min(closing, max(0, lots)) - lots


def _held_to_buy_back(state: State) -> int:
    """Return what is held for purchases of options that are written, and for amends of them."""
    positions, total = state.get("positions", {}), 0
    for hold in state["holds"].values():
        command = hold["command"]
        symbol = command["symbol"]
        is_written = is_option(symbol) and positions.get(symbol, [0])[0] < 0
        if is_written and side_of(state, command) == "BUY":
            total += hold["held_minor"]
    return total


def _gains(markets: dict[str, "Market"], state: State, seen: Seen) -> list[int]:
    """Return half of what is made in each scenario by what is free of the underlying."""
    symbol = min(of_options(state), default=None)
    if symbol is None:
        return [0] * len(SCENARIOS)
    cover = max(0, state["available"].get(markets[symbol].base, 0))
    worth = cover * seen[symbol]["underlying_minor"] // markets[symbol].lot_value_minor // 2
    moves = (
        Fraction(one.price) * Fraction(str(one.weight)) * Fraction(15, 100) for one in SCENARIOS
    )
    return [floor(worth * move + Fraction(1, 2)) for move in moves]


def _closes(markets: dict[str, "Market"], state: State, command: dict[str, Any]) -> bool:
    """Whether an order of an option opens nothing, with all others of its side filled."""
    symbol = command["symbol"]
    if not is_option(symbol):
        return False
    return (
        only_reduces(state, command)
        or worst_of(markets, state, side_of(state, command))[symbol] <= 0
    )
