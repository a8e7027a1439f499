"""Several route tables become one API, or are told why they cannot."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from infra_cdk.constructs.rest_api import Route, RoutingError, routes_of


@dataclass(frozen=True)
class AnApp:
    """Looks like a Chalice app to the generator."""

    routes: Mapping[str, Mapping[str, object]]


def an_app(*routes: str) -> AnApp:
    """Return an app with routes such as ``GET /v1/orders``."""
    table: dict[str, dict[str, object]] = {}
    for route in routes:
        method, path = route.split()
        table.setdefault(path, {})[method] = object()
    return AnApp(table)


def test_functions_may_share_a_path() -> None:
    apps = {"order_intake": an_app("POST /v1/orders"), "queries": an_app("GET /v1/orders")}

    assert routes_of(apps) == (
        Route("/v1/orders", "GET", "queries"),
        Route("/v1/orders", "POST", "order_intake"),
    )


def test_two_functions_cannot_serve_one_method() -> None:
    apps = {"queries": an_app("GET /v1/orders"), "back_office": an_app("GET /v1/orders")}

    with pytest.raises(RoutingError, match="GET /v1/orders: back_office and queries"):
        routes_of(apps)


def test_one_place_has_one_variable() -> None:
    apps = {"a": an_app("GET /v1/orders/{id}"), "b": an_app("DELETE /v1/orders/{order_id}/fills")}

    with pytest.raises(RoutingError, match=r"\{id\}|\{order_id\}"):
        routes_of(apps)


def test_a_variable_may_stand_beside_a_word() -> None:
    apps = {"a": an_app("GET /v1/orders/{order_id}", "GET /v1/orders/open")}

    assert len(routes_of(apps)) == 2


@pytest.mark.parametrize(
    "path", ["/v1/orders/", "v1/orders", "/v1/{proxy+}", "/v1/{Order}", "/v1//orders", "/"]
)
def test_a_path_of_another_grammar_is_refused(path: str) -> None:
    with pytest.raises(RoutingError, match="no path of this API"):
        routes_of({"a": an_app(f"GET {path}")})
