"""Implied volatilities."""

from typing import Final, get_args

import numpy as np

from pricing_api.answers import column, refusing
from zerodesk.pricing.bachelier import bachelier_implied_volatility
from zerodesk.pricing.implied_volatility import implied_volatility
from zerodesk_aws.contracts.pricing import FindVolatility, FoundVolatility, VolatilityStatus
from zerodesk_aws.entry import count

STATUSES: Final[tuple[VolatilityStatus, ...]] = get_args(VolatilityStatus)
"""By their number in the library."""


def found(asked: FindVolatility) -> FoundVolatility:
    """Return the volatility of each price, and why one has none."""
    model = bachelier_implied_volatility if asked.model == "bachelier" else implied_volatility
    with refusing():
        implied = model(
            asked.option_type,
            asked.price,
            asked.forward,
            asked.strike,
            asked.expiry_years,
            asked.discount,
        )
    count("VolatilitiesFound", asked.count)
    statuses = np.broadcast_to(implied.status, (asked.count,))
    return FoundVolatility(
        count=asked.count,
        status=tuple(STATUSES[status] for status in statuses.tolist()),
        volatility=column(implied.volatility, asked.count),
    )
