"""What a full batch of the pricing routes costs: CPU time of the handler, JSON in and out.

python -m tests.benchmarks.pricing_api
"""

import contextlib
import io
import json
import os
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.functions.gateway import proxy_event
from tests.handler_settings import SETTINGS
from tests.zerodesk.pricing.surfaces.chains import a_chain

RUNS = 7
OPTIONS = 10_000
CALLER = {"account_id": "alice", "role": "trader", "key_id": "0123456789ab"}


@dataclass(frozen=True)
class Context:
    """What Lambda tells a handler."""

    aws_request_id: str = "1"
    function_name: str = "pricing_api"
    memory_limit_in_mb: int = 1_769
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:pricing_api"


def measure(what: str, place: str, body: dict[str, Any]) -> None:
    """Print the best of several answers to one request."""
    from pricing_api.handler import handler

    event = proxy_event("POST", f"/v1/pricing/{place}", body=json.dumps(body), authorizer=CALLER)
    times, answered = [], ""
    for _ in range(RUNS):
        with contextlib.redirect_stdout(io.StringIO()):
            start = time.process_time()
            answer = handler(event, Context())
            times.append(time.process_time() - start)
        assert answer["statusCode"] == 200, answer
        answered = answer["body"]
    kilobytes = (len(str(event["body"])) // 1000, len(answered) // 1000)
    print(f"{what:40} {1e3 * min(times):6.0f} ms   {kilobytes[0]:5} KB in {kilobytes[1]:5} KB out")


def main() -> None:
    """Measure each kind of batch."""
    os.environ.update(SETTINGS)
    from zerodesk_aws.contracts.pricing import OUTPUTS

    strikes = np.linspace(50.0, 150.0, OPTIONS).tolist()
    years = np.linspace(0.1, 2.0, OPTIONS).tolist()
    options = {
        "option_type": ["call"] * OPTIONS,
        "spot": 100,
        "strike": strikes,
        "expiry_years": years,
        "volatility": np.linspace(0.1, 0.5, OPTIONS).tolist(),
    }
    measure("10,000 options, price and five Greeks", "options", {**options, "outputs": OUTPUTS[:6]})
    measure("10,000 options, all thirteen figures", "options", {**options, "outputs": OUTPUTS})
    prices = np.linspace(50.0, 1.0, OPTIONS).tolist()
    quotes = {"option_type": "call", "price": prices, "forward": 100, "strike": strikes}
    measure("10,000 implied volatilities", "implied-volatility", {**quotes, "expiry_years": 1})
    chain = a_chain(noise=0.5).chain
    listed = {
        "option_type": ["call" if sign > 0 else "put" for sign in chain.sign.tolist()],
        "strike": chain.strike.tolist(),
        "expiry_years": chain.expiry_years.tolist(),
        "bid": chain.bid.tolist(),
        "ask": chain.ask.tolist(),
    }
    fit = {"underlying": "XYZ", "as_of": "2026-11-02T16:00:00Z", "quotes": listed}
    measure(f"a surface from {chain.strike.size:,} quotes", "surface", {"fit": fit})


if __name__ == "__main__":
    main()
