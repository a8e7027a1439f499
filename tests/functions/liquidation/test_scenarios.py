"""The rules of margin, scenario by scenario: calls, liquidations, the fund, by the handlers."""

from decimal import Decimal
from typing import Any

import pytest

from tests.functions.gateway import Gateway
from tests.functions.liquidation.conftest import Desk, marked_at
from tests.functions.risk_monitor.conftest import WatchMargins
from tests.functions.test_perpetuals import SECOND_LEVEL
from tests.scenarios.reading import MARGIN, Scenario, ScenarioError, Step, rules
from zerodesk.insurance import FUND
from zerodesk.money import format_minor
from zerodesk.positions import FLAT
from zerodesk_aws.accounts import AccountJournal

SYMBOL = "BTC-PERP"
SCENARIOS = [scenario for rule in rules(MARGIN) for scenario in rule.scenarios]
DEEP_POCKETS = ("deep", "rich")


class Story:
    """A venue with a perpetual, ann, ben and cat with 7,000 dollars each, and some who are rich."""

    def __init__(self, venue: Gateway, desk: Desk, watch: WatchMargins) -> None:
        self.venue, self.desk, self.watch = venue, desk, watch
        self.numbers = iter(range(1, 1_000))
        for account_id in DEEP_POCKETS:
            venue.open(account_id, USD="1000000")
            venue.operator("PUT", f"/v1/accounts/{account_id}/standing", SECOND_LEVEL)

    def act(self, step: Step, place: str) -> None:  # noqa: C901 - a case a sentence
        match step.text.split():
            case [buyer, "buys", quantity, "of", seller, "at", price]:
                for who, side, status in ((seller, "SELL", "OPEN"), (buyer, "BUY", "FILLED")):
                    assert self.order(who, side, quantity, price)["status"] == status
            case [who, "bids", "for", quantity, "at", price]:
                assert self.order(who, "BUY", quantity, price)["status"] == "OPEN"
            case [who, "offers", quantity, "at", price]:
                order = self.order(who, "SELL", quantity, price, reduce_only=True)
                assert order["status"] == "OPEN"
            case ["the", "mark", "comes", "to", price]:
                marked_at(self.venue, price)
                self.watch()
            case ["the", "insurance", "fund", "is", "given", amount]:
                body = {"currency": "USD", "amount": amount, "reason": "a cushion"}
                given = body | {"deposit_id": f"i-{next(self.numbers)}"}
                assert self.venue.operator("POST", "/v1/insurance/deposits", given).status == 201
            case ["the", "venue", "liquidates", account_id]:
                self.desk.run(account_id)
            case ["an", "operator", ("stops" | "allows") as how, *_, account_id]:
                allowed = {"is_allowed": how == "allows", "reason": "a scenario"}
                path = f"/v1/accounts/{account_id}/liquidation"
                assert self.venue.operator("PUT", path, allowed).status == 200
            case _:
                raise ScenarioError(f"{place}: nobody knows how to do this: {step.text!r}")
        self.venue.settle(SYMBOL)

    def order(self, who: str, side: str, quantity: str, price: str, **terms: Any) -> Any:
        name = f"o-{next(self.numbers)}"
        asked = {"symbol": SYMBOL, "quantity": quantity, "price": price} | terms
        return self.venue.place(who, name, side, **asked).json

    def check(self, step: Step, place: str) -> None:  # noqa: C901 - a case a sentence
        match step.text.split():
            case ["these", "calls", "of", account_id]:
                assert self.calls(account_id) == [Decimal(row["at"]) for row in step.rows]
            case ["no", "calls", "of", account_id]:
                assert self.calls(account_id) == []
            case [account_id, "is", "liquidated"]:
                assert state(account_id).liquidation is not None
            case [account_id, "is", "not", "liquidated"]:
                assert state(account_id).liquidation is None
            case ["these", "steps", "of", account_id]:
                assert self.steps(account_id) == step.rows
            case ["no", "orders", "of", account_id]:
                assert state(account_id).holds == {}
            case ["these", "positions"]:
                assert [(r["account"], lots_of(r["quantity"])) for r in step.rows] == [
                    (row["account"], position(row["account"])) for row in step.rows
                ]
            case ["these", "dollars"]:
                found = [{"account": r["account"], "dollars": dollars(r)} for r in step.rows]
                assert found == step.rows
            case ["these", "were", "taken", "over", "from", account_id]:
                told = [
                    e.detail for e in self.venue.told if e.detail_type == "PositionsDeleveraged"
                ]
                taken = [
                    row for one in told if one["account_id"] == account_id for row in one["taken"]
                ]
                assert taken == [[r["account"], lots_of(r["quantity"])] for r in step.rows]
            case ["an", "order", "of", who, "to", side, quantity, "at", price, *_, code]:
                refused = self.order(who, side.upper(), quantity, price)
                assert refused["rejection"]["code"] == code
            case _:
                raise ScenarioError(f"{place}: nobody knows whether {step.text!r}")

    def calls(self, account_id: str) -> list[Decimal]:
        told = [e.detail for e in self.venue.told if e.detail_type == "MarginCalled"]
        return [
            Decimal(one["level_bps"]) / 10_000 for one in told if one["account_id"] == account_id
        ]

    def steps(self, account_id: str) -> list[dict[str, str]]:
        found = []
        for record in AccountJournal("journal").read(account_id):
            cause = record.body["cause"]
            if cause["kind"] != "liquidate":
                continue
            row, took = {"step": cause["step"]}, cause.get("took", {})
            if "quantity_lots" in took:
                row["quantity"] = f"{Decimal(took['quantity_lots']).scaleb(-4).normalize():f}"
                row["price"] = f"{Decimal(took['price_ticks']).scaleb(-2).normalize():f}"
            found.append(row)
        return found


def state(account_id: str) -> Any:
    return AccountJournal("journal").latest(account_id).state


def position(account_id: str) -> int:
    lots: int = state(account_id).positions.get(SYMBOL, FLAT).quantity_lots
    return lots


def lots_of(quantity: str) -> int:
    return int(Decimal(quantity).scaleb(4))


def dollars(row: dict[str, str]) -> str:
    return format_minor(state(row["account"]).available_minor("USD"), "USD")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: f"{s.place} {s.title}")
def test_scenario(scenario: Scenario, venue: Gateway, desk: Desk, watch: WatchMargins) -> None:
    story = Story(venue, desk, watch)
    for step in scenario.steps:
        does = story.act if step.acts else story.check
        does(step, scenario.place)


def test_every_scenario_says_what_must_come_of_it() -> None:
    assert [s.place for s in SCENARIOS if all(step.acts for step in s.steps)] == []
    assert FUND in (MARGIN / "insurance.feature").read_text()


def test_a_step_that_nobody_knows_is_named(venue: Gateway, desk: Desk, watch: WatchMargins) -> None:
    story = Story(venue, desk, watch)
    with pytest.raises(ScenarioError, match="nobody knows how"):
        story.act(Step("pigs fly", acts=True), "x:1")
    with pytest.raises(ScenarioError, match="nobody knows whether"):
        story.check(Step("it rains", acts=False), "x:1")
