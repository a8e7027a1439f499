"""Rules of perpetuals: what is open, what closing paid, and margin to the unit.

They go by the journals alone and count with code of their own: positions from the trades, what was
paid from the postings, fundings from their rate, margin from the state before each hold and the
marks that it was decided on.
Parts of invariants 2, 4, 6 and 8.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any, Final

from tests.simulation.limit_rules import left_of, only_reduces, side_of, worst_of
from tests.simulation.options import is_option
from zerodesk.money import BASIS_POINTS

if TYPE_CHECKING:
    from tests.simulation.invariants import Evidence
    from tests.simulation.reading import Record
    from zerodesk.instruments import Market

State = dict[str, Any]
Volumes = dict[str, int]
Broken = Iterator[str]
ENDING: Final = "-PERP"
MILLION: Final = 1_000_000
MOVES: Final = [Fraction(move, 10_000) for move in (375, 750, 1_125, 1_500, 1_575)]
"""How far the price moves in a scenario, as far as it counts."""
CROWDED: Final = Fraction(1, 2)
"""How much counts of what those lots lose at worst that are more than a market trades freely."""
KEPT: Final = Fraction(80, 100)
"""How much of that below which an account is liquidated."""
MOST: Final = 3_750
"""The most that anybody pays at once, in millionths of a position's worth."""
UNASKED: Final = ("DELEVERAGED", "EXPIRY")
"""What fills are that no order of their account made."""


def is_perpetual(symbol: str) -> bool:
    """Whether nothing is delivered of what a symbol names."""
    return symbol.endswith(ENDING)


def is_derivative(symbol: str) -> bool:
    """Whether what a symbol names is margined."""
    return is_perpetual(symbol) or is_option(symbol)


class Positions:
    """What every account has open in one book, from its trades alone."""

    def __init__(self, market: "Market") -> None:
        self.market = market
        self.lots: Counter[str] = Counter()
        self.cost: Counter[str] = Counter()
        self.reduces: set[str] = set()
        self.due: dict[str, Fraction] = {}
        self.funded_at_ms = 0
        self.on_its_way = 0

    def follow(self, record: "Record") -> Iterator[tuple[str, int, str | None]]:
        """Take a record in: yield (account, cash in minor units, what is wrong) one by one.

        The cash is what closing made, less the fee, and what fundings moved.
        """
        for command in record.body["commands"]:
            if command["kind"] == "place" and command.get("reduce_only"):
                self.reduces.add(command["command_id"])
        for event in record.body["events"]:
            if event["type"] in ("FundingSet", "FundingPaid"):
                yield from self._fund(event)
            if event["type"] == "PositionsDeleveraged":
                yield from self._take_over(event)
            if event["type"] != "TradeExecuted":
                continue
            taker_sign = 1 if event["taker_side"] == "BUY" else -1
            for role, sign in (("maker", -taker_sign), ("taker", taker_sign)):
                yield self._side(event, role, sign * event["quantity_lots"])

    def _fund(self, event: dict[str, Any]) -> Iterator[tuple[str, int, str | None]]:
        """Pay or be paid: a payer exactly what is due, rounded down, a receiver within a unit."""
        if event["type"] == "FundingSet":
            is_twice = event["funding_at_ms"] <= self.funded_at_ms
            self.funded_at_ms = event["funding_at_ms"]
            if is_twice or any(self.due.values()):
                yield "", 0, f"{event} after {self.funded_at_ms}, {self.due} is due"
            self.due = {} if "reason" in event else self._dues(event)
            return
        account, minor = event["account_id"], event["amount_minor"]
        self.on_its_way -= minor
        off = minor - self.due.pop(account, Fraction(0))
        is_wrong = abs(off) >= 1 or (off and minor < 0)
        yield account, minor, f"{event} is off by {off}" if is_wrong else None

    def _dues(self, event: dict[str, Any]) -> dict[str, Fraction]:
        mark, index = event["mark_price_ticks"], event["index_price_ticks"]
        premium = int(Fraction((mark - index) * MILLION, index))
        rate = max(-MOST, min(MOST, premium))
        worth = mark * self.market.tick_value_minor
        payers = {who: lots for who, lots in self.lots.items() if lots * rate > 0}
        paid = {who: abs(lots * worth * rate) // MILLION for who, lots in payers.items()}
        whole = sum(abs(lots) for lots in payers.values())
        due = {who: Fraction(-minor) for who, minor in paid.items()}
        for who, lots in self.lots.items():
            if lots * rate < 0:
                due[who] = Fraction(sum(paid.values()) * abs(lots), whole)
        return due if rate == event["rate_millionths"] else {"the rate": Fraction(rate)}

    def _take_over(self, event: dict[str, Any]) -> Iterator[tuple[str, int, str | None]]:
        """Close one position against others: as much on either side, and nobody opens anything."""
        sign = 1 if event["side"] == "BUY" else -1
        lots = sum(lots for _, lots in event["taken"])
        wrong = None if lots == event["quantity_lots"] else f"{event} takes over {lots}"
        parties = [(event["account_id"], lots), *((who, -one) for who, one in event["taken"])]
        for account, closed in parties:
            made, opening = self._traded(account, sign * closed, event["price_ticks"])
            opens = f"{event} has {account} open {opening}" if opening else wrong
            yield account, made, opens

    def _side(self, trade: dict[str, Any], role: str, lots: int) -> tuple[str, int, str | None]:
        """Trade one side: close at the average, what does not divide stays with what is open."""
        account, price_ticks = trade[f"{role}_account_id"], trade["price_ticks"]
        made, opening = self._traded(account, lots, price_ticks)
        order_id = trade[f"{role}_order_id"]
        is_wrong = order_id in self.reduces and opening
        wrong = f"{trade['trade_id']}: {order_id} only reduces, and opens {opening}"
        return account, made - trade[f"{role}_fee_minor"], wrong if is_wrong else None

    def _traded(self, account: str, lots: int, price_ticks: int) -> tuple[int, int]:
        """Trade lots; return what closing made in minor units, and how many lots it opened."""
        held, cost = self.lots[account], self.cost[account]
        closing = min(abs(lots), abs(held)) if held * lots < 0 else 0
        released = int(Fraction(cost * closing, abs(held))) if closing else 0
        sign = 1 if held > 0 else -1
        opening = lots + sign * closing
        self.lots[account] += lots
        self.cost[account] += opening * price_ticks - released
        made = (sign * closing * price_ticks - released) * self.market.tick_value_minor
        return made, opening


def cash_of_perpetuals(evidence: "Evidence") -> Counter[tuple[str, str]]:
    """Return what perpetuals brought to each account or took of it, by (account, currency)."""
    cash: Counter[tuple[str, str]] = Counter()
    for symbol, records in evidence.streams.books:
        if is_perpetual(symbol):
            positions = Positions(evidence.markets[symbol])
            for record in records:
                for account, minor, _ in positions.follow(record):
                    cash[account, positions.market.quote] += minor
    return cash


def perpetuals_add_up(evidence: "Evidence") -> Broken:
    """Positions net to zero, ``open#SYMBOL`` has minus their cost, everybody gets what is due."""
    for symbol, records in evidence.streams.books:
        if is_perpetual(symbol):
            yield from _adds_up(evidence, symbol, records)


def _adds_up(evidence: "Evidence", symbol: str, records: list["Record"]) -> Broken:
    positions, open_minor = Positions(evidence.markets[symbol]), 0
    for record in records:
        place, due = f"{symbol} {record.sequence}", Counter[str]()
        for account, minor, wrong in positions.follow(record):
            due[account] += minor
            yield from () if wrong is None else (wrong,)
        posted = posted_by(record)
        open_minor += posted.pop(f"open#{symbol}", 0)
        posted.pop(f"fees#{symbol}", None)
        posted.subtract(due)
        for account, minor in sorted(posted.items()):
            if minor:
                yield f"{place} pays {account} {minor} more than is due"
        if sum(positions.lots.values()):
            yield f"{place}: positions sum to {positions.lots}"
        cost_minor = sum(positions.cost.values()) * positions.market.tick_value_minor
        if open_minor != positions.on_its_way - cost_minor:
            yield f"{place} has {open_minor} against {cost_minor} that open positions cost"
        if positions.on_its_way and not record.body["continuing"]:
            yield f"{place}: a funding leaves {positions.on_its_way}"
    yield from _accounts_agree(evidence, symbol, positions)


def posted_by(record: "Record") -> Counter[str]:
    """Return what a record's postings bring to each account."""
    posted: Counter[str] = Counter()
    for account, _, _, held_minor, available_minor in record.body["postings"]:
        posted[account] += held_minor + available_minor
    return posted


def _accounts_agree(evidence: "Evidence", symbol: str, positions: Positions) -> Broken:
    """Every account has the position that its book's trades make; so has the book itself."""
    opened = {
        account: [lots, positions.cost[account]] for account, lots in positions.lots.items() if lots
    }
    in_book = evidence.replays[symbol][0].state().get("positions", {})
    if in_book != opened:
        yield f"{symbol} has {in_book} open, its trades make {opened}"
    for account, state in evidence.states.items():
        row = state.get("positions", {}).get(symbol, [0, 0])[:2]
        if row != opened.get(account, [0, 0]):
            yield f"{account} has {row} of {symbol}, trades make {opened.get(account)}"


def margin_is_kept(evidence: "Evidence") -> Broken:
    """No order was held that takes an account one unit below the margin of all it may open."""
    for account, records in evidence.streams.accounts:
        for record in records:
            if record.body["cause"]["kind"] == "hold":
                yield from _margin(evidence.markets, f"{account} {record.sequence}", record)


def _margin(markets: dict[str, "Market"], place: str, record: "Record") -> Broken:
    state, cause = record.body["state"], record.body["cause"]
    hold = state["holds"][cause["order_id"]]
    currency, command = hold["currency"], hold["command"]
    held = {one["command"]["symbol"] for one in state["holds"].values()}
    held |= {symbol for symbol, row in state.get("positions", {}).items() if row[0]}
    apart = state.get("isolated", {})
    wanted = {
        s for s in held if is_perpetual(s) and markets[s].quote == currency and s not in apart
    }
    if not wanted or closes(markets, state, command):
        return
    if command["symbol"] in apart and not takes(record, "available", currency):
        return
    marks, volumes = cause["decided_on"]["marks"], cause["decided_on"].get("volumes", {})
    worst = {side: worst_of(markets, state, side) for side in ("BUY", "SELL")}
    have, need = state["available"][currency], 0
    # The fee of what only closes needs no margin (0114), also where it follows what opens.
    behind = state["holds"].get(cause.get("then"))
    is_together = command["symbol"] not in apart
    if behind is not None and is_together and closes(markets, state, behind["command"]):
        have += behind["held_minor"]
    for symbol in wanted:
        market, mark_ticks = markets[symbol], marks[symbol][0]
        row = state.get("positions", {}).get(symbol, (0, 0))
        have += (row[0] * mark_ticks - row[1]) * market.tick_value_minor
        sides = [worst[side][symbol] // market.lot_value_minor for side in ("BUY", "SELL")]
        worth_minor = mark_ticks * market.tick_value_minor
        need += need_of(market, state, symbol, sides, worth_minor, volumes)
    if have < need:
        yield f"{place} has {have} {currency}, needs {need} as margin"


def need_of(
    market: "Market",
    state: State,
    symbol: str,
    sides: list[int],
    worth_minor: int,
    volumes: Volumes,
) -> int:
    """Return what a perpetual needs: by its tiers, or by its moves with spot beside it if less.

    ``sides`` are the lots that may be long, and short. Half of what spot gains counts, and the
    tiers' excess over the largest move stays. For being many there is more in either case.
    """
    most = max(abs(lots) for lots in sides)
    crowded = crowded_by(market, most, worth_minor, volumes)
    parts = share_of(market, most * worth_minor, "initial_bps")
    cover = state["available"].get(market.base, 0)
    if cover <= 0:
        return parts + crowded
    held: int = state.get("positions", {}).get(symbol, (0, 0))[0]
    longer, shorter = (
        lots + min(_closing(state, symbol, side), max(0, -lots_held))
        for lots, side, lots_held in ((sides[0], "BUY", held), (sides[1], "SELL", -held))
    )
    covered = cover * worth_minor // market.lot_value_minor * 5_000 // BASIS_POINTS
    moves = [_moved(worth_minor, move) for move in MOVES]
    fallen = [longer * -_moved(worth_minor, -move) for move in MOVES]
    risen = [shorter * move - _moved(covered, of) for move, of in zip(moves, MOVES, strict=True)]
    beyond_scan: int = max(0, parts - most * moves[-1])
    return crowded + min(parts, max(0, *fallen, *risen) + beyond_scan)


def crowded_by(market: "Market", lots: int, worth_minor: int, volumes: Volumes) -> int:
    """Return what lots need for being more than a free share of what their market traded.

    Nothing where no volume was looked at.
    """
    if market.symbol not in volumes:
        return 0
    free = volumes[market.symbol] * (market.free_volume_bps or 0) // BASIS_POINTS
    return ceil(max(0, lots - free) * _moved(worth_minor, MOVES[-1]) * CROWDED)


def _closing(state: State, symbol: str, side: str) -> int:
    """Return the lots of what only reduces on a side, amends of it too."""
    total = 0
    for hold in state["holds"].values():
        command = hold["command"]
        if command["symbol"] != symbol or side_of(state, command) != side:
            continue
        if only_reduces(state, command):
            total += left_of(state, hold)
    return total


def _moved(worth_minor: int, move: Fraction) -> int:
    """Return what a move makes of a worth, to the nearest unit."""
    return floor(worth_minor * move + Fraction(1, 2))


def closes(markets: dict[str, "Market"], state: State, command: dict[str, Any]) -> bool:
    """Whether an order of a perpetual opens nothing, with all others of its side filled."""
    symbol = command["symbol"]
    if not is_perpetual(symbol):
        return False
    order = state["holds"].get(command.get("order_id"), {"command": command})["command"]
    if order.get("reduce_only"):
        return True
    return worst_of(markets, state, side_of(state, command))[symbol] <= 0


def share_of(market: "Market", notional_minor: int, level: str) -> int:
    """Return the margin of a notional: of each part its tier's share, rounded up once.

    ``level`` is ``initial_bps`` or ``maintenance_bps``.
    """
    shares: dict[int, int] = defaultdict(int)
    left = notional_minor
    for tier in reversed(market.margin):
        part = max(0, left - tier.from_minor)
        shares[getattr(tier, level)] += part
        left -= part
    return -(-sum(bps * part for bps, part in shares.items()) // BASIS_POINTS)


def may_be_below_zero(record: "Record", currency: str) -> bool:
    """Whether what is free of a currency may be less than nothing behind a record of an account.

    Only what a perpetual lost takes it there, what closes an option that is written, by its end or
    by others, or the fee of an order that only reduces, be it of a liquidation, which holds what
    buying back costs. Nothing else takes more of it then.
    """
    cause = record.body["cause"]
    if cause["kind"] == "settle" and is_perpetual(cause["book"]):
        return True
    if cause["kind"] == "settle" and is_option(cause["book"]):
        loses = any(fill["liquidity"] in UNASKED for fill in cause["fills"])
    else:
        loses = cause.get("reduces", False) or cause["kind"] == "liquidate"
    traded = any(map(is_derivative, record.body["state"].get("positions", {})))
    return loses or (traded and not takes(record, "available", currency))


def takes(record: "Record", name: str, currency: str) -> bool:
    """Whether a record takes something of a currency out of a part of its account."""
    return any(
        (entered, of) == (name, currency) and minor < 0
        for entered, of, minor in record.body["entries"]
    )
