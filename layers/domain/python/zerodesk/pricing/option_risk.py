"""An option as pricing marked it: what an account's risk is computed from. Integers, no numpy."""

from typing import Any, NamedTuple, Self


class OptionRisk(NamedTuple):
    """An option's mark and its risk array, off one surface. Amounts in minor units, of one lot.

    ``surface_version`` names the surface, ``marked_at_ms`` is when the underlying's mark was
    observed. ``profit_minor`` is what a lot held long makes in each of
    `zerodesk.risk.scenarios.SCENARIOS`, ``underlying_minor`` what a lot of the underlying is worth.
    """

    surface_version: int
    marked_at_ms: int
    mark_price_ticks: int
    profit_minor: tuple[int, ...]
    delta_millionths: int
    underlying_minor: int

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON-able values."""
        return self._asdict() | {"profit_minor": list(self.profit_minor)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the figures that ``to_dict`` wrote.

        Examples
        --------
        >>> risk = OptionRisk(1, 2, 3, (4, -5), 500_000, 60)
        >>> OptionRisk.from_dict(risk.to_dict()) == risk
        True
        """
        return cls(**(values | {"profit_minor": tuple(values["profit_minor"])}))
