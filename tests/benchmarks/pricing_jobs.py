"""What a pricing job costs: CPU time of its steps in process, files in memory, and the bill of it.

    .venv/bin/python -m tests.benchmarks.pricing_jobs [--rounds 5] [--rows 1000000]

Each step is the real one over files in memory: what S3 and the network take comes on top. The bill
is Lambda's time at 1,769 MB, S3's requests and Step Functions' transitions, in us-east-1.
"""

import argparse
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from tests.handler_settings import SETTINGS
from zerodesk_client.cost.recorded import prices

MEMORY_GB: Final = 1_769 / 1_024
TRANSITIONS_PER_CHUNK: Final = 2
"""Of a chunk's own execution: its start, and its one state."""
TRANSITIONS_PER_JOB: Final = 6
USD_PER_TRANSITION: Final = 0.025e-3
"""Standard workflows, first tier: https://aws.amazon.com/step-functions/pricing/"""
USD_PER_PUT: Final = 0.005e-3
USD_PER_GET: Final = 0.0004e-3
"""https://aws.amazon.com/s3/pricing/"""
PUTS_PER_CHUNK: Final = 2
GETS_PER_CHUNK: Final = 3


class Memory:
    """Files of one job, as ``JobFiles`` has them."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {}

    def load(self, _: str, name: str) -> bytes | None:
        """Return a file."""
        data: bytes | None = self.held.get(name)
        return data

    def document(self, _: str, name: str) -> Any:
        """Return what a file holds."""
        return self.held.get(name)

    def blocks(self, _: str, name: str) -> Iterator[bytes]:
        """Yield a file by megabytes."""
        data = self.held[name]
        for start in range(0, len(data), 1_048_576):
            yield data[start : start + 1_048_576]

    def put(self, _: str, name: str, data: bytes) -> None:
        """Keep a file."""
        self.held[name] = data

    put_document = put


def a_file(rows: int) -> bytes:
    """Return a file of calls and puts over strikes, times and volatilities."""
    draw = np.random.default_rng(7)
    columns = (
        draw.uniform(60.0, 140.0, rows).round(2).tolist(),
        draw.uniform(0.05, 2.0, rows).round(4).tolist(),
        draw.uniform(0.1, 0.6, rows).round(4).tolist(),
    )
    lines = [
        f"{'put' if row % 2 else 'call'},{strike},{years},{volatility}"
        for row, (strike, years, volatility) in enumerate(zip(*columns, strict=True))
    ]
    return "\n".join(["option_type,strike,expiry_years,volatility", *lines]).encode()


def best_seconds(step: Callable[[], object], rounds: int) -> float:
    """Return the least CPU time of several runs of a step."""
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        step()
        spent.append(time.process_time() - start)
    return min(spent)


def main() -> None:
    """Measure each step, and print what a million rows cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    os.environ.update(SETTINGS)
    from chunk_pricing.rows import priced
    from job_chunks.cutting import cut
    from job_chunks.joining import join
    from zerodesk_aws.job_files import CHUNKS, REQUEST, RESULTS, UPLOAD, numbered

    files: Any = Memory()
    data = a_file(asked.rows)
    request: dict[str, Any] = {
        "kind": "options",
        "terms": {"spot": 100.0, "rate": 0.02, "outputs": ["price", "delta", "gamma", "vega"]},
        "columns": data[: data.index(b"\n")].decode().split(","),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    files.held = {REQUEST: request, UPLOAD: data}
    cut_s = best_seconds(lambda: cut(files, "f"), 1)
    chunks = len(files.held["plan.json"])
    chunk = files.held[numbered(CHUNKS, 0)]
    american = request | {"kind": "american"}
    american["terms"] = request["terms"] | {"dividend_yield": 0.01, "accuracy": "fast"}
    chunk_s = {
        "European, price and three Greeks": best_seconds(
            lambda: priced(request, chunk), asked.rounds
        ),
        "American, fast, price and three Greeks": best_seconds(lambda: priced(american, chunk), 1),
    }
    result = priced(request, chunk)
    for number in range(chunks):
        files.held[numbered(RESULTS, number)] = result
    join_s = best_seconds(lambda: join(files, "f", []), 1)
    print(f"{asked.rows:,} rows, {len(data) / 1e6:.0f} MB, {chunks} chunks: cut {cut_s:.2f} s, ")
    print(f"joined {join_s:.2f} s, {len(files.held['result.csv']) / 1e6:.0f} MB\n")
    print("| a chunk of 10,000 | CPU ms | USD a million rows |\n|---|---|---|")
    for name, seconds in chunk_s.items():
        usd = bill_usd(chunks, cut_s + join_s + chunks * seconds) / asked.rows * 1e6
        print(f"| {name} | {1e3 * seconds:.0f} | {usd:.4f} |")


def bill_usd(chunks: int, seconds: float) -> float:
    """Return what a job costs."""
    usd = prices()["usd"]
    transitions = TRANSITIONS_PER_JOB + TRANSITIONS_PER_CHUNK * chunks
    return float(
        seconds * MEMORY_GB * usd["lambda_gb_seconds"]
        + (chunks + 2) * usd["lambda_requests_million"] / 1e6
        + transitions * USD_PER_TRANSITION
        + chunks * (PUTS_PER_CHUNK * USD_PER_PUT + GETS_PER_CHUNK * USD_PER_GET)
    )


if __name__ == "__main__":
    main()
