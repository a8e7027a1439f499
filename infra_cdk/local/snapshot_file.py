"""What a snapshot says about itself; read by the emulator and by those who ask about it."""

import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

CURRENT = "current"
METADATA = "snapshot.json"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One snapshot of the whole cloud."""

    generation: int
    taken_at_ms: int
    is_last: bool
    """Taken when the cloud stopped cleanly: nothing happened after it."""

    def to_json(self) -> str:
        """Return the text of ``snapshot.json``."""
        return json.dumps({**asdict(self), "taken_at": self.taken_at})

    @property
    def taken_at(self) -> str:
        """Moment of the state that it holds, ISO-8601, UTC."""
        moment = datetime.fromtimestamp(self.taken_at_ms / 1000, tz=UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @property
    def age_seconds(self) -> float:
        """How long ago that was."""
        return max(0.0, time.time() - self.taken_at_ms / 1000)


def read_current(folder: Path) -> Snapshot | None:
    """Return the last whole snapshot of a folder, or None where there is none."""
    try:
        name = (folder / CURRENT).read_text(encoding="utf-8").strip()
        document = json.loads((folder / name / METADATA).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Snapshot(
        generation=document["generation"],
        taken_at_ms=document["taken_at_ms"],
        is_last=document["is_last"],
    )
