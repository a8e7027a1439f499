"""Make the sample file of quotes, as five venues might quote one share: the same each time.

    python -m zerodesk_client.formats.sample_quotes > tests/data/sample_quotes.csv

The middle wanders by a cent; each venue follows it late and on one side at a time, so that quotes
lock and cross now and then, also a venue's own two. Some quotes are taken back (size 0), one row
has both sides, and one is flagged. Only ``Random.random`` is drawn from.
"""

import random
import sys
from collections.abc import Iterator
from typing import Final

from zerodesk_client.formats.lean_quotes import HEADER

SEED: Final = 20131007
QUOTES: Final = 400
VENUES: Final = "CKNQZ"
OPENING_MS: Final = 34_200_000
MIDDLE_CENTS: Final = 1_390
MOVES: Final = 0.12
TAKEN_BACK: Final = 0.04
BOTH_SIDES_ROW: Final = 20
FLAGGED_ROW: Final = 30
ONE_SIDE: Final = 0.5


def sample_lines(seed: int = SEED, quotes: int = QUOTES) -> Iterator[str]:
    """Yield the lines of the file, header first, without line ends."""
    draw = random.Random(seed).random  # noqa: S311 - the same file each time is the point
    yield ",".join(HEADER)
    at_ms, middle_cents = OPENING_MS, MIDDLE_CENTS
    for row in range(1, quotes + 1):
        at_ms += int(draw() * 400)
        if draw() < MOVES:
            middle_cents += 1 if draw() < ONE_SIDE else -1
        venue = VENUES[int(draw() * len(VENUES))]
        bid, ask = middle_cents - int(draw() * 3), middle_cents + 1 + int(draw() * 3)
        size = 0 if draw() < TAKEN_BACK else 100 * (1 + int(draw() * 30))
        is_bid = draw() < ONE_SIDE
        has_bid, has_ask = is_bid or row == BOTH_SIDES_ROW, not is_bid or row == BOTH_SIDES_ROW
        sides = [
            f"{cents * 100},{size}" if quoted else "0,0"
            for cents, quoted in ((bid, has_bid), (ask, has_ask))
        ]
        yield f"{at_ms},{','.join(sides)},{venue},1,{int(row == FLAGGED_ROW)}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in sample_lines())
