"""What a function must not load when Lambda starts it, and what needs no environment."""

import os
import subprocess
import sys

import pytest

from infra_cdk.regions import EVERY_FUNCTION
from tests.benchmarks.cold_start import FLOOR
from tests.functions.gateway import proxy_event
from tests.handler_settings import SETTINGS

NOWHERE = ("aws_cdk", "matplotlib", "numpy", "moto", "jsonschema", "yaml", "httpx", "rich", "typer")
COMPUTE = ("chunk_pricing", "option_quotes", "pricing_api")
"""The functions with numpy in a layer."""
TOUCHES_NOTHING = "pricing_api"
"""The only one that needs no resource to be named."""
NO_CLIENT = ("boto3", "pynamodb")
"""The package botocore itself is loaded by powertools, and nothing of it: see the modules."""
NO_HTTP = ("chalice", "pydantic")
HAS_BOTO3 = {"archivist"}
"""It writes archives. All others have botocore's clients of the tables' session (decision 0032)."""
FUNCTIONS = {
    "archivist": (),
    "authorizer": NO_HTTP,
    "back_office": (),
    "chunk_pricing": NO_HTTP,
    "funds": (),
    "job_chunks": NO_HTTP,
    "liquidation": ("chalice",),
    "matching": NO_HTTP,
    "option_quotes": (),
    "order_intake": NO_CLIENT,
    "partner_intake": ("chalice",),
    "price_source": (),
    "pricing": (*NO_HTTP, *NO_CLIENT),
    "pricing_api": (),
    "pricing_jobs": (),
    "queries": (),
    "reconciliation": (),
    "risk_check": NO_HTTP,
    "risk_monitor": NO_HTTP,
    "settlement": NO_HTTP,
    "sweeper": ("chalice",),
}
BEYOND_FLOOR = {
    "archivist": 249,
    "authorizer": 14,
    "back_office": 205,
    "chunk_pricing": 192,
    "funds": 146,
    "job_chunks": 80,
    "liquidation": 146,
    "matching": 88,
    "option_quotes": 238,
    "order_intake": 86,
    "partner_intake": 111,
    "price_source": 111,
    "pricing": -204,
    "pricing_api": 10,
    "pricing_jobs": 155,
    "queries": 224,
    "reconciliation": 150,
    "risk_check": 66,
    "risk_monitor": 73,
    "settlement": 49,
    "sweeper": 210,
}
"""How many modules a cold start may load beyond logger, metrics and pynamodb, the floor of any
handler, counted by ``python -m tests.benchmarks.cold_start``: what an order passes as many as it
did, all others some ten more."""
WITH_ROUTES = (
    "archivist",
    "back_office",
    "funds",
    "option_quotes",
    "order_intake",
    "price_source",
    "pricing_api",
    "pricing_jobs",
    "queries",
)


DOES_NOT_START = """
import importlib, sys

for function in sys.argv[1:]:
    try:
        importlib.import_module(f"{function}.handler")
    except Exception as fault:
        print(function, type(fault).__name__)
"""
"""One process for all: none of them comes as far as to leave another anything to start with."""


def run(program: str, environment: dict[str, str], *arguments: str) -> str:
    """Return what a program prints in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]} | environment,
    ).stdout


def loaded(statement: str, environment: dict[str, str]) -> list[str]:
    """Return all modules that are there once something has been imported."""
    return run(f"import sys; {statement}; print(*sys.modules)", environment).split()


def packages(modules: list[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.fixture(scope="module")
def floor() -> int:
    return len(loaded(FLOOR, SETTINGS))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_loads_no_more_than_it_needs_and_a_bounded_number_of_modules(
    function: str, floor: int
) -> None:
    names = loaded(f"import {function}.handler", SETTINGS)
    found = packages(names)
    assert ("numpy" in found) == (function in COMPUTE)
    assert not found & {*NOWHERE, *FUNCTIONS[function]} - {"numpy"}
    assert ("boto3" in found) == (function in HAS_BOTO3)
    assert len(names) - floor <= BEYOND_FLOOR[function]


ANSWERED = """
import sys
from order_intake.handler import api
for event in {events}:
    print(api(event, None)["statusCode"], "order_intake.routes" in sys.modules)
"""


def test_the_first_request_for_more_than_a_single_order_brings_all_routes() -> None:
    path, named = "/v1/orders/{order_id}", {"order_id": "o1"}
    asked = [proxy_event(method, path, path=named) for method in ("DELETE", "PATCH")]
    program = ANSWERED.format(events=asked)
    # Who calls is asked of what is served, and nothing before that.
    assert run(program, SETTINGS).splitlines() == ["401 False", "401 True"]


def test_every_function_has_its_bounds() -> None:
    assert set(BEYOND_FLOOR) == set(FUNCTIONS) == EVERY_FUNCTION


def test_route_tables_need_no_environment() -> None:
    tables = [f"{function}.routes" for function in WITH_ROUTES]
    names = loaded(f"import {', '.join(tables)}", {})
    assert {"chalice", *tables} <= set(names)
    assert "numpy" not in packages(names)


def test_a_function_without_its_settings_does_not_start() -> None:
    functions = [name for name in FUNCTIONS if name != TOUCHES_NOTHING]
    told = run(DOES_NOT_START, {}, *functions).splitlines()
    assert told == [f"{function} MissingSettingError" for function in functions]
