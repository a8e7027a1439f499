"""How exact implied volatilities are, by what is attainable, against sixty decimals.

    python -m tests.benchmarks.volatility_errors [--quotes 30000] [--seed 1]

prints for each range the root of the mean square and the greatest of error over attainable error,
and how many are beyond twice that.
"""

import argparse

import numpy as np

from tests.zerodesk.pricing.exact import implied_error
from tests.zerodesk.pricing.quote_grids import RANGES, some_quotes
from zerodesk.pricing.implied_volatility import implied_volatility
from zerodesk.pricing.quotes import QuoteStatus


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.volatility_errors")
    parser.add_argument("--quotes", type=int, default=30_000, help="of each range")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for kind in RANGES:
        quotes = some_quotes(kind, arguments.quotes, arguments.seed)
        implied = implied_volatility(*quotes)
        rows = np.stack((*quotes, implied.volatility), axis=1)[implied.status == QuoteStatus.OK]
        errors = [implied_error(*row.tolist()) for row in rows]
        shares = np.array([error / attainable for error, attainable in errors])
        print(
            f"{kind:8} {shares.size:6} with a volatility: {np.sqrt(np.mean(shares**2)):.2f} in the "
            f"root mean square, {shares.max():.2f} at most, {np.sum(shares > 2.0)} beyond 2"
        )


if __name__ == "__main__":
    main()
