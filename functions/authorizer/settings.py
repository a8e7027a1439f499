"""The environment of authorizer."""

from zerodesk_aws.settings import required

API_KEYS_TABLE = required("API_KEYS_TABLE")
