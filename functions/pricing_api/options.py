"""European options."""

from pricing_api.answers import refusing, valued
from zerodesk.pricing.black_scholes import black76, black_scholes
from zerodesk_aws.contracts.pricing import PriceOptions, ValuedOptions
from zerodesk_aws.entry import count


def priced(asked: PriceOptions) -> ValuedOptions:
    """Return prices and Greeks, as asked."""
    with refusing():
        if asked.forward is not None:
            results = black76(
                asked.option_type,
                asked.forward,
                asked.strike,
                asked.expiry_years,
                asked.rate,
                asked.volatility,
                asked.outputs,
            )
        else:
            assert asked.spot is not None, "the contract wants one of them"
            results = black_scholes(
                asked.option_type,
                asked.spot,
                asked.strike,
                asked.expiry_years,
                asked.rate,
                0.0 if asked.dividend_yield is None else asked.dividend_yield,
                asked.volatility,
                asked.outputs,
            )
    count("OptionsPriced", asked.count)
    return valued(results, asked.count)
