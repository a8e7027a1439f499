"""Write again what is generated from the contracts and the route tables, and committed.

    python -m tests.tools.generate

A test compares the files with what this would write.
"""

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.tools.catalogue import catalogue
from tests.tools.openapi import document
from tests.tools.rules import rules_page
from zerodesk_aws.contracts.events.catalogue import EVENTS
from zerodesk_aws.contracts.workflow import PAYLOADS

ROOT: Final = Path(__file__).parents[2]
EVENTS_FOLDER: Final = ROOT / "events"
SCHEMAS: Final = EVENTS_FOLDER / "schemas"
OPENAPI: Final = ROOT / "docs" / "openapi.json"
RULES: Final = ROOT / "docs" / "rules.md"
SERVED: Final = ROOT / "functions" / "queries" / "openapi.json"
"""The same document, without spaces, in the asset of the function that serves it."""


@cache
def generated() -> dict[Path, str]:
    """Return every generated file with its text."""
    api = document()
    files = {
        OPENAPI: _pretty(api),
        SERVED: json.dumps(api, separators=(",", ":"), ensure_ascii=False) + "\n",
        EVENTS_FOLDER / "README.md": catalogue(EVENTS_FOLDER / "routes.yaml"),
        RULES: rules_page(),
    }
    for event in EVENTS:
        files[SCHEMAS / event.folder / f"{event.detail_type}.v1.json"] = _pretty(event.schema())
    for payload in PAYLOADS:
        files[SCHEMAS / payload.folder / f"{payload.name}.v1.json"] = _pretty(payload.schema())
    return files


def main() -> None:
    """Write every generated file that differs, and say which."""
    for path, text in generated().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
