"""Files are read here and nothing is called: no tables are needed."""

import pytest


@pytest.fixture(autouse=True)
def tables() -> None:
    """Take the place of the tables that the handlers' tests get."""
