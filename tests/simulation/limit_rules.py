"""Rules of limits and positions: no order was held that takes an account one unit too far.

They go by the journals alone: the state before each hold, the limits that stood when it was
decided, and what the fills say. Parts of invariants 4 and 6.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from zerodesk.money import BASIS_POINTS

if TYPE_CHECKING:
    from tests.simulation.invariants import Evidence
    from tests.simulation.reading import Record
    from zerodesk.instruments import Market

State = dict[str, Any]
Limits = dict[str, Any]
DAY_MS: Final = 86_400_000
MOST_OPEN: Final = 200


def positions_add_up(evidence: "Evidence") -> Iterator[str]:
    """A position is what the fills add up to: lots, fees, and cash to the unit."""
    for account, records in evidence.streams.accounts:
        lots: Counter[str] = Counter()
        cash: Counter[str] = Counter()
        fees: Counter[str] = Counter()
        filled: Counter[str] = Counter()
        for record in records:
            cause, state = record.body["cause"], record.body["state"]
            for fill in cause.get("fills", ()):
                symbol, sign = cause["book"], 1 if fill["side"] == "BUY" else -1
                lots[symbol] += sign * fill["quantity_lots"]
                cash[symbol] -= sign * fill["quantity_lots"] * fill["price_ticks"]
                fees[symbol] += fill["fee_minor"]
                filled[fill["order_id"]] += fill["quantity_lots"]
            rows = state.get("positions", {})
            for symbol in sorted(lots.keys() | rows.keys()):
                held, cost, realised, fees_minor = rows.get(symbol, (0, 0, 0, 0))[:4]
                due = (lots[symbol], cash[symbol], fees[symbol])
                if (held, realised - cost, fees_minor) != due:
                    yield f"{account} {record.sequence}: {symbol} is {rows.get(symbol)}, not {due}"
            for order_id, hold in state["holds"].items():
                if hold.get("filled_lots", 0) != filled[order_id]:
                    yield f"{account} {record.sequence}: {order_id} is filled by {filled[order_id]}"


def fundings_add_up(evidence: "Evidence") -> Iterator[str]:
    """What fundings brought to a position is what the account's records tell of them."""
    for account, records in evidence.streams.accounts:
        brought: Counter[str] = Counter()
        for record in records:
            cause = record.body["cause"]
            for funding in cause.get("fundings", ()):
                brought[cause["book"]] += funding["amount_minor"]
            for symbol, row in record.body["state"].get("positions", {}).items():
                if (*row, 0, 0)[7] != brought[symbol]:
                    yield f"{account} {record.sequence}: {symbol} is {row}, {brought} by fundings"


def limits_are_kept(evidence: "Evidence") -> Iterator[str]:
    """Each order that was held was within every limit, of the account, its group and the venue."""
    venue = evidence.streams.by_name.get("control#limits", [])
    for account, records in evidence.streams.accounts:
        for before, record in pairwise(records):
            if record.body["cause"]["kind"] != "hold":
                continue
            place = f"{account} {record.sequence}"
            sequence = record.body["cause"].get("decided_on", {}).get("limits_sequence", 0)
            stood = _stood(evidence, venue, before)
            if sequence < stood:
                yield f"{place} is decided by limits {sequence}, {stood} stood already"
            yield from _kept(evidence.markets, place, before.body["state"], record, venue, sequence)


def volumes_are_of_trades(evidence: "Evidence") -> Iterator[str]:
    """No volume that a decision went by is more than its market had traded by then."""
    thin = [one for one, market in evidence.markets.items() if market.free_volume_bps is not None]
    traded = {symbol: _traded(evidence, symbol) for symbol in thin}
    for account, records in evidence.streams.accounts if traded else ():
        for record in records:
            cause, at_ms = record.body["cause"], _appended_ms(evidence, record)
            for symbol, lots in cause.get("decided_on", cause).get("volumes", {}).items():
                since_ms, sums = traded[symbol]
                most = sums[bisect_right(since_ms, at_ms)]
                if lots > most:
                    yield f"{account} {record.sequence} goes by {lots} lots, {most} were traded"


def _traded(evidence: "Evidence", symbol: str) -> tuple[list[float], list[int]]:
    """Return when the records of a book were written, and what was traded before and by each."""
    since_ms, sums = [], [0]
    for record in evidence.streams.by_name[f"book#{symbol}"]:
        events = record.body["events"]
        lots = (one["quantity_lots"] for one in events if one["type"] == "TradeExecuted")
        since_ms.append(_appended_ms(evidence, record))
        sums.append(sums[-1] + sum(lots))
    return since_ms, sums


def _appended_ms(evidence: "Evidence", record: "Record") -> float:
    return evidence.world.appended_ms.get((record.stream, record.sequence), 0.0)


def _stood(evidence: "Evidence", venue: list["Record"], before: "Record") -> int:
    """Return the last record of limits that stood before the account's record was written."""
    appended = evidence.world.appended_ms
    written_ms = appended.get((before.stream, before.sequence), 0.0)
    stood = [r.sequence for r in venue if appended.get((r.stream, r.sequence), 0.0) < written_ms]
    return max(stood, default=0)


def _kept(
    markets: dict[str, "Market"],
    place: str,
    state: State,
    record: "Record",
    venue: list["Record"],
    sequence: int,
) -> Iterator[str]:
    after, cause = record.body["state"], record.body["cause"]
    command = after["holds"][cause["order_id"]]["command"]
    terms = state.get("terms", {"status": "ACTIVE", "group": None, "limits": {}})
    entries = venue[sequence - 1].body["state"] if sequence else {}
    scopes = [terms["limits"], _of(entries, "venue"), _of(entries, f"group:{terms['group']}")]
    if terms["status"] != "ACTIVE":
        yield f"{place} is held for an account that is {terms['status']}"
    open_orders = len(after["holds"])
    if open_orders > _least(scopes, "open_orders", MOST_OPEN):
        yield f"{place} makes {open_orders} open orders"
    orders = 2 if "then" in cause else 1
    yield from _rate(place, state, after, orders, _least(scopes, "orders_per_minute", None))
    worst = worst_of(markets, after, side_of(after, command))
    symbol, market = command["symbol"], markets[command["symbol"]]
    for name, key, have in (
        ("position_minor", symbol, worst[symbol]),
        ("underlying_minor", market.base, sum(_of_base(markets, worst, market.base))),
        ("order_notional_minor", market.quote, _notional(market, command)),
    ):
        limit = min((one[name][key] for one in scopes if key in one.get(name, {})), default=None)
        if limit is not None and have > limit:
            yield f"{place} takes {name} of {key} to {have}, {limit} is allowed"
    yield from _fits_its_market(place, market, command, scopes, cause)
    losses = [one["daily_loss_minor"] for one in scopes if "daily_loss_minor" in one]
    limit = min((one[market.quote] for one in losses if market.quote in one), default=None)
    if limit is not None and worst[symbol] > 0:
        lost = _lost(markets, state, cause, market.quote)
        if lost >= limit:
            yield f"{place} opens when {lost} {market.quote} are lost, {limit} is allowed"


def _of(entries: dict[str, Any], name: str) -> Limits:
    limits: Limits = entries.get(name, {}).get("limits", {})
    return limits


def _least(scopes: list[Limits], name: str, otherwise: int | None) -> Any:
    found = [one[name] for one in scopes if name in one]
    return min(found) if found else otherwise


def _rate(place: str, state: State, after: State, orders: int, limit: int | None) -> Iterator[str]:
    """Yield a hold that counts its orders wrong: one, or two where one follows the other."""
    (minute, count), (now, total) = state.get("rate", (0, 0)), after["rate"]
    if now < minute or total != (count + orders if now == minute else orders):
        yield f"{place} counts its orders from {minute, count} to {now, total}"
    if limit is not None and total > limit:
        yield f"{place} is order {total} of its minute, {limit} are allowed"


def worst_of(markets: dict[str, "Market"], after: State, side: str) -> Counter[str]:
    """Return, by market, the position on a side with its open orders filled, in base units."""
    worst: Counter[str] = Counter()
    sign = 1 if side == "BUY" else -1
    for symbol, row in after.get("positions", {}).items():
        worst[symbol] += sign * row[0] * markets[symbol].lot_value_minor
    for hold in after["holds"].values():
        command = hold["command"]
        if side_of(after, command) == side and not only_reduces(after, command):
            left = left_of(after, hold)
            worst[command["symbol"]] += left * markets[command["symbol"]].lot_value_minor
    return worst


def side_of(state: State, command: dict[str, Any]) -> str:
    """Return the side of an order, or of the order that an amend is of."""
    if command["kind"] == "amend":
        order = state["holds"].get(command["order_id"])
        command = {"side": ""} if order is None else order["command"]
    side: str = command["side"]
    return side


def only_reduces(state: State, command: dict[str, Any]) -> bool:
    """Whether an order, or that which an amend is of, can open nothing."""
    order = state["holds"].get(command.get("order_id"), {"command": command})
    return bool(order["command"].get("reduce_only"))


def left_of(state: State, hold: dict[str, Any]) -> int:
    """Return what may be filled of an order, or what an amend wants on top of its order."""
    command = hold["command"]
    if command["kind"] == "amend":
        more: int = command.get("quantity_lots", 0)
        return max(0, more - _whole(state["holds"][command["order_id"]]))
    return _whole(hold) - int(hold.get("filled_lots", 0))


def _whole(hold: dict[str, Any]) -> int:
    lots: int = hold.get("amended_lots") or hold["command"]["quantity_lots"]
    return lots


def _of_base(markets: dict[str, "Market"], worst: Counter[str], base: str) -> Iterator[int]:
    yield from (minor for symbol, minor in worst.items() if markets[symbol].base == base)


def _notional(market: "Market", command: dict[str, Any]) -> int:
    if command["kind"] == "amend":
        return 0
    if "amount_minor" in command:
        return int(command["amount_minor"])
    dearer_ticks = max(command["price_ticks"], command.get("stop_limit_ticks", 0))
    worth: int = dearer_ticks * command["quantity_lots"] * market.tick_value_minor
    return worth


def _fits_its_market(
    place: str,
    market: "Market",
    command: dict[str, Any],
    scopes: list[Limits],
    cause: dict[str, Any],
) -> Iterator[str]:
    """Yield an order of some worth that is large against what its market traded in a day."""
    bps = _least(scopes, "order_volume_bps", None)
    named = [one["free_notional_minor"] for one in scopes if "free_notional_minor" in one]
    free = min((one[market.quote] for one in named if market.quote in one), default=0)
    if bps is None or _notional(market, command) <= free:
        return
    most = cause["decided_on"].get("day_volume_lots", 0) * bps // BASIS_POINTS
    if command.get("quantity_lots", 0) > most:
        yield f"{place} is of {command['quantity_lots']} lots, {most} are {bps} bps of a day's"


def _lost(markets: dict[str, "Market"], state: State, cause: dict[str, Any], quote: str) -> int:
    """Return what an account lost since midnight, by the marks that the record was decided on."""
    at_ms, marks = cause["at_ms"], cause["decided_on"]["marks"]
    made: dict[str, int] = defaultdict(int)
    for symbol, row in state.get("positions", {}).items():
        lots, cost, _, _, day, realised, fees, _, funding = (*row, 0, 0)[:9]
        market, today = markets[symbol], day == at_ms // DAY_MS
        if lots or today:
            tick_lots = lots * marks[symbol][0] - cost + (realised if today else 0)
            made[market.quote] += tick_lots * market.tick_value_minor
            made[market.quote] += funding - fees if today else 0
    return -made[quote]
