"""Kill switches: no new order passes while one is on, and those that stand are cancelled."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self


class Kill(NamedTuple):
    """A kill switch that is on: by whose word, why, and since when."""

    author: str
    reason: str
    at_ms: int

    @property
    def state_reason(self) -> str:
        """Why a market is halted by it."""
        return f"kill switch: {self.reason}"

    def to_dict(self) -> dict[str, Any]:
        """Return the switch as JSON-able values."""
        return self._asdict()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the switch that ``to_dict`` wrote, whatever stands beside it."""
        return cls(values["author"], values["reason"], values["at_ms"])
