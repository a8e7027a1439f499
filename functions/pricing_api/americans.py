"""American options, by volatility or by price."""

import numpy as np

from pricing_api.answers import column, refusing
from pricing_api.volatilities import STATUSES
from zerodesk.pricing.american import american, american_implied_volatility
from zerodesk.pricing.quotes import QuoteStatus
from zerodesk_aws.contracts.pricing import PriceAmericans, ValuedAmericans
from zerodesk_aws.entry import count


def priced(asked: PriceAmericans) -> ValuedAmericans:
    """Return what is asked of each option, its volatility, and why there is none."""
    total = asked.count
    carry = (asked.strike, asked.expiry_years, asked.rate, asked.dividend_yield)
    status = np.full(total, QuoteStatus.OK, np.int8)
    with refusing():
        if asked.price is None:
            assert asked.volatility is not None, "the contract wants one of them"
            volatility = np.asarray(asked.volatility, np.float64)
        else:
            volatility, found = american_implied_volatility(
                asked.option_type, asked.price, asked.spot, *carry, accuracy=asked.accuracy
            )
            status = np.broadcast_to(found, (total,)).copy()
        results = american(
            asked.option_type,
            asked.spot,
            *carry,
            volatility,
            asked.outputs,
            accuracy=asked.accuracy,
        )
    for values in results.values():
        status[np.isnan(values) & (status == QuoteStatus.OK)] = QuoteStatus.INVALID
    count("OptionsPriced", total)
    return ValuedAmericans(
        count=total,
        status=tuple(STATUSES[one] for one in status.tolist()),
        volatility=column(volatility, total),
        results={name: column(values, total) for name, values in results.items()},
    )
