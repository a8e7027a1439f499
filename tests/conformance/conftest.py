"""Every claim is put to every implementation in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.conformance.clouds import Cloud, Endpoint, MotoClock, local_client, moto_client
from tests.conformance.differences import KNOWN_DIFFERENCES
from tests.conformance.model import Region
from tests.simulation import seam

HERE = Path(__file__).parent
STUMBLES = (LookupError, TypeError, ValueError)
"""Ways in which moto, in this process, fails inside."""

NOT_KEPT = (AssertionError, ClientError, *STUMBLES, pytest.fail.Exception)
"""What a claim ends with that is not kept. Anything else is a mistake of the suite."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the claims that an implementation is known not to keep."""
    for item in items:
        if not isinstance(item, pytest.Function) or HERE not in item.path.parents:
            continue
        reason = _difference(item)
        if reason is not None:
            item.add_marker(pytest.mark.xfail(reason=reason, raises=NOT_KEPT, strict=True))


def _difference(item: pytest.Function) -> str | None:
    """Return why a claim is not kept, in this case or in all; None when it must be."""
    called = getattr(item, "callspec", None)
    if called is None or "cloud" not in called.params:
        return None
    implementation, claim = called.params["cloud"], item.originalname
    case = called.id.removeprefix(implementation).removeprefix("-")
    return KNOWN_DIFFERENCES.get(
        (implementation, f"{claim}[{case}]"), KNOWN_DIFFERENCES.get((implementation, claim))
    )


@pytest.fixture(
    params=["model", "moto", pytest.param("local_cloud", marks=pytest.mark.local_cloud)]
)
def cloud(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    """Return each implementation in turn, with nothing in it that another claim made."""
    match request.param:
        case "model":
            region = Region()
            seam.enter(region)
            yield region
        case "moto":
            clock, monkeypatch = MotoClock(), request.getfixturevalue("monkeypatch")
            for name in ("unix_time", "unix_time_millis"):
                monkeypatch.setattr(f"moto.sqs.models.{name}", getattr(clock, name))
            with mock_aws():
                yield Endpoint("moto", moto_client, clock.sleep)
        case "local_cloud":
            address = request.getfixturevalue("empty_cloud")
            yield Endpoint("local_cloud", lambda service: local_client(address, service))
