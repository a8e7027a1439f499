"""Zerodesk on AWS: tables, journal, queue, bus and the contracts at the edges.

Whoever imports it is about to import thousands of objects that stay: looking for garbage among them
is a twentieth of a cold start, and never finds any. A function makes hardly any cycles later on.
"""

import gc
from typing import Final

OBJECTS_BETWEEN_COLLECTIONS: Final = 100_000
"""More than a start makes. Python's own 700 has it look a hundred times."""

gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
