"""Reconciliation: the journals folded a second time, and everything compared with everything.

``BookAudit``, ``AccountAudit`` and ``HouseAudit`` follow the journals record by record,
``Comparison`` holds them against each other as of each watermark, ``ShownOrders`` holds the order
items against the journal, ``Watch`` tells what stands still from what is merely on its way,
``report`` says it all. Pure: the function reads, in the order that ``compare`` explains, and acts
on what is found.
"""

from zerodesk.reconciliation.accounts import AccountAudit
from zerodesk.reconciliation.archived import compared, watermarks_of
from zerodesk.reconciliation.books import BookAudit
from zerodesk.reconciliation.compare import Comparison, Readings, Totals
from zerodesk.reconciliation.findings import Breach, BreachCode, Check, Findings
from zerodesk.reconciliation.holders import differing_holders
from zerodesk.reconciliation.house import HouseAudit
from zerodesk.reconciliation.report import report
from zerodesk.reconciliation.shown import NothingShown, Shown, ShownOrders
from zerodesk.reconciliation.standstill import Standing, Watch
from zerodesk.reconciliation.transit import Transit, match

__all__ = [
    "AccountAudit",
    "BookAudit",
    "Breach",
    "BreachCode",
    "Check",
    "Comparison",
    "Findings",
    "HouseAudit",
    "NothingShown",
    "Readings",
    "Shown",
    "ShownOrders",
    "Standing",
    "Totals",
    "Transit",
    "Watch",
    "compared",
    "differing_holders",
    "match",
    "report",
    "watermarks_of",
]
