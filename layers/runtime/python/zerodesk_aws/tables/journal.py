"""The journal's item. Only ``zerodesk_aws.journal`` may use this model."""

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model


class JournalItem(Model):
    """One record: its place, its chain, who wrote it, and its compressed body."""

    class Meta:
        """The table's name is bound where a function starts."""

        table_name = "journal"

    stream = UnicodeAttribute(hash_key=True)
    sequence = NumberAttribute(range_key=True)
    previous_hash = UnicodeAttribute()
    hash = UnicodeAttribute()
    code_version = UnicodeAttribute()
    epoch = NumberAttribute()
    recorded_at_ms = NumberAttribute()
    body = BinaryAttribute(legacy_encoding=False)
