"""The stage of all tests of a file: the handlers led to it, and garbage let lie meanwhile."""

from collections.abc import Iterator

import pytest

from tests.protocol.scenarios import installed


@pytest.fixture(autouse=True, scope="module")
def stage() -> Iterator[None]:
    """Have the handlers act on the stage; to lead them there costs as much as many schedules."""
    from tests.simulation.campaign import few_collections

    with installed(), few_collections():
        yield
