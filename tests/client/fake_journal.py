"""The journal of the fake venue: records that were made elsewhere, for operators to read."""

from typing import Any

from tests.client.fake_state import Answer, Principal, Refusal
from zerodesk.verification import Record, Verifier


class Journal:
    """Streams by name; a test puts records there."""

    streams: dict[str, list[Record]]
    exported: dict[str, int]

    def journal_records(self, _: Principal, data: dict[str, Any]) -> Answer:
        first, limit = int(data["from_sequence"]), int(data["limit"])
        found = self.streams.get(data["stream"], [])[first - 1 : first - 1 + limit]
        return 200, {"records": [record.to_dict() for record in found]}

    def journal_state(self, _: Principal, data: dict[str, Any]) -> Answer:
        records = self.streams.get(data["stream"], [])
        upto = int(data.get("sequence", len(records)))
        if not 1 <= upto <= len(records):
            raise Refusal(404, "NOT_FOUND", "The stream has no record there.")
        verifier = Verifier(data["stream"])
        for record in records[:upto]:
            verifier.take(record)
        return 200, {
            "stream": verifier.stream,
            "sequence": upto,
            "record_hash": verifier.hash,
            "recorded_at": "2026-11-22T05:00:00.000Z",
            "state_hash": verifier.state_hash(),
            "state": verifier.state(),
        }

    def journal_export(self, _: Principal, data: dict[str, Any]) -> Answer:
        """Add fifty records at most to an archive of which nothing but its end is kept."""
        first, end = data.get("first", 1), len(self.streams.get(data["stream"], []))
        name = f"{data['stream']} from {first} to {data.get('last')}"
        before = self.exported.get(name, first - 1)
        last = self.exported[name] = min(before + 50, data.get("last", end))
        added = last - before
        return 200, {
            "stream": data["stream"],
            "added": added,
            "last": last,
            "manifest_hash": f"{last:064x}",
        }
