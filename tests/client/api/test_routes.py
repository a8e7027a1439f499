"""The client has a call for every route of the API, but for those that are named here."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
CLIENT = ROOT / "layers" / "client" / "python" / "zerodesk_client" / "api"

ARRAYS = {
    "/v1/pricing/american",
    "/v1/pricing/exotics",
    "/v1/pricing/implied-volatility",
    "/v1/pricing/options",
    "/v1/pricing/surface",
    "/v1/risk/margin-preview",
}
"""Arrays in, arrays out: in Python ``zerodesk.pricing`` does it, without a venue."""
ITSELF = {"/v1/openapi.json"}


def test_the_client_calls_every_route() -> None:
    routes = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))["paths"]
    source = "".join(path.read_text(encoding="utf-8") for path in CLIENT.glob("*.py"))
    called = {re.sub(r"\{[^}]*\}", "{}", one) for one in re.findall(r'"(/v1/[^"?]*)"', source)}
    wanted = {re.sub(r"\{[^}]*\}", "{}", one): one for one in routes}
    assert {wanted[one] for one in wanted.keys() - called} == ARRAYS | ITSELF
