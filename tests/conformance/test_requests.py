"""What handlers ask is what boto3 sends: the simulation leaves out boto3's own look at it."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest.mock import patch

import botocore.client
import pytest
from botocore.validate import ParamValidator

from tests.simulation import seam


@pytest.fixture
def reports() -> Iterator[list[str]]:
    """Return what boto3 would complain about, while the simulation is installed."""
    found: list[str] = []
    validator = ParamValidator()

    @cache
    def shape_of(client: Any, operation: str) -> Any:
        return client.meta.service_model.operation_model(operation).input_shape

    with seam.installed():
        base: Any = botocore.client.BaseClient
        simulated = base._make_api_call

        def call(client: Any, operation: str, asked: dict[str, Any]) -> Any:
            report = validator.validate(asked, shape_of(client, operation))
            if report.has_errors():
                found.append(f"{operation}: {report.generate_report()}")
            return simulated(client, operation, asked)

        with patch.object(base, "_make_api_call", call):
            yield found


def test_boto3_would_send_whatever_a_handler_asks(reports: list[str]) -> None:
    from tests.simulation.faults import Swarm
    from tests.simulation.run import simulate
    from tests.simulation.traffic import draw

    result = simulate(5, draw(5, 80), Swarm(5))
    assert result.violations == ()
    assert result.calls > 500
    assert reports == []
