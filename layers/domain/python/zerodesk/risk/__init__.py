"""Risk: may this order proceed? The chain is data, the checks are pure."""

from zerodesk.risk.admission import admit, admit_group
from zerodesk.risk.case import Case, symbols_needed, symbols_of
from zerodesk.risk.chain import CHAIN, assess
from zerodesk.risk.marked import Marked

__all__ = [
    "CHAIN",
    "Case",
    "Marked",
    "admit",
    "admit_group",
    "assess",
    "symbols_needed",
    "symbols_of",
]
