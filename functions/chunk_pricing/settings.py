"""The environment of chunk_pricing."""

from zerodesk_aws.settings import required

JOBS_BUCKET = required("JOBS_BUCKET")
