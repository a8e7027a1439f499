"""What must hold once everything is quiet: the invariants of the simulation, and the house's."""

from collections.abc import Iterator

from tests.protocol.actors import Context, process_in
from tests.protocol.stage import Stage
from tests.simulation.invariants import LAST_DEPOSIT, TERMINAL, Evidence, check
from tests.simulation.regions import HOME


def broken(stage: Stage) -> str | None:
    """Return the first thing that is broken although nothing goes on any more, or None."""
    _forget_answers(stage)
    found = check(stage.cloud, stage.heard, stage.rung_ms)
    if found:
        return str(found[0])
    evidence = Evidence(stage.cloud, stage.heard, stage.rung_ms)
    return next(_cancels_are_refused_for_good(evidence), None)


def _forget_answers(stage: Stage) -> None:
    """Let each account that keeps an answer have one more record: it forgets what items show."""
    evidence = Evidence(stage.cloud, stage.heard, stage.rung_ms)
    for account_id, state in evidence.states.items():
        if state["answered"].keys() - {f"deposit#{LAST_DEPOSIT}"}:
            stage.deposit(LAST_DEPOSIT, account_id, 1)


def _cancels_are_refused_for_good(evidence: Evidence) -> Iterator[str]:
    """Yield the cancels that were refused although their orders go on, other than for their age."""
    for (account_id, item_id), item in evidence.items.items():
        refused = item["kind"] == "cancel" and item["status"] == "REFUSED"
        if refused and item["rejection"]["code"] != "MATCHING_EXPIRED":
            order = evidence.items[account_id, item["request"]["order_id"]]
            if order["status"] not in TERMINAL or order["status"] == "CANCELLED":
                yield f"cancel {item_id} is refused, its order is {order['status']}"


def unreconciled(stage: Stage) -> str | None:
    """Return what reconciliation finds wrong now; that something stands still is no wonder."""
    process = process_in(HOME, "reconciliation")
    process.enter()
    process.handler({}, Context("reconciliation", "reconciliation"))
    return next(iter(stage.cloud.defects), None)
