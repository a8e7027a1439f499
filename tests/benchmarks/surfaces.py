"""How long a surface takes: from quotes, its fit alone, one SVI slice, and asking it.

    python -m tests.benchmarks.surfaces [FILE]

On a made chain of twelve expiries, or on FILE, a chain that `zerodesk surface` reads. The best of
several runs, milliseconds of CPU time; set OPENBLAS_NUM_THREADS=1 for one thread.
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
from zerodesk.pricing.surfaces.mixture_fit import fit_mixture
from zerodesk.pricing.surfaces.smile_fit import SmileQuotes, fit_chart
from zerodesk.pricing.surfaces.svi_fit import fit_svi
from zerodesk_client.chains import ChainOptions, read_chain

RUNS = 15
WHOLE_RUNS = 3
ASKED = 1_000_000


def best_ms(work: Callable[[], Any], runs: int = RUNS) -> float:
    """Return the shortest of several runs."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1e3 * min(times)


def measure(
    chain: OptionChain, spot: float | None, rate: float | None, exercise: str = "european"
) -> None:
    """Print the figures of one chain."""
    terms = {"underlying": "", "as_of": "", "spot": spot, "rate": rate, "exercise": exercise}
    calibrated = partial(calibrate, chain, **terms)  # type: ignore[arg-type]
    found = calibrated()
    used = found.is_used
    expiries = found.surface.variance.expiry_years
    rows = []
    for years in expiries:
        row = used & (chain.expiry_years == years)
        variance = found.volatility[row] ** 2 * years
        # A quote's error is half of its spread, told in total variance.
        spread = found.ask_volatility[row] ** 2 - found.bid_volatility[row] ** 2
        error = np.maximum(0.5 * spread * years, 4e-4 * variance)
        rows.append((found.moneyness[row], variance, 1.0 / error))
    quotes = SmileQuotes.of(rows)
    longest = max(rows, key=lambda row: row[0].size)
    print(f"{chain.strike.size:,} quotes, {used.sum():,} used, {expiries.size} expiries")
    for model in ("ssvi", "essvi", "mixture"):
        misfit = calibrated(model=model).misfit(used)
        print(
            f"  {model:8} median residual {misfit.half_spreads:.2f} half spreads, "
            f"{misfit.share_within_bid_and_ask:.0%} within"
        )
    print(f"  SSVI fit      {best_ms(lambda: fit_chart(SsviChart(expiries.size), quotes)):8.1f} ms")
    print(
        f"  eSSVI fit     {best_ms(lambda: fit_chart(EssviChart(expiries.size), quotes)):8.1f} ms"
    )
    single = fit_chart(EssviChart(expiries.size), quotes).slices
    print(f"  mixture, then {best_ms(lambda: fit_mixture(single, quotes)):8.1f} ms")
    print(f"  quotes to {found.surface.provenance.model} {best_ms(calibrated, WHOLE_RUNS):7.1f} ms")
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
        measure(recorded.chain, recorded.spot, arguments.rate, recorded.exercise)


if __name__ == "__main__":
    main()
