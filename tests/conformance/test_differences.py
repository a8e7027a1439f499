"""The table of differences names claims that there are, and nothing of the model."""

import re
from pathlib import Path

from tests.conformance.differences import KNOWN_DIFFERENCES

CLAIM = re.compile(r"^def (test_\w+)\(", re.MULTILINE)


def test_the_model_has_no_differences() -> None:
    assert {implementation for implementation, _ in KNOWN_DIFFERENCES} == {"moto", "local_cloud"}


def test_every_difference_is_of_a_claim() -> None:
    files = Path(__file__).parent.glob("test_*.py")
    claims = {claim for file in files for claim in CLAIM.findall(file.read_text("utf-8"))}
    assert {claim.partition("[")[0] for _, claim in KNOWN_DIFFERENCES} <= claims
