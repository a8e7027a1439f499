"""Rules of money outside of the books, each a function from the evidence to what breaks it.

Deposits, withdrawals, transfers and reversals are told three times: by what clients were answered,
by the items, and by the journals. Here each is counted on its own and held to the others.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from zerodesk.money import format_minor

if TYPE_CHECKING:
    from tests.simulation.errands import Errand
    from tests.simulation.invariants import Evidence
    from tests.simulation.reading import Record
    from tests.simulation.traffic import Answered

Cause = dict[str, Any]
Causes = list[tuple["Record", Cause]]
Broken = Iterator[str]
Amounts = dict[tuple[str, str], int]
"""Minor units by (part of an account, currency)."""

NO_HOUSE: Final[dict[str, Any]] = {"balance_minor": 0, "swept": {}}
ENDS: Final = ("post", "void")
ELSEWHERE: Final = ("external", "transit")
"""Where money of an account comes from and goes to without a book."""

POT: Final = "isolated#"
"""What the margin of an isolated position is entered under, with its market."""

AFTER_KIND: Final = {
    "refuse": "REJECTED",
    "reserve": "RESERVED",
    "post": "POSTED",
    "void": "VOIDED",
}
"""How a withdrawal's item stands after the last record about it."""


def subject_of(cause: Cause) -> str | None:
    """Return the id of the item that a record of an account is about."""
    match cause["kind"]:
        case "send":
            return str(cause["transfer_id"])
        case "receive":
            number = cause["transfer_id"].removeprefix("transfer#")
            return f"receipt#{cause['from_account_id']}#{number}"
        case "reverse":
            return f"reversal#{cause['record']}"
        case _:
            names = ("order_id", "deposit_id", "withdrawal_id", "request_id")
            return next((str(cause[name]) for name in names if name in cause), None)


def decided_in_order(causes: Causes) -> bool:
    """Whether an account decided on a request once; a withdrawal is reserved, then ended once."""
    kinds = [cause["kind"] for _, cause in causes]
    return len(kinds) == 1 or (len(kinds) == 2 and kinds[0] == "reserve" and kinds[1] in ENDS)


def expected_status(item: dict[str, Any], causes: Causes) -> str:
    """Return how an item must stand when all is quiet, by the records of its account."""
    last = causes[-1][1]["kind"] if causes else None
    if last is None:
        return "QUEUED"
    if item["kind"] == "withdrawal":
        return AFTER_KIND[last]
    return "REJECTED" if last == "refuse" else "DONE"


def moved_by_items(evidence: "Evidence") -> Counter[tuple[str, str]]:
    """Return what came to each account other than by trades, as the items tell it."""
    found: Counter[tuple[str, str]] = Counter()
    for (account, _), item in evidence.items.items():
        request = item["request"]
        match item["kind"], item["status"]:
            case ("deposit" | "receipt", "DONE"):
                found[account, request["currency"]] += request["amount_minor"]
            case ("withdrawal", "POSTED") | ("transfer", "DONE"):
                found[account, request["currency"]] -= request["amount_minor"]
            case ("reversal", "DONE"):
                reversed_record = evidence.streams.by_name[f"account#{account}"][
                    request["sequence"] - 1
                ]
                for name, currency, minor in reversed_record.body["entries"]:
                    if name in ELSEWHERE:
                        found[account, currency] += minor
    return found


def entries_are_the_change(evidence: "Evidence") -> Broken:
    """What an account's records enter is what changes in it."""
    for account, records in evidence.streams.accounts:
        states = [_amounts(record.body["state"]) for record in records]
        for record, (before, after) in zip(records[1:], pairwise(states), strict=True):
            entered: Amounts = defaultdict(int)
            for name, currency, minor in record.body["entries"]:
                if is_own(name):
                    entered[name, currency] += minor
            places = before.keys() | after.keys()
            changed = {key: after.get(key, 0) - before.get(key, 0) for key in places}
            if _nonzero(entered) != _nonzero(changed):
                yield f"account {account} {record.sequence} enters {entered}, changes {changed}"


def house_entries_are_the_change(evidence: "Evidence") -> Broken:
    """What the house's records enter is what changes in it."""
    for currency, records in evidence.streams.houses:
        balance_minor = 0
        for record in records:
            balance_minor += sum(e[2] for e in record.body["entries"] if e[0] == "house")
            if record.body["state"]["balance_minor"] != balance_minor:
                yield f"house {currency} {record.sequence}: {record.body}, entered {balance_minor}"


def _amounts(state: dict[str, Any]) -> Amounts:
    amounts: Amounts = defaultdict(int)
    for currency, minor in state["available"].items():
        amounts["available", currency] = minor
    for held in (*state["holds"].values(), *state.get("withdrawals", {}).values()):
        amounts["held", held["currency"]] += held["held_minor"]
    for symbol, pot in state.get("isolated", {}).items():
        amounts[f"{POT}{symbol}", pot["currency"]] = pot["minor"]
    return amounts


def is_own(name: str) -> bool:
    """Whether what is entered under a name is the account's own: free, held, or in a pot."""
    return name in ("available", "held") or name.startswith(POT)


def _nonzero(amounts: Amounts) -> Amounts:
    return {key: minor for key, minor in amounts.items() if minor}


def fees_by_record(evidence: "Evidence") -> dict[str, dict[int, tuple[str, int]]]:
    """Return the (currency, fee) of each record of each book that took one."""
    found: dict[str, dict[int, tuple[str, int]]] = defaultdict(dict)
    for symbol, records in evidence.streams.books:
        for record in records:
            for account, _, currency, held, available in record.body["postings"]:
                if account == f"fees#{symbol}":
                    found[symbol][record.sequence] = (currency, held + available)
    return found


def fees_reach_the_house_once(evidence: "Evidence") -> Broken:
    """Each stretch of a book is swept once, none is left out, and all its fees arrive."""
    fees = fees_by_record(evidence)
    for currency, records in evidence.streams.houses:
        reached: Counter[str] = Counter()
        for record in records:
            cause = record.body["cause"]
            symbol, first, last = cause["book"], cause["from"], cause["to"]
            if first != reached[symbol] + 1 or last < first:
                yield f"house {currency} swept {symbol} {first}-{last} after {reached[symbol]}"
            reached[symbol] = last
            took = sum(fee for at, (_, fee) in fees[symbol].items() if first <= at <= last)
            brought = sum(e[2] for e in record.body["entries"] if e[0] == "house")
            if took != brought:
                yield f"{symbol} {first}-{last} took {took} {currency}, the house got {brought}"


def waiting_fees(evidence: "Evidence", before_ms: float) -> Broken:
    """Fees of records before a moment that no sweep has brought to the house."""
    for symbol, fees in fees_by_record(evidence).items():
        records = evidence.streams.by_name[f"book#{symbol}"]
        for sequence, (currency, minor) in fees.items():
            swept = evidence.swept.get((symbol, currency), 0)
            if sequence > swept and records[sequence - 1].recorded_at_ms < before_ms:
                yield f"fee of {minor} {currency} in {symbol} {sequence}, swept to {swept}"


def transfers_arrive_once(evidence: "Evidence") -> Broken:
    """What is sent arrives once, whole, where it was sent; nothing arrives that was not sent.

    A reversal sends back: from the receiver, to the sender.
    """
    sent: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    received: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for account, records in evidence.streams.accounts:
        for record in records:
            cause = record.body["cause"]
            legs = [e[1:] for e in record.body["entries"] if e[0] == "transit"]
            back = cause["kind"] == "reverse"
            kind = cause["of_kind"] if back else cause["kind"]
            if kind == "send":
                key = account, cause["to_account_id"], cause["transfer_id"] + " back" * back
                (received if back else sent)[key].append([[c, abs(minor)] for c, minor in legs])
            elif kind == "receive":
                key = cause["from_account_id"], account, cause["transfer_id"] + " back" * back
                (sent if back else received)[key].append([[c, abs(minor)] for c, minor in legs])
            elif legs:
                yield f"account {account} {record.sequence}, a {cause['kind']}, moves {legs}"
    for key in sorted(sent.keys() | received.keys()):
        if len(sent[key]) != 1 or sent[key] != received[key]:
            yield f"transfer {key} sent as {sent[key]}, received as {received[key]}"


TOLD_AS: Final = {
    "deposit": "DepositCredited",
    "reserve": "WithdrawalReserved",
    "post": "WithdrawalPosted",
    "void": "WithdrawalVoided",
    "send": "TransferSent",
    "receive": "TransferReceived",
    "reverse": "RecordReversed",
}


def movements_are_told(evidence: "Evidence") -> Broken:
    """What moves an account's money outside of trades is told to the bus, once it is on record."""
    recorded_ms, told_ms = _movements_recorded(evidence), _movements_told(evidence)
    for event_id in sorted(recorded_ms.keys() | told_ms.keys()):
        if event_id not in told_ms:
            yield f"{event_id} is on record, and was never told"
        elif event_id not in recorded_ms:
            yield f"{event_id} was told, and is not on record"
        elif told_ms[event_id] < recorded_ms[event_id]:
            yield f"{event_id} was told before it was recorded"


def _movements_recorded(evidence: "Evidence") -> dict[str, float]:
    """Return when what is to be told was recorded; the set-up's was there before the bus."""
    found: dict[str, float] = {}
    for account, records in evidence.streams.accounts:
        for record in records:
            cause, place = record.body["cause"], (record.stream, record.sequence)
            if cause["kind"] in TOLD_AS and place in evidence.world.appended_ms:
                event_id = f"{TOLD_AS[cause['kind']]}#{account}#{subject_of(cause)}"
                found[event_id] = evidence.world.appended_ms[place]
    return found


def _movements_told(evidence: "Evidence") -> dict[str, float]:
    found: dict[str, float] = {}
    for at_ms, entry in evidence.world.announced:
        if entry["Source"] == "zerodesk.funds":
            found.setdefault(json.loads(entry["Detail"])["event_id"], at_ms)
    return found


def errands_stand(evidence: "Evidence") -> Broken:
    """What clients were answered about their money is what stands."""
    for errand, answered in evidence.heard.errands:
        if errand.kind not in STAND:
            continue
        account = errand.whose
        causes = evidence.causes.get((account, errand.subject), [])
        yield from STAND[errand.kind](evidence, Said(errand, answered, account, causes))


@dataclass(frozen=True, slots=True)
class Said:
    """What a client was answered, and what the account's journal says of the same."""

    errand: "Errand"
    answered: "Answered"
    account: str
    causes: Causes

    @property
    def kinds(self) -> list[str]:
        """The kinds of the records about it, in order."""
        return [cause["kind"] for _, cause in self.causes]

    def __str__(self) -> str:
        told = f"told {self.answered.status} {self.answered.json}"
        return f"{self.errand.name} of {self.account} {told}, on record as {self.kinds}"


def _credit_stands(_: "Evidence", said: Said) -> Broken:
    """A deposit or a reversal that was acknowledged is on record once, as it was told."""
    if said.answered.status not in (200, 201):
        return
    if len(said.kinds) != 1:
        yield str(said)
    elif said.errand.kind == "reversal" and not _as_reversed(said.answered, said.causes):
        yield f"{said}: {said.causes}"


def _ask_stands(evidence: "Evidence", said: Said) -> Broken:
    """A withdrawal or a transfer was acknowledged as it is on record, or refused there."""
    if said.answered.status in (200, 201):
        yield from _as_asked(evidence, said)
    elif said.answered.json["code"].startswith("LEDGER_") and said.kinds != ["refuse"]:
        yield str(said)


def _end_stands(_: "Evidence", said: Said) -> Broken:
    """A withdrawal whose end was acknowledged has that end, one that was not another."""
    ended = ["reserve", said.errand.kind]
    if said.answered.status == 200:
        wrong = said.kinds != ended
    else:
        over = said.answered.json["code"] == "WITHDRAWAL_NOT_RESERVED"
        wrong = over and said.kinds in ([], ["reserve"], ended)
    if wrong:
        yield str(said)


STAND: Final[dict[str, Callable[["Evidence", Said], Broken]]] = {
    "deposit": _credit_stands,
    "insurance": _credit_stands,
    "reversal": _credit_stands,
    "withdrawal": _ask_stands,
    "transfer": _ask_stands,
    "post": _end_stands,
    "void": _end_stands,
}


def _as_asked(evidence: "Evidence", said: Said) -> Broken:
    """Compare what a withdrawal or a transfer was acknowledged as with what is on record."""
    told, asked = said.answered.json, said.errand.body
    assert asked is not None, "money is asked for with a body"
    first = "reserve" if said.errand.kind == "withdrawal" else "send"
    if said.kinds[:1] != [first]:
        yield str(said)
        return
    record = said.causes[0][0]
    appended_ms = evidence.world.appended_ms.get((record.stream, record.sequence), 0.0)
    if appended_ms > said.answered.at_ms:
        yield f"{said}, and was not when it was told"
    same = Decimal(told["amount"]) == Decimal(asked["amount"])
    if not same or told["currency"] != asked["currency"]:
        yield f"{said}, asked for as {asked}"
    item = evidence.items[said.account, said.errand.subject]
    final = {"POSTED": "POSTED", "VOIDED": "VOIDED", "SETTLED": "DONE"}.get(told["status"])
    if final not in (None, item["status"]):
        yield f"{said}, stands as {item['status']}"


def _as_reversed(answered: "Answered", causes: Causes) -> bool:
    """Whether a reversal stands where it was said to stand, and names what it was to name."""
    record, cause = causes[0]
    told = answered.json
    return (record.sequence, cause["record"], cause["hash"]) == (
        told["reversal_sequence"],
        told["sequence"],
        told["hash"],
    )


def reversals_reverse(evidence: "Evidence") -> Broken:
    """A reversal undoes one record by which money came from elsewhere, to the unit."""
    for account, records in evidence.streams.accounts:
        for record in records:
            cause = record.body["cause"]
            if cause["kind"] != "reverse":
                continue
            named = records[cause["record"] - 1]
            was, now = _elsewhere(named), _elsewhere(record)
            if (
                named.body["cause"]["kind"] not in ("deposit", "post", "send", "receive")
                or named.hash != cause["hash"]
            ):
                yield f"account {account} {record.sequence} reverses {named.body['cause']}"
            if was != {currency: -minor for currency, minor in now.items()} or not now:
                yield f"account {account} {record.sequence} takes back {now} of {was}"


def _elsewhere(record: "Record") -> dict[str, int]:
    return {c: minor for name, c, minor in record.body["entries"] if name in ELSEWHERE}


def statements_add_up(evidence: "Evidence") -> Broken:
    """An account is told all of its records, each with its cause, from nothing to what it has."""
    pages: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for errand, answered in evidence.heard.errands:
        if errand.kind == "statement":
            pages[errand.who].append(answered.json)
    for account, told in pages.items():
        records = evidence.streams.by_name[f"account#{account}"]
        rows = [row for page in told for row in page["records"]]
        yield from _rows_are_the_journal(account, rows, records)
        balances = defaultdict(Decimal, _totals(told[0]["opening"]))
        for row in rows:
            for entry in row["entries"]:
                if is_own(entry["ledger_account"]):
                    balances[entry["currency"]] += Decimal(entry["amount"])
        closing = _totals(told[-1]["closing"])
        if {c: total for c, total in balances.items() if total} != closing:
            yield f"statement of {account} adds up to {balances}, closes with {closing}"


def _rows_are_the_journal(
    account: str, rows: list[dict[str, Any]], records: list["Record"]
) -> Broken:
    """Compare what a statement tells, record by record, with the journal up to there."""
    if [row["hash"] for row in rows] != [record.hash for record in records[: len(rows)]]:
        yield f"statement of {account} tells other records than are on record"
    for row, record in zip(rows, records, strict=False):
        cause = record.body["cause"]
        ids = {n: str(v).partition("#")[2] or v for n, v in cause.items() if n.endswith("_id")}
        told = row["cause"]
        if told.get("kind") != cause["kind"] or any(told.get(n) != v for n, v in ids.items()):
            yield f"statement of {account} tells record {record.sequence} as {told}, it is {cause}"


def _totals(balances: list[dict[str, str]]) -> dict[str, Decimal]:
    totals = {one["currency"]: Decimal(one["total"]) for one in balances}
    return {currency: total for currency, total in totals.items() if total}


def house_is_as_told(evidence: "Evidence") -> Broken:
    """What an operator was told of the house is what one of its records says, books and all."""
    for errand, answered in evidence.heard.errands:
        if errand.kind != "house" or answered.status != HTTPStatus.OK:
            continue
        for told in answered.json["balances"]:
            records = evidence.streams.by_name.get(f"house#{told['currency']}", [])
            state = records[told["house_sequence"] - 1].body["state"] if records else NO_HOUSE
            swept = {one["symbol"]: one["book_sequence"] for one in told["swept"]}
            balance = format_minor(state["balance_minor"], told["currency"])
            if (told["balance"], swept) != (balance, state["swept"]):
                yield f"house told as {told}, stands as {state}"
