"""How long a surface takes: from quotes, its fit alone, one SVI slice, and asking it.

    python -m tests.benchmarks.surfaces [FILE]

On a made chain of twelve expiries, or on FILE, a chain that `zerodesk surface` reads. The best of
several runs, milliseconds of wall clock; one thread.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.zerodesk.pricing.surfaces.chains import SPOT, a_chain
from zerodesk.pricing.surfaces.calibration import calibrate
from zerodesk.pricing.surfaces.chain import OptionChain
from zerodesk.pricing.surfaces.charts import EssviChart, SsviChart
from zerodesk.pricing.surfaces.smile_fit import SmileQuotes, fit_chart
from zerodesk.pricing.surfaces.svi_fit import fit_svi
from zerodesk_client.chains import ChainOptions, read_chain

RUNS = 15
ASKED = 1_000_000


def best_ms(work: Callable[[], Any]) -> float:
    """Return the shortest of several runs."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1e3 * min(times)


def measure(chain: OptionChain, spot: float | None, rate: float | None) -> None:
    """Print the figures of one chain."""
    found = calibrate(chain, underlying="", as_of="", spot=spot, rate=rate)
    used = found.is_used
    expiries = found.surface.variance.expiry_years
    rows = []
    for years in expiries:
        row = used & (chain.expiry_years == years)
        variance = found.volatility[row] ** 2 * years
        # By relative error: what is timed does not depend on the weights.
        rows.append((found.moneyness[row], variance, 100.0 / variance))
    quotes = SmileQuotes.of(rows)
    longest = max(rows, key=lambda row: row[0].size)
    half_spreads = np.abs(found.residual_half_spreads[used])
    print(f"{chain.strike.size:,} quotes, {used.sum():,} used, {expiries.size} expiries")
    print(f"  median residual {np.median(half_spreads):.2f} half spreads")
    print(f"  SSVI fit      {best_ms(lambda: fit_chart(SsviChart(expiries.size), quotes)):8.1f} ms")
    print(
        f"  eSSVI fit     {best_ms(lambda: fit_chart(EssviChart(expiries.size), quotes)):8.1f} ms"
    )
    names = {"underlying": "", "as_of": "", "spot": spot, "rate": rate}
    whole = best_ms(lambda: calibrate(chain, **names))  # type: ignore[arg-type]
    print(f"  quotes to eSSVI{whole:7.1f} ms: screening, parity, volatilities, two fits, residuals")
    print(f"  one SVI slice {best_ms(lambda: fit_svi(*longest)):8.1f} ms, {longest[0].size} quotes")
    random = np.random.default_rng(1)
    forward = float(found.surface.forward[0])
    strikes = forward * np.exp(random.normal(size=ASKED) * 0.2)
    years = random.uniform(expiries[0], expiries[-1], ASKED)
    for names_asked in (("volatility",), ("price", "delta", "gamma", "vega", "theta", "rho")):
        took = best_ms(partial(found.surface.evaluate, "put", strikes, years, names_asked))
        print(f"  {len(names_asked)} figures    {1e6 * took / ASKED:8.0f} ns an option")


def main() -> None:
    """Measure the made chain, or a file."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.surfaces")
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--rate", type=float)
    arguments = parser.parse_args()
    if arguments.file is None:
        measure(a_chain(noise=0.5).chain, SPOT, arguments.rate)
    else:
        recorded = read_chain(arguments.file, ChainOptions())
        measure(recorded.chain, recorded.spot, arguments.rate)


if __name__ == "__main__":
    main()
