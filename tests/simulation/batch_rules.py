"""What clients were told of several orders in one request, order by order, against what stands."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from zerodesk.orders import order_id_for

if TYPE_CHECKING:
    from tests.simulation.invariants import Evidence

TERMINAL: Final = ("FILLED", "CANCELLED", "EXPIRED", "REJECTED")


def batches_stand(evidence: "Evidence") -> Iterator[str]:
    """Each order of a request is answered, in its place, as it stands or as it was refused."""
    for errand, answered in evidence.heard.errands:
        if errand.kind != "batch":
            continue
        assert errand.body is not None, "a batch has orders"
        asked, results = errand.body["orders"], answered.json.get("results", [])
        if answered.status != 200 or len(results) != len(asked):
            yield f"{errand.name} of {len(asked)} orders told {answered.status} {answered.json}"
            continue
        for order, result in zip(asked, results, strict=True):
            yield from _stands(evidence, errand.who, order, result, answered.at_ms)


def replacements_stand(evidence: "Evidence") -> Iterator[str]:
    """Nothing is placed for an order unless that was cancelled; what was told stands."""
    for errand, answered in evidence.heard.errands:
        if errand.kind != "replacement":
            continue
        assert errand.path is not None, "a replacement is of an order"
        first = evidence.items.get((errand.who, errand.path["order_id"]))
        other = evidence.items.get((errand.who, order_id_for(errand.who, errand.subject)))
        status = None if first is None else first["status"]
        if other is not None and status != "CANCELLED":
            yield f"{errand.name} is placed, and the first order is {status}"
        if answered.status in (201, 202) and other is None:
            yield f"{errand.name} told {answered.json}, and there is no order"
        if answered.json.get("code") == "ORDER_NOT_OPEN" and status in ("CANCELLED", None):
            yield f"{errand.name} told {answered.json}, and the first order is {status}"


def _stands(
    evidence: "Evidence", who: str, asked: dict[str, Any], result: dict[str, Any], at_ms: float
) -> Iterator[str]:
    key = who, order_id_for(who, asked["client_order_id"])
    item, told = evidence.items.get(key), result["order"]
    if told is None:
        # Refused before anything was written, or taken for another one of the same id.
        if item is None and result["status"] == 503:
            yield f"{asked} told {result}, and there is no item"
        return
    if item is None or told["order_id"] != key[1]:
        yield f"{asked} told {told}, stands as {item}"
        return
    if told["status"] in TERMINAL and item["status"] != told["status"]:
        yield f"{asked} told {told['status']}, stands as {item['status']}"
    known = [*evidence.causes.get(key, []), *evidence.told.get(key, [])]
    appended_ms = evidence.world.appended_ms
    if not any(appended_ms[record.stream, record.sequence] <= at_ms for record, _ in known):
        yield f"{asked} told {result['status']} before any journal knew it"
