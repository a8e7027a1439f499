"""The journal of the fake venue: records that were made elsewhere, for operators to read."""

from typing import Any

from tests.client.fake_state import Answer, Principal, Refusal
from zerodesk.verification import Record, Verifier


class Journal:
    """Streams by name; a test puts records there."""

    streams: dict[str, list[Record]]

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
