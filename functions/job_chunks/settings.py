"""The environment of job_chunks."""

from zerodesk_aws.settings import required

JOBS_BUCKET = required("JOBS_BUCKET")
