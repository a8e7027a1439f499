"""The yardsticks of the path's benchmark do what the product does, call by call."""

import importlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from infra_cdk.constructs.workflow import PLACEHOLDER, load
from infra_cdk.local.function_names import FUNCTION_PREFIX
from tests.benchmarks.path.beyond import Beyond
from tests.benchmarks.path.calls import Calls
from tests.benchmarks.path.drive import Measured
from tests.benchmarks.path.plan import KINDS, Plan, recorded
from tests.benchmarks.path.yardsticks import FUNCTIONS, MACHINES, shown_bytes, template


@pytest.fixture(scope="module")
def plan() -> Plan:
    return recorded()


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch, plan: Plan) -> Any:
    """Load the yardsticks' functions one by one, with clients that count."""
    resources = template(plan)["Resources"]
    made: Counter[tuple[str, str]] = Counter()

    def load_for(function: str) -> Any:
        variables = resources[function.replace("_", "")]["Properties"]["Environment"]["Variables"]
        for name, value in {**variables, "AWS_DEFAULT_REGION": "us-east-1"}.items():
            monkeypatch.setenv(name, value)
        module = importlib.reload(importlib.import_module("tests.benchmarks.path.echo"))
        monkeypatch.setattr(module, "clients", dict.fromkeys(module.clients, Counting(made)))
        return module

    return load_for, made


class Counting:
    """Counts what it is asked, by operation and table."""

    def __init__(self, made: Counter[tuple[str, str]]) -> None:
        self._made = made

    def __getattr__(self, name: str) -> Any:
        def call(**asked: Any) -> dict[str, Any]:
            table = asked.get("TableName") or next(iter(asked.get("RequestItems", {"": 0})))
            self._made[name.replace("_", ""), table.rpartition("-")[2]] += 1
            return {"Item": {"done": {}}}

        return call


@pytest.mark.parametrize("kind", ["rests", "takes"])
@pytest.mark.parametrize("function", ["pricing", "risk_check", "matching", "settlement"])
def test_a_bare_function_makes_the_calls_of_the_real_one(
    echo: Any, plan: Plan, function: str, kind: str
) -> None:
    load_for, made = echo
    order = {"symbol": "BTC-USD", "order_id": "o1", "kind": kind, "more": ""}
    load_for(function).make_all(order)
    asked = Counter(
        (one.operation.lower(), "" if one.resource == "bus" else one.resource)
        for one in plan[kind]
        if one.function == function
    )
    assert made == asked


def test_the_bare_path_shows_a_market_where_the_workflow_s_file_looks_for_it(
    echo: Any, plan: Plan
) -> None:
    look = load("order_workflow")["States"]["Look at the market"]["Arguments"]
    shown = template(plan)["Resources"]["shown"]["Properties"]
    assert look["TableName"] == "${MarketTable}"
    assert MACHINES["order_workflow"]["MarketTable"] == shown["TableName"]
    assert [one["AttributeName"] for one in shown["KeySchema"]] == list(look["Key"])
    assert shown_bytes(plan) > 0


def test_a_bare_price_is_asked_as_the_real_one(echo: Any) -> None:
    load_for, _ = echo
    asked = load("order_workflow")["States"]["Price"]["Arguments"]["Payload"]
    order = {"symbol": "BTC-USD", "order_id": "o1", "kind": "rests", "more": ""}
    event = dict.fromkeys(asked, order)
    assert load_for("pricing").price(event, None) == {"verdict": "PRICED"}


def test_a_bare_intake_makes_the_calls_of_the_real_one(echo: Any, plan: Plan) -> None:
    load_for, made = echo
    module = load_for("order_intake")
    order = {"symbol": "BTC-USD", "client_order_id": "o-1", "kind": "rests"}
    assert module.intake({"body": json.dumps(order)}, None)["statusCode"] == 201
    asked = {one.operation for one in plan["rests"] if one.function == "order_intake"}
    assert {operation for operation, _ in made} == {one.lower() for one in asked}
    # The real one looks until the order is done; here it is, at once.
    assert set(made.values()) == {1}


def test_a_bare_order_that_comes_again_is_answered_and_not_run_twice(echo: Any) -> None:
    load_for, made = echo
    module = load_for("order_intake")
    module.is_new = lambda *_: False
    order = {"symbol": "BTC-USD", "client_order_id": "o-1", "kind": "takes"}
    assert module.intake({"body": json.dumps(order)}, None)["statusCode"] == 201
    assert made == {("getitem", "orders"): 1}


def test_what_the_product_asks_beyond_its_plan_is_asked_by_the_bare_function(
    echo: Any, plan: Plan
) -> None:
    load_for, made = echo
    beyond = Beyond(plan)
    orders = 20
    planned = Counter(
        f"DynamoDB {call.operation} {FUNCTION_PREFIX}{call.function}"
        for kind in KINDS
        for call in plan[kind]
    )
    asked = Counter({line: count * orders // len(KINDS) for line, count in planned.items()})
    # Every other put of matching was in vain; settlement read once more with each that took.
    asked[f"DynamoDB PutItem {FUNCTION_PREFIX}matching"] += orders // 2
    asked[f"DynamoDB Query {FUNCTION_PREFIX}settlement"] += orders // 2
    asked[f"DynamoDB GetItem {FUNCTION_PREFIX}order_intake"] += 5 * orders
    beyond.learn(Measured([0.1] * orders, calls=asked))
    told = {kind: [beyond.of(kind, number) for number in range(orders // 2)] for kind in KINDS}
    assert Counter(told["rests"]) == {"": 5, "matching:PutItem": 5}
    assert Counter(told["takes"]) == {"settlement:Query": 5, "matching:PutItem settlement:Query": 5}
    order = {"symbol": "BTC-USD", "order_id": "o1", "kind": "takes", "more": told["takes"][1]}
    load_for("matching").make_all(order)
    assert made["putitem", "journal"] == 2


def test_calls_that_name_no_function_are_not_taken_for_none(plan: Plan) -> None:
    with pytest.raises(AssertionError, match="of 7 calls none says"):
        Beyond(plan).learn(Measured([0.1], calls=Counter({"DynamoDB Query -": 7})))


def test_calls_are_counted_from_where_they_were_read_last(tmp_path: Path) -> None:
    log = tmp_path / "calls.log"
    log.write_text("DynamoDB PutItem\nDynamoDB GetItem\nDynamoDB Pu")
    calls = Calls(log)
    assert calls.taken() == {"DynamoDB PutItem": 1, "DynamoDB GetItem": 1}
    with log.open("a") as file:
        file.write("tItem\n")
    assert calls.quiet() == {"DynamoDB PutItem": 1}
    assert not calls.taken()


def test_what_is_recorded_is_the_whole_way_of_an_order(plan: Plan) -> None:
    functions = {call.function for call in plan["takes"]}
    assert functions == {*FUNCTIONS, *MACHINES} - {"authorizer", "minimal", "pricing"}
    puts = [call.function for call in plan["takes"] if call.operation == "PutItem"]
    assert puts == ["order_intake", "risk_check", "matching", "settlement", "settlement"]
    assert not any(call.function.startswith("settlement") for call in plan["rests"])


@pytest.mark.parametrize("name", MACHINES)
def test_the_bare_path_runs_in_the_workflow_files_of_the_product(name: str) -> None:
    wanted = set(PLACEHOLDER.findall(str(load(name))))
    assert set(MACHINES[name]) == wanted
