"""The product's bounds, made small: what needs a busy day to happen, happens in a short run.

A taker beyond 350 fills, a snapshot behind 1,000 records, fees that are five minutes old: each is
a constant with its reason in the product, and here a number drawn from the seed. Nothing else of
the product is another in the simulation.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from types import ModuleType
from typing import Any, Final
from unittest.mock import patch

from zerodesk import funding
from zerodesk.matching import ANCHOR_EVERY, MAX_FILLS_PER_RECORD, Book
from zerodesk_aws import house
from zerodesk_aws.snapshots import MAX_ITEM_BYTES, Snapshots

MINUTE_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of one run; as deployed, if nothing else is said."""

    fills_per_record: int = MAX_FILLS_PER_RECORD
    anchor_every: int = ANCHOR_EVERY
    snapshot_item_bytes: int = MAX_ITEM_BYTES
    records_per_sweep: int = house.MAX_RECORDS
    records_per_export: int = 5_000
    minutes_a_day: int = 1_440
    fees_wait_ms: int = 5 * MINUTE_MS
    reserved_ms: int = 72 * 60 * MINUTE_MS
    accounts_in_turn: int = 1_000
    funding_every_ms: int = funding.FUNDING_EVERY_MS
    accounts_looked_at: int = 20_000

    def of_module(self, name: str) -> dict[str, int]:
        """Return what a module of a function has as its own."""
        match name:
            case "sweeper.books":
                return {"FEES_WAIT_MS": self.fees_wait_ms}
            case "sweeper.accounts":
                return {"BOUND_MS": self.reserved_ms}
            case "reconciliation.turns":
                return {"ROUND": self.accounts_in_turn, "LOOKS": self.accounts_looked_at}
            case "archivist.exports":
                return {"MAX_RECORDS": self.records_per_export}
            case "archivist.archiving":
                return {
                    "MAX_RECORDS": self.records_per_export,
                    "MINUTES_A_DAY": self.minutes_a_day,
                }
            case _:
                return {}

    def tell(self, modules: dict[str, ModuleType]) -> None:
        """Let a function's modules go by these bounds."""
        for name, module in modules.items():
            for bound, number in self.of_module(name).items():
                if not hasattr(module, bound):
                    raise AttributeError(f"{name} has no {bound} any more")
                setattr(module, bound, number)

    def apply(self) -> None:
        """Let what all functions stand on go by these bounds."""
        for function, bound, number in (
            (Book.decide, "max_fills", self.fills_per_record),
            (Book.__init__, "anchor_every", self.anchor_every),
            (Book.from_state.__func__, "anchor_every", self.anchor_every),  # type: ignore[attr-defined]
            (Snapshots.__init__, "max_item_bytes", self.snapshot_item_bytes),
        ):
            _default(function, bound, number)
        setattr(house, "MAX_RECORDS", self.records_per_sweep)  # noqa: B010 - it is Final elsewhere
        setattr(funding, "FUNDING_EVERY_MS", self.funding_every_ms)  # noqa: B010 - as is this


DEPLOYED: Final = Bounds()


def come_to_rest() -> None:
    """Have no more come by the clock than as deployed, or nothing would ever be the last."""
    setattr(funding, "FUNDING_EVERY_MS", DEPLOYED.funding_every_ms)  # noqa: B010 - it is Final


def _default(function: Any, name: str, value: int) -> None:
    """Give a parameter another default."""
    if name not in function.__kwdefaults__:
        raise AttributeError(f"{function.__qualname__} has no {name} any more")
    function.__kwdefaults__[name] = value


def draw(seed: int) -> Bounds:
    """Return the bounds of a seed."""
    chance = Random(f"bounds {seed}")
    return Bounds(
        fills_per_record=chance.choice((1, 1, 2, 3, MAX_FILLS_PER_RECORD)),
        anchor_every=chance.choice((3, 7, 20, ANCHOR_EVERY)),
        snapshot_item_bytes=chance.choice((0, 1_500, MAX_ITEM_BYTES)),
        records_per_sweep=chance.choice((2, 10, DEPLOYED.records_per_sweep)),
        records_per_export=chance.choice((2, 25, 5_000)),
        fees_wait_ms=chance.choice((0, 5_000, 5 * MINUTE_MS)),
        reserved_ms=chance.choice((20_000, 10 * MINUTE_MS)),
        minutes_a_day=chance.choice((5, 60, 1_440)),
        accounts_in_turn=chance.choice((1, 2, 1_000)),
        funding_every_ms=chance.choice((2_000, 20_000, DEPLOYED.funding_every_ms)),
        accounts_looked_at=chance.choice((0, 2, 20_000)),
    )


@contextmanager
def given_back() -> Iterator[None]:
    """Leave the bounds that all functions share as they were found."""
    with patch.object(house, "MAX_RECORDS", house.MAX_RECORDS):
        try:
            yield
        finally:
            DEPLOYED.apply()
