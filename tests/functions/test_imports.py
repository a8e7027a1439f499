"""What a function must not load when Lambda starts it, and what needs no environment."""

import os
import subprocess
import sys

import pytest

from tests.handler_settings import SETTINGS

NOWHERE = ("aws_cdk", "numpy", "moto", "jsonschema", "yaml", "httpx", "rich", "typer")
NO_HTTP = ("chalice", "pydantic")
FUNCTIONS = {
    "archivist": (),
    "authorizer": NO_HTTP,
    "back_office": (),
    "funds": (),
    "matching": NO_HTTP,
    "order_intake": (),
    "partner_intake": ("chalice",),
    "price_source": (),
    "pricing": NO_HTTP,
    "queries": (),
    "risk_check": NO_HTTP,
    "settlement": NO_HTTP,
}
WITH_ROUTES = (
    "archivist",
    "back_office",
    "funds",
    "order_intake",
    "price_source",
    "pricing_api",
    "queries",
)


def loaded(module: str, environment: dict[str, str]) -> set[str]:
    """Return the packages that importing a module loads, in a process of its own."""
    program = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]} | environment,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_loads_no_more_than_it_needs(function: str) -> None:
    forbidden = {*NOWHERE, *FUNCTIONS[function]}
    assert not loaded(f"{function}.handler", SETTINGS) & forbidden


@pytest.mark.parametrize("function", WITH_ROUTES)
def test_a_route_table_needs_no_environment(function: str) -> None:
    found = loaded(f"{function}.routes", {})
    assert "chalice" in found
    assert "numpy" not in found


def test_numpy_is_loaded_while_lambda_starts_the_function_that_prices() -> None:
    found = loaded("pricing_api.handler", SETTINGS)
    assert "numpy" in found
    assert not found & {*NOWHERE} - {"numpy"}
    assert not found & {"matplotlib", "pandas", "scipy", "zerodesk_client"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_without_its_settings_does_not_start(function: str) -> None:
    with pytest.raises(subprocess.CalledProcessError) as failed:
        loaded(f"{function}.handler", {})
    assert "MissingSettingError" in failed.value.stderr
