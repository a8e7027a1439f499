"""Moto with its way to an answer's values cut short: two fifths of a test's time went there.

For each attribute of an answer it works out anew under which names its value may be kept. In a
plain dictionary, which is all that its DynamoDB answers with, these depend on the attribute alone.

Each time that it begins, it also prepares answers for what the package ``requests`` might ask of
each of AWS's addresses, 1,288 of them. Nothing here asks by that package: botocore has its own way.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from moto import mock_aws
from moto.core import models
from moto.core.serialize import AttributePickerContext, XFormedAttributePicker

if TYPE_CHECKING:
    from botocore.model import Shape

Names = Callable[[XFormedAttributePicker, AttributePickerContext], Iterable[str]]


def remembering(work_out: Names) -> Names:
    """Let names in dictionaries be worked out once for each attribute."""
    known: dict[tuple[str, Shape], tuple[str, ...]] = {}

    def names(picker: XFormedAttributePicker, context: AttributePickerContext) -> Iterable[str]:
        if type(context.obj) is not dict:
            return work_out(picker, context)
        attribute = context.key, context.shape
        if attribute not in known:
            known[attribute] = tuple(work_out(picker, context))
        return known[attribute]

    return names


_names = remembering(XFormedAttributePicker.get_possible_keys)


@contextmanager
def mocked_aws() -> Iterator[None]:
    """Stand in for AWS, as ``moto.mock_aws`` does."""
    with (
        patch.object(XFormedAttributePicker, "get_possible_keys", _names),
        patch.object(models, "RESPONSES_METHODS", []),
        mock_aws(),
    ):
        yield
