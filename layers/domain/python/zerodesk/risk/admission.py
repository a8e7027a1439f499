"""From a case to the account's next record: a hold, or a refusal, with what was looked at."""

from dataclasses import replace

from zerodesk.accounts import Change, hold, reject
from zerodesk.orders import PlaceCommand
from zerodesk.risk.case import Case
from zerodesk.risk.chain import assess, counted


def admit(case: Case, command: PlaceCommand) -> Change:
    """Return the account with the order's worst case held, or with its refusal on record.

    Check and hold are one change of one state, so they are one conditional put.
    """
    rejection = assess(case)
    if rejection is not None:
        refused = reject(case.state, command["command_id"], rejection)
        return replace(refused, cause=refused.cause | case.evidence())
    held = hold(case.state, command, case.quote.need_currency)
    return replace(
        held,
        cause=held.cause | case.evidence(),
        state=replace(held.state, rate=counted(case)),
    )
