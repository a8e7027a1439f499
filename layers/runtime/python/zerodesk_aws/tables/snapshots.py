"""The item of a snapshot. Only ``zerodesk_aws.snapshots`` may use this model."""

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model


class SnapshotItem(Model):
    """One snapshot: its place, what it proves itself by, and the state or where that is."""

    class Meta:
        """The table's name is bound where a function starts."""

        table_name = "snapshots"

    stream = UnicodeAttribute(hash_key=True)
    sequence = NumberAttribute(range_key=True)
    record_hash = UnicodeAttribute()
    state_hash = UnicodeAttribute()
    format = NumberAttribute()
    data = BinaryAttribute(legacy_encoding=False, null=True)
    object_key = UnicodeAttribute(null=True)
