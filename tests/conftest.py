"""What tests of several folders share."""

import os
import socket
import warnings
from collections.abc import Iterator

import pytest
from hypothesis import Phase, settings

# A run is the same for everybody, on a machine of any speed; `--hypothesis-profile=explore` tries
# other examples than the last time.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
# Who hunts a seeded bug needs to know that it is found, and not the least example of it.
settings.register_profile(
    "hunt", deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("same")

# The logger and the metrics of the functions read these when they are imported first, by whichever
# test comes first; the infrastructure imports the functions' routes.
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Zerodesk")
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "tests")
# A client of AWS is of a region, which Lambda always says.
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

collect_ignore = [
    "benchmarks/path/echo.py",
    "infra_cdk/local/emulator/beside_a_query.py",
    "tools/rationals.py",
]
"""One runs as a function and has its plan in its environment; the others need the emulator, or
mpmath that is with the benchmarks' peers, and neither is in this environment."""

LONGEST = "test_types.py"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one process have all that waits for local clouds, beside those that compute.

    Of the tests that go one by one, the one that takes longest is the first.
    """
    items.sort(key=lambda item: item.path.name != LONGEST)
    for item in items:
        if item.get_closest_marker("local_cloud"):
            item.add_marker(pytest.mark.xdist_group("clouds"))


@pytest.fixture(scope="session")
def empty_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a local cloud of the session's own, with nothing deployed; return its address.

    It has a port and a state folder of its own, so that it never meets the one that somebody works
    with. Tests that use it carry the mark ``local_cloud``.
    """
    from infra_cdk.local import cloud
    from infra_cdk.local.paths import PORT_VARIABLE, STATE_VARIABLE

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PORT_VARIABLE, str(_free_port()))
        patch.setenv(STATE_VARIABLE, str(tmp_path_factory.mktemp("cloud")))
        with warnings.catch_warnings():
            # The process is meant to outlive whoever started it; Python says so as a warning.
            warnings.simplefilter("ignore", ResourceWarning)
            process = cloud.start(lambda _: None)
        try:
            yield process.endpoint
        finally:
            cloud.stop(lambda _: None)


@pytest.fixture
def free_port() -> int:
    """Return a port that nobody listens on."""
    return _free_port()


@pytest.fixture(scope="session")
def venue_port() -> int:
    """Return the port of the session's deployed venue."""
    return _free_port()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
