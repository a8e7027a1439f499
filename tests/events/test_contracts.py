"""Schemas and samples say what the contracts say, and the catalogue names them all."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from tests.tools.generate import EVENTS_FOLDER, ROOT, SCHEMAS, generated
from zerodesk_aws.contracts.events.catalogue import EVENTS, EventContract
from zerodesk_aws.contracts.fields import Contract
from zerodesk_aws.contracts.workflow import PAYLOADS, Payload

SAMPLES = EVENTS_FOLDER / "samples"
ENVELOPE = {
    "version",
    "id",
    "detail-type",
    "source",
    "account",
    "time",
    "region",
    "resources",
    "detail",
}


def event_id(event: EventContract) -> str:
    return f"{event.folder}/{event.detail_type}"


def payload_id(payload: Payload) -> str:
    return f"{payload.folder}/{payload.name}"


def sample(folder: str, name: str) -> dict[str, Any]:
    path = SAMPLES / folder / f"{name}.v1.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def check(contract: type[Contract], schema: dict[str, Any], value: dict[str, Any]) -> None:
    """A value passes the schema and the contract; with one field more, neither."""
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(value)) == []
    contract.model_validate(value)
    more = value | {"surprise": 1}
    assert list(Draft202012Validator(schema).iter_errors(more))
    with pytest.raises(ValidationError):
        contract.model_validate(more)


@pytest.mark.parametrize("path", generated(), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_committed_is_what_is_generated(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == generated()[path], (
        "python -m tests.tools.generate writes it again"
    )


def test_there_is_no_schema_without_a_contract() -> None:
    assert set(SCHEMAS.rglob("*.json")) == {path for path in generated() if SCHEMAS in path.parents}


def test_there_is_a_sample_for_each_schema_and_no_other() -> None:
    schemas = {path.relative_to(SCHEMAS) for path in SCHEMAS.rglob("*.json")}
    samples = {path.relative_to(SAMPLES) for path in SAMPLES.rglob("*.v1.json")}
    assert samples == schemas


@pytest.mark.parametrize("event", EVENTS, ids=event_id)
def test_a_sample_is_an_event_as_the_bus_delivers_it(event: EventContract) -> None:
    whole = sample(event.folder, event.detail_type)
    assert set(whole) == ENVELOPE
    assert whole["detail-type"] == event.detail_type
    assert whole["source"].startswith(event.source)
    check(event.detail, event.schema(), whole["detail"])


@pytest.mark.parametrize("payload", PAYLOADS, ids=payload_id)
def test_a_sample_is_a_payload_as_it_travels(payload: Payload) -> None:
    check(payload.contract, payload.schema(), sample(payload.folder, payload.name))


def test_every_routed_event_has_a_contract() -> None:
    routes = yaml.safe_load((EVENTS_FOLDER / "routes.yaml").read_text(encoding="utf-8"))["routes"]
    routed = {
        (route.get("source") or route["source_prefix"], detail_type)
        for route in routes
        for detail_type in route["detail_types"]
    }
    assert routed <= {(event.source, event.detail_type) for event in EVENTS}


def test_events_are_named_once() -> None:
    names = [event_id(event) for event in EVENTS]
    assert len(set(names)) == len(names)
