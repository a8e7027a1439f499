"""All seeded bugs, and how each was caught last."""

import json
from pathlib import Path
from typing import Any, Final

from tests.simulation.mutants import driving, intake, matching, settling, writing
from tests.simulation.mutants.mutant import Mutant

CATALOGUE: Final[tuple[Mutant, ...]] = (
    *writing.MUTANTS,
    *matching.MUTANTS,
    *settling.MUTANTS,
    *intake.MUTANTS,
    *driving.MUTANTS,
)
RECORD: Final = Path(__file__).with_name("caught.json")


def recorded() -> dict[str, dict[str, Any]]:
    """Return how each mutant was caught last, by its name."""
    found: dict[str, dict[str, Any]] = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    return found
