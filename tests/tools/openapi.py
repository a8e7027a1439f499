"""The OpenAPI document, from the route tables of the functions and the contracts that they name."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from itertools import groupby
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from archivist.routes import api as archivist
from back_office.routes import api as back_office
from funds.routes import api as funds
from option_quotes.routes import api as option_quotes
from order_intake.routes import api as order_intake
from price_source.routes import api as price_source
from pricing_api.routes import api as pricing_api
from pricing_jobs.routes import api as pricing_jobs
from queries.routes import api as queries
from reconciliation.routes import api as reconciliation
from zerodesk import CODE_VERSION
from zerodesk_aws.api.paths import VARIABLES, variables_of
from zerodesk_aws.api.problems import PRECEDENCE, RETRY_AFTER_SECONDS, ProblemCode
from zerodesk_aws.api.routing import JSON, PROBLEM_JSON, Route
from zerodesk_aws.api.strict_json import MAX_BODY_BYTES, MAX_DEPTH
from zerodesk_aws.contracts.fields import PlainSchema
from zerodesk_aws.contracts.pricing import PRICING_BODY_BYTES
from zerodesk_aws.contracts.problems import Problem
from zerodesk_aws.contracts.roles import Role

APIS: Final = (
    archivist,
    back_office,
    funds,
    option_quotes,
    order_intake,
    price_source,
    pricing_api,
    pricing_jobs,
    queries,
    reconciliation,
)
SCHEMAS: Final = "#/components/schemas/{model}"

ALWAYS: Final = (
    ProblemCode.UNAUTHENTICATED,
    ProblemCode.TOO_MANY_REQUESTS,
    ProblemCode.UNAVAILABLE,
    ProblemCode.INTERNAL,
)
OF_A_BODY: Final = (
    ProblemCode.INTAKE_BODY_TOO_LARGE,
    ProblemCode.INTAKE_MALFORMED_JSON,
    ProblemCode.INTAKE_DUPLICATE_KEY,
    ProblemCode.INTAKE_UNKNOWN_FIELD,
)
OF_FIELDS: Final = (
    ProblemCode.INTAKE_MISSING_FIELD,
    ProblemCode.INTAKE_WRONG_TYPE,
    ProblemCode.INTAKE_BAD_NUMBER,
    ProblemCode.INTAKE_BAD_VALUE,
)
OF_A_QUERY: Final = (ProblemCode.INTAKE_DUPLICATE_KEY, ProblemCode.INTAKE_UNKNOWN_FIELD)

TAGS: Final = {
    "balances": "account",
    "fills": "account",
    "health": "service",
    "openapi.json": "service",
    "statement": "account",
    "transfers": "account",
    "withdrawals": "account",
}

DESCRIPTION: Final = f"""\
Place orders and see what becomes of them. Every request carries `Authorization: Bearer zdk_...`.
A key belongs to one account, and whatever is asked for is looked up under that account: what
belongs to another is a 404.

**Numbers.** Prices, quantities and amounts are decimal *strings*, exact, in one grammar: up to 18
digits, then optionally a point and up to 12 digits. JSON numbers, exponents, NaN and infinities
are refused. Times are UTC with milliseconds. Only the routes of `/v1/pricing` take and answer JSON
numbers, in binary64: models are no money.

**Requests.** A body is one JSON object of at most {MAX_BODY_BYTES} bytes, of `/v1/pricing`
{PRICING_BODY_BYTES}, and {MAX_DEPTH} levels, in UTF-8, whatever its Content-Type says. Unknown
fields, unknown query parameters and repeated keys are refused.

**Problems.** A refused request has moved no money. The answer is a problem document (RFC 9457)
with a stable `code`, and `field`, `value` and `rule` where one field is to blame. 400 is the
grammar of a request, 422 a rule of the market or the ledger that a well-formed request breaks.
When several rules are broken, the first in this order is answered, and within one code the first
field of the schema:
{", ".join(f"`{code}`" for code in ProblemCode)}.

**Once.** `client_order_id`, `deposit_id`, `withdrawal_id`, `transfer_id`, `account_id` and `symbol`
make their requests idempotent: the same body again gets the same thing, another body 409. A 503
says that the outcome is not known yet: repeat the request as it was.

**Refusals that are stored.** An order that pricing, risk or matching refuses is an order: 201,
status `REJECTED`, with a code and the numbers that decided.

**Lists.** Newest first, in pages; only a statement's records come oldest first. `next_cursor`
continues a list with the same filters, for the same account; a page may be short, and the list ends
where `next_cursor` is null.
"""


def document() -> dict[str, Any]:
    """Return the document, in the same order every time."""
    routes = sorted(_routes(), key=lambda route: (route.path, route.method))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Zerodesk",
            "version": CODE_VERSION,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The address that `make run` prints."}],
        "security": [{"api_key": []}],
        "paths": {
            path: {route.method.lower(): _operation(route) for route in group}
            for path, group in groupby(routes, key=lambda route: route.path)
        },
        "components": {
            "securitySchemes": {
                "api_key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "zdk_<key id>_<secret>, as it was shown when it was made.",
                }
            },
            "schemas": _schemas(routes),
        },
    }


def _routes() -> Iterator[Route[Any]]:
    for api in APIS:
        yield from api.routes


def _schemas(routes: Iterable[Route[Any]]) -> dict[str, Any]:
    models: dict[type[BaseModel], JsonSchemaMode] = {Problem: "serialization"}
    for route in routes:
        if not route.asks_by_query and route.asks.model_fields:
            models[route.asks] = "validation"
        models |= {model: "serialization" for model in route.answers.values() if model is not None}
    _, schema = models_json_schema(
        list(models.items()), ref_template=SCHEMAS, schema_generator=PlainSchema
    )
    found: dict[str, Any] = schema["$defs"]
    return dict(sorted(found.items()))


def _operation(route: Route[Any]) -> dict[str, Any]:
    summary, _, description = (route.view.__doc__ or "").partition("\n")
    role = "any key" if route.role is None else f"a key of role {route.role}"
    told = [" ".join(description.split()), f"For {role}."]
    operation: dict[str, Any] = {
        "operationId": route.view.__name__,
        "tags": [_tag(route)],
        "summary": summary.rstrip("."),
        "description": " ".join(part for part in told if part),
    }
    if parameters := [*_path_parameters(route), *_query_parameters(route)]:
        operation["parameters"] = parameters
    if not route.asks_by_query and route.asks.model_fields:
        operation["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": _reference(route.asks)}},
        }
    operation["responses"] = _responses(route)
    return operation


def _tag(route: Route[Any]) -> str:
    place = route.path.split("/")[2]
    return "operator" if route.role is Role.OPERATOR else TAGS.get(place, place)


def _path_parameters(route: Route[Any]) -> Iterator[dict[str, Any]]:
    for name in variables_of(route.path):
        pattern, rule = VARIABLES[name]
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": f"{rule[:1].upper()}{rule[1:]}.",
            "schema": {"type": "string", "pattern": f"^{pattern}$"},
        }


def _query_parameters(route: Route[Any]) -> Iterator[dict[str, Any]]:
    if not route.asks_by_query:
        return
    schema = route.asks.model_json_schema(mode="validation", schema_generator=PlainSchema)
    for name, found in schema.get("properties", {}).items():
        # What may be left out is null in Python and absent in a query string.
        given = next((one for one in found.get("anyOf", []) if one != {"type": "null"}), found)
        kept = {
            key: value
            for key, value in (given | found).items()
            if key not in ("anyOf", "description") and value is not None
        }
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": found.get("description") or given.get("description", name),
            "schema": kept,
        }


def _responses(route: Route[Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, model in sorted(route.answers.items()):
        schema = {"type": "object"} if model is None else _reference(model)
        told = "This document." if model is None else (model.__doc__ or "").partition("\n")[0]
        response = {"description": told, "content": {JSON: {"schema": schema}}}
        if (route.method, route.path) == ("POST", "/v1/orders"):
            response["headers"] = {
                "Location": {"description": "The order.", "schema": {"type": "string"}}
            }
        responses[str(int(status))] = response
    by_status = sorted(_problems(route), key=lambda code: (code.status, PRECEDENCE[code]))
    for status, codes in groupby(by_status, key=lambda code: code.status):
        responses[str(status)] = _problem_response(HTTPStatus(status), list(codes))
    return responses


def _problems(route: Route[Any]) -> set[ProblemCode]:
    codes = {*ALWAYS, *route.refuses}
    if route.role is not None:
        codes.add(ProblemCode.FORBIDDEN)
    if variables_of(route.path):
        named_anew = route.method == "PUT"
        codes.add(ProblemCode.INTAKE_BAD_VALUE if named_anew else ProblemCode.NOT_FOUND)
    if route.asks_by_query:
        codes.update(OF_A_QUERY)
    if route.method != "GET":
        codes.update(OF_A_BODY)
    if route.asks.model_fields:
        codes.update((ProblemCode.INTAKE_BAD_VALUE,) if route.asks_by_query else OF_FIELDS)
    if any(field.is_required() for field in route.asks.model_fields.values()):
        codes.add(ProblemCode.INTAKE_MISSING_FIELD)
    return codes


def _problem_response(status: HTTPStatus, codes: list[ProblemCode]) -> dict[str, Any]:
    told = "; ".join(f"`{code}`: {code.heading}" for code in codes)
    response: dict[str, Any] = {
        "description": f"{told}.",
        "content": {PROBLEM_JSON: {"schema": _reference(Problem)}},
    }
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response["headers"] = {
            "Retry-After": {
                "description": "Seconds to wait before the same request again.",
                "schema": {"type": "integer", "examples": [RETRY_AFTER_SECONDS]},
            }
        }
    return response


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": SCHEMAS.format(model=model.__name__)}
