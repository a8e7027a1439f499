"""Limits: what an account may do at most, set for the venue, for a group or for one account.

Each scope may set any of them or leave it open. What holds for an account is the tightest that is
set in its scopes: a limit that is set nearer can narrow, never widen.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, Self

MAX_OPEN_ORDERS: Final = 200
"""Open orders per account. It bounds the account's state, which travels in every record, and so
holds whatever else is set."""

MAX_LEVERAGE: Final = 1_000

MAX_KEYS: Final = 50
"""Instruments, underlyings or currencies that one scope may name under one limit."""

ByKey = Mapping[str, int]
NO_KEYS: Final[ByKey] = {}


class Limits(NamedTuple):
    """Limits of one scope, or what they come to together; None and absent keys are not limited.

    ``order_notional_minor`` bounds one order by its quote currency. An order worth more than
    ``free_notional_minor`` may be no more than ``order_volume_bps`` of what its market traded
    in the 24 hours before. ``leverage`` bounds what all perpetuals of a currency may be worth, as
    so many times what the account has of it, with every open order filled at worst.
    ``position_minor`` bounds what is open in an instrument, and ``underlying_minor`` in all
    instruments of one underlying, in its minor units, with orders counted in the same way.
    ``daily_loss_minor`` is by quote currency.
    """

    open_orders: int | None = None
    orders_per_minute: int | None = None
    mark_age_ms: int | None = None
    order_volume_bps: int | None = None
    leverage: int | None = None
    free_notional_minor: ByKey = NO_KEYS
    order_notional_minor: ByKey = NO_KEYS
    position_minor: ByKey = NO_KEYS
    underlying_minor: ByKey = NO_KEYS
    daily_loss_minor: ByKey = NO_KEYS

    def to_dict(self) -> dict[str, Any]:
        """Return what is limited, as JSON-able values."""
        values = {name: getattr(self, name) for name in NAMES}
        return {name: value for name, value in values.items() if value not in (None, NO_KEYS)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the limits that ``to_dict`` wrote."""
        return cls(**values)

    def entries(self) -> Iterable[tuple[str, str, int]]:
        """Yield (name, key, limit) of all that is limited; the key is empty where there is none."""
        for name, value in self.to_dict().items():
            if isinstance(value, int):
                yield name, "", value
            else:
                yield from ((name, key, limit) for key, limit in sorted(value.items()))


NAMES: Final = Limits._fields
UNLIMITED: Final = Limits()


def tightest(scopes: Iterable[Limits]) -> Limits:
    """Return the limits that hold where all scopes hold.

    Examples
    --------
    >>> both = tightest([Limits(open_orders=50), Limits(open_orders=20, orders_per_minute=3)])
    >>> both.open_orders, both.orders_per_minute
    (20, 3)
    """
    found: dict[str, Any] = {}
    for scope in scopes:
        if scope == UNLIMITED:
            continue
        for name, value in scope.to_dict().items():
            known = found.get(name)
            if known is None:
                found[name] = value
            elif isinstance(value, int):
                found[name] = min(known, value)
            else:
                both = known.keys() & value.keys()
                narrowed = {key: min(known[key], value[key]) for key in both}
                found[name] = {**known, **value, **narrowed}
    return Limits(**found)
