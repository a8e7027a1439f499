"""What a job asks, checked by the contract of its kind's own route before anything is uploaded."""

from typing import Any, Final

from zerodesk_aws.api.grammar import read
from zerodesk_aws.api.problems import ProblemCode, refused
from zerodesk_aws.contracts.pricing import MAX_FIXINGS, PriceExotics
from zerodesk_aws.contracts.pricing_jobs import BATCHES, CreateJob

FOR_ALL: Final = ("accuracy", "kind", "model", "outputs")
"""Fields that are about the whole batch."""
FIXINGS: Final = range(MAX_FIXINGS + 1)
"""Of an Asian: the library refuses a whole batch for any other number."""
SAMPLES: Final = {"option_type": "call", "barrier_type": "down-in", "payoff": "cash"}
SAMPLE_NUMBER: Final = 1
"""What a column may hold; the contract then sees a batch of one option with every field."""


def job_terms(asked: CreateJob) -> dict[str, Any]:
    """Return the fields that are the same for all options, those that were left out too.

    Raises
    ------
    ProblemError
        What the route of the kind would refuse of such a batch, by field; INTAKE_BAD_VALUE: a
        column that is no column, is there twice or also a term, or a term that is a list.
    """
    contract = BATCHES[asked.kind]
    for place, name in enumerate(asked.columns):
        if name in FOR_ALL or name in asked.terms or name in asked.columns[:place]:
            rule = "fields that differ by option, each once and not among the terms"
            raise refused(ProblemCode.INTAKE_BAD_VALUE, f"columns.{place}", name, rule)
    samples = {name: SAMPLES.get(name, SAMPLE_NUMBER) for name in asked.columns}
    sample = read(contract, asked.terms | samples)
    for name, values in sample.columns():
        rule = "one value: what differs by option is a column of the file"
        raise refused(ProblemCode.INTAKE_BAD_VALUE, f"terms.{name}", f"{len(values)} values", rule)
    if isinstance(sample, PriceExotics) and sample.fixings not in (None, *FIXINGS):
        rule = f"a whole number from 0 to {MAX_FIXINGS}"
        raise refused(ProblemCode.INTAKE_BAD_VALUE, "terms.fixings", str(sample.fixings), rule)
    told = {name: getattr(sample, name) for name in type(sample).model_fields}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in told.items()
        if value is not None and name not in asked.columns
    }
