"""The rules of the market, scenario by scenario: engine, fold, audit and the obvious book."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.reading import Scenario, ScenarioError, Step, read, rules
from tests.zerodesk.matching.builders import (
    a_cancel,
    a_place,
    a_state,
    an_auction,
    an_ending,
    an_index,
)
from tests.zerodesk.matching.naive import NaiveBook
from tests.zerodesk.matching.streams import MARKET, OPTION, PERPETUAL, START_MS, Run, symbol_of
from zerodesk.bands import Band
from zerodesk.codec import decode_body, encode_body
from zerodesk.commands import Command
from zerodesk.instruments import Market
from zerodesk.matching import Book, listing, one_triggers_other
from zerodesk.money import share_bps
from zerodesk.options import OptionTerms
from zerodesk.orders import halt_id_for, settling_id_for
from zerodesk.reconciliation import BookAudit

SCENARIOS = [scenario for rule in rules() for scenario in rule.scenarios]
EXPIRY_MS = OptionTerms.of(OPTION.symbol).expiry_ms
TERMS = {
    "lots": "quantity_lots",
    "price": "price_ticks",
    "in force": "time_in_force",
    "post only": "post_only",
    "trigger price": "trigger_ticks",
    "expires at": "expires_at_ms",
    "reduce only": "reduce_only",
    "amount": "amount_minor",
    "stop": "stop_ticks",
    "stop limit": "stop_limit_ticks",
    "maker rate": "maker_bps",
    "taker rate": "taker_bps",
}


def an_order(row: dict[str, str]) -> Any:
    terms: dict[str, Any] = {}
    for name, cell in row.items():
        value: Any = {"yes": True, "no": False}.get(
            cell, int(cell) if cell.lstrip("-").isdigit() else cell
        )
        terms[TERMS.get(name, name)] = value
    order_id, account_id = terms.pop("order"), terms.pop("account")
    if "expires_at_ms" in terms:
        terms["expires_at_ms"] += START_MS
    return dict(a_place(order_id, account_id=account_id)) | held(terms)


def arriving(rows: list[dict[str, str]], market: Market) -> list[Any]:
    """Return the orders of a table, each with the one that is to follow it, if one is."""
    orders = {row["order"]: an_order(row) | {"symbol": market.symbol} for row in rows}
    for order in orders.values():
        if leading := orders.get(order.get("after", "")):
            leading["then"] = one_triggers_other(market, leading, order)["then"]
    return [one for one in orders.values() if one.get("after") not in orders]


def an_amend(row: dict[str, str], before: list[Any]) -> Any:
    """Return an amend with what is held for it: "held", or nothing."""
    orders = [*before, *(c["then"] for c in before if "then" in c)]
    [target] = [c for c in orders if c["command_id"] == row["order"]]
    changes = {TERMS[name]: int(row[name]) for name in ("lots", "price") if name in row}
    kept = {name: target[name] for name in ("post_only", "slides") if name in target}
    return (
        {
            "kind": "amend",
            "command_id": row["amend"],
            "account_id": row.get("account", target["account_id"]),
            "symbol": MARKET.symbol,
            "order_id": row["order"],
            "held_minor": int(row.get("held", "0")),
            "accepted_at_ms": START_MS,
        }
        | changes
        | kept
    )


def a_mass_cancel(rows: list[dict[str, str]], before: list[Any], now_ms: int) -> Any:
    """Return the cancel of an account that names some orders, be they in the book or not."""
    [account_id] = {row["account"] for row in rows}
    return {
        "kind": "cancel_all",
        "command_id": f"m{len(before)}",
        "account_id": account_id,
        "symbol": MARKET.symbol,
        "account_sequence": len(before),
        "orders": [[row["order"], START_MS] for row in rows],
        "accepted_at_ms": now_ms,
    }


def a_takeover(
    account: str, price_ticks: int, rows: list[dict[str, str]], before: list[Any]
) -> Any:
    """Return the command by which others take a position over, in their order."""
    return {
        "kind": "deleverage",
        "command_id": f"d{len(before)}",
        "account_id": account,
        "symbol": MARKET.symbol,
        "price_ticks": price_ticks,
        "others": [[row["account"], int(row["lots"])] for row in rows],
        "marked_until_ms": 2**52,
        "accepted_at_ms": START_MS,
    }


def held(terms: dict[str, Any]) -> dict[str, Any]:
    """Return terms with just what they need held."""
    dearer_ticks = max(terms["price_ticks"], terms.get("stop_limit_ticks", 0))
    plain = a_place("", terms["side"], terms["quantity_lots"], dearer_ticks)
    held_minor = plain["held_minor"]
    if "amount_minor" in terms and terms["side"] == "BUY":
        amount_minor = terms["amount_minor"]
        held_minor = amount_minor + share_bps(amount_minor, plain["taker_bps"])
    return terms | {"held_minor": held_minor}


def commands_of(scenario: Scenario) -> list[Command]:  # noqa: C901, PLR0912 - a case a sentence
    commands: list[Any] = [listing(MARKET, at_ms=START_MS)]
    now_ms = START_MS
    for step in scenario.steps:
        match step.text.split():
            case _ if not step.acts:
                continue
            case ["orders", "arrive"]:
                market = Market.from_dict(commands[0]["market"])
                commands += [one | {"sent_at_ms": now_ms} for one in arriving(step.rows, market)]
            case [passed_ms, "ms", "have", "passed"]:
                now_ms += int(passed_ms)
            case ["the", "book", "looks", "at", "the", "time"]:
                look = {"kind": "expire", "command_id": f"t{len(commands)}"}
                commands.append(look | {"symbol": MARKET.symbol, "accepted_at_ms": now_ms})
            case ["orders", "are", "amended"]:
                commands += [an_amend(row, commands) | {"sent_at_ms": now_ms} for row in step.rows]
            case ["orders", "are", "cancelled"]:
                commands += [a_cancel(row["order"], account_id=row["account"]) for row in step.rows]
            case ["the", "band", "is", bps, *_, window, "seconds,", _, _, _, "last", lasts, _]:
                band = Band(int(bps), 1_000 * int(window), 1_000 * int(lasts))
                commands[0]["market"]["band"] = band.to_dict()
            case ["the", "index", "price", "may", "be", bound, "seconds", "old"]:
                commands[0]["market"]["stale_after_ms"] = 1_000 * int(bound)
            case ["an", "index", "price", "of", price, "comes"]:
                observed = an_index(int(price), observed_at_ms=now_ms)
                commands.append(observed | {"sent_at_ms": now_ms})
            case ["the", "market", "is", "a", "perpetual"]:
                commands[0] = listing(PERPETUAL, at_ms=START_MS)
            case ["the", "market", "is", "an", "option"]:
                commands[0] = listing(OPTION, at_ms=START_MS)
            case ["the", "option", "ends", "with", "its", "underlying", "at", price]:
                commands.append(an_end(price, EXPIRY_MS + len(commands)))
            case ["somebody", "ends", "the", "option", "before", "its", "time"]:
                commands.append(an_end("99999", EXPIRY_MS - 1))
            case ["all", "of", "these", "orders", "are", "cancelled"]:
                commands.append(a_mass_cancel(step.rows, commands, now_ms))
            case ["the", "position", "of", account, "is", "taken", "over", "at", price, "by"]:
                commands.append(a_takeover(account, int(price), step.rows, commands))
            case [seconds, "seconds", "pass"]:
                now_ms += 1_000 * int(seconds)
            case words:
                commands.append(a_change(words, commands, f"{scenario.place}: {step.text!r}"))
    symbol = commands[0]["symbol"]
    return [command | {"symbol": symbol} for command in commands]


def an_end(price: str, at_ms: int) -> Any:
    """Return the command that ends the option at a price of its underlying."""
    return {
        "kind": "settle",
        "command_id": settling_id_for(OPTION.symbol, at_ms),
        "symbol": OPTION.symbol,
        "price_minor": int(Decimal(price).scaleb(6)),
        "first_sequence": 1,
        "last_sequence": 9,
        "reason": "the average",
        "by": "time",
        "accepted_at_ms": at_ms,
        "sent_at_ms": at_ms,
    }


def a_change(words: list[str], commands: list[Any], place: str) -> Any:
    """Return the command by which an operator changes the market."""
    command_id = f"s{len(commands)}"
    match words:
        case ["the", "market", "is", ("killed" | "delisted") as how]:
            cleared: Any = a_state("HALTED" if how == "killed" else "DELISTED")
            return cleared | {"command_id": command_id, "clears": True}
        case ["the", "market", "is", state]:
            return a_state(state, command_id=command_id)
        case ["an", ("OPENING" | "CLOSING" | "HALT") as kind, "auction", "begins"]:
            return an_auction(kind, command_id)
        case ["an", "auction", "of", seconds, "seconds", "begins"]:
            return an_auction("HALT", command_id, lasts_ms=1_000 * int(seconds))
        case ["the", "auction", "of", "the", "band", "ends"]:
            return an_ending(halt_id_for(MARKET.symbol, 1))
        case ["the", "auction", "ends"]:
            [began] = [c for c in commands if c.get("state") == "AUCTION"][-1:]
            return an_ending(began["command_id"])
    raise ScenarioError(f"{place}: nobody knows how to do this")


def check(scenario: Scenario, step: Step, run: Run) -> None:  # noqa: C901 - a case a sentence
    match step.text:
        case "these trades":
            found = [
                {"maker": maker, "taker": taker, "lots": str(lots), "price": str(price_ticks)}
                for _, price_ticks, lots, maker, taker, *_ in run.trades
            ]
            assert found == step.rows
        case "these prices and lots of an auction":
            found = [
                {"price": str(price), "lots": str(lots), "left over": str(surplus)}
                for price, lots, surplus in uncrossings(run)
            ]
            assert found == step.rows
        case "these fees":
            found = [
                {
                    "maker": maker,
                    "taker": taker,
                    "maker pays": str(of_maker),
                    "taker pays": str(of_taker),
                }
                for *_, maker, taker, of_maker, of_taker in run.trades
            ]
            assert found == step.rows
            assert run.fees == sum(sum(trade[-2:]) for trade in run.trades)
        case "no trades":
            assert run.trades == []
        case "these orders":
            for row in step.rows:
                shown = {name: shown_of(run, row["order"])[name] for name in row}
                assert shown == row
        case "these amends":
            for row in step.rows:
                status, code, *_ = run.answers[row["amend"]]
                assert {"amend": row["amend"], "status": status, "because": code or ""} == {
                    "because": "",
                    **row,
                }
        case "these positions":
            assert positions(run) == [
                {name: cell if name == "account" else int(cell) for name, cell in row.items()}
                for row in step.rows
            ]
        case text if text.startswith("the state is"):
            assert text.endswith(f" {run.book.market_view()['state']}")
        case "this book" | "an empty book":
            bids, asks = run.book.depth(99)
            found = [
                {"side": side, "price": str(price), "lots": str(lots), "orders": str(orders)}
                for side, levels in (("BUY", bids), ("SELL", asks))
                for price, lots, orders in levels
            ]
            assert found == step.rows
        case _:
            raise ScenarioError(f"{scenario.place}: nobody knows whether {step.text!r}")


def positions(run: Run) -> list[dict[str, Any]]:
    """Return what each account that traded has open, and what closing brought it in cash."""
    fees: dict[str, int] = defaultdict(int)
    for *_, maker, taker, maker_fee, taker_fee in run.trades:
        fees[maker] += maker_fee
        fees[taker] += taker_fee
    made: dict[str, int] = defaultdict(int)
    for (account, order, _), (held_minor, available_minor) in run.moved.items():
        made[account] += held_minor + available_minor + fees[order]
    rows = run.book.state().get("positions", {})
    found = []
    for account, made_minor in sorted(made.items()):
        lots, cost = rows.get(account, (0, 0))
        made_tick_lots = made_minor // PERPETUAL.tick_value_minor
        found.append({"account": account, "lots": lots, "cost": cost, "made": made_tick_lots})
    return found


def uncrossings(run: Run) -> list[tuple[int | None, int, int]]:
    events = [event for record in run.records for event in record["events"]]
    return [
        (event["price_ticks"], event["quantity_lots"], event["surplus_lots"])
        for event in events
        if event["type"] == "AuctionUncrossed"
    ]


def shown_of(run: Run, order_id: str) -> dict[str, str]:
    """Return what the records show of an order in the end."""
    [shown] = [r["orders"][order_id] for r in run.records if order_id in r["orders"]][-1:]
    return {
        "order": order_id,
        "status": shown["status"],
        "filled": str(shown["filled_lots"]),
        "remaining": str(shown["remaining_lots"]),
        "held": str(shown["held_minor"]),
        "price": str(shown.get("price_ticks", "")),
        "because": shown.get("rejection", {}).get("code", ""),
    }


def moved(rows: dict[Any, list[int]]) -> dict[Any, list[int]]:
    return {key: row for key, row in rows.items() if row != [0, 0]}


@pytest.mark.parametrize("max_fills", [1, 1_000])
@pytest.mark.parametrize("batch", [1, 1_000])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: f"{s.place} {s.title}")
def test_scenario(scenario: Scenario, batch: int, max_fills: int) -> None:
    commands = commands_of(scenario)
    symbol = symbol_of(commands)
    run, naive = Run.of(commands), NaiveBook(symbol)
    run.take(commands, [batch], max_fills)
    for step in scenario.steps:
        if not step.acts:
            check(scenario, step, run)
    naive.take([dict(command) for command in commands])
    assert (run.trades, run.answers, run.fees) == (naive.trades, naive.answers, naive.fees)
    assert (run.queues(), moved(run.moved)) == (naive.queues(), moved(naive.moved))
    folded, audit = Book(symbol), BookAudit(symbol)
    for sequence, record in enumerate(run.records, start=1):
        read_again = decode_body(encode_body(record))
        folded.apply(read_again)
        audit.apply(sequence, read_again)
    assert folded.state() == run.book.state()
    assert audit.findings.clean, audit.findings.breaches


def test_every_scenario_says_what_must_come_of_it() -> None:
    silent = [s.place for s in SCENARIOS if all(step.acts for step in s.steps)]
    assert silent == []


FAULTS = {
    "a file starts with its rule": "Scenario: x",
    "a row of no step": "Rule: x\nScenario: y\n| a |",
    "3 cells, 2 columns": "Rule: x\nScenario: y\nWhen orders arrive\n| a | b |\n| 1 | 2 | 3 |",
    "neither a step nor a row": "Rule: x\nScenario: y\nPerhaps",
    "nothing happens any more": "Rule: x\nScenario: y\nThen no trades\nWhen orders arrive",
    "it is empty": "",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_line_that_is_no_scenarios_is_named(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "x.feature"
    path.write_text(FAULTS[fault], encoding="utf-8")
    with pytest.raises(ScenarioError, match=fault):
        read(path)


def test_a_step_that_nobody_knows_is_named() -> None:
    acting = Scenario("y", "x:1", [Step("pigs fly", acts=True)])
    with pytest.raises(ScenarioError, match="nobody knows how"):
        commands_of(acting)
    with pytest.raises(ScenarioError, match="nobody knows whether 'it rains'"):
        check(acting, Step("it rains", acts=False), Run())


def test_rules_have_titles_that_are_theirs_alone() -> None:
    titles = [rule.title for rule in rules()]
    assert len(set(titles)) == len(titles)
