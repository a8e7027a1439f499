"""All seeded bugs, and how each was caught last."""

import json
from collections.abc import Iterable
from math import inf
from pathlib import Path
from typing import Any, Final

from tests.simulation.mutants import (
    auctioning,
    banding,
    breaking,
    cancelling,
    charging,
    driving,
    expiring,
    funding,
    intake,
    keeping,
    killing,
    limiting,
    liquidating,
    matching,
    moving,
    options,
    perpetuals,
    settling,
    writing,
)
from tests.simulation.mutants.hunt import Try
from tests.simulation.mutants.mutant import Mutant

CATALOGUE: Final[tuple[Mutant, ...]] = (
    *writing.MUTANTS,
    *matching.MUTANTS,
    *settling.MUTANTS,
    *intake.MUTANTS,
    *driving.MUTANTS,
    *expiring.MUTANTS,
    *funding.MUTANTS,
    *keeping.MUTANTS,
    *moving.MUTANTS,
    *auctioning.MUTANTS,
    *banding.MUTANTS,
    *breaking.MUTANTS,
    *killing.MUTANTS,
    *limiting.MUTANTS,
    *cancelling.MUTANTS,
    *charging.MUTANTS,
    *perpetuals.MUTANTS,
    *liquidating.MUTANTS,
    *options.MUTANTS,
)
RECORD: Final = Path(__file__).with_name("caught.json")


QUICK_LIVES: Final = 100
"""The suite lets live what is caught by so few orders, or by a claim; the command all."""


def quick() -> tuple[Mutant, ...]:
    """Return the mutants that the suite has the time for."""
    known = recorded()
    return tuple(
        one
        for one in CATALOGUE
        if one.claim is not None or known.get(one.name, {"lives": inf})["lives"] <= QUICK_LIVES
    )


def tries_of(
    mutant: Mutant, seeds: Iterable[int], known: dict[str, dict[str, Any]]
) -> tuple[Try, ...]:
    """Return what to try: first what caught the bug last, if that is known, then seed by seed."""
    last = known.get(mutant.name, {"seed": None})
    first = () if last["seed"] is None else ((last["seed"], last["lives"]),)
    return (*first, *((seed, None) for seed in seeds))


def recorded() -> dict[str, dict[str, Any]]:
    """Return how each mutant was caught last, by its name."""
    found: dict[str, dict[str, Any]] = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    return found
