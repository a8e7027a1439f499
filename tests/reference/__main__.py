"""Check any file of reference values against the library.

    python -m tests.reference FILE

prints passed and failed per category with the worst case of each, "not covered" where the library
has no such thing, and exits with 1 when a value lies outside its tolerance, with 2 when the file is
none of this kind.
"""

import argparse
import json
import sys
from pathlib import Path

from tests.reference.checking import check, report, well_formed
from tests.reference.library import LIBRARY


def main(arguments: list[str] | None = None) -> int:
    """Check the file that the command line names; return how many values fail, 1 at most."""
    parser = argparse.ArgumentParser(prog="python -m tests.reference", description=__doc__)
    parser.add_argument("file", type=Path, help="JSON with cases, as QUANT.md describes it")
    file = parser.parse_args(arguments).file
    try:
        tallies = check(well_formed(json.loads(file.read_text())), LIBRARY)
    except (OSError, ValueError) as error:
        parser.error(f"{file}: {error}")
    print(report(tallies))
    return int(any(tally.failed for tally in tallies.values()))


if __name__ == "__main__":
    sys.exit(main())
