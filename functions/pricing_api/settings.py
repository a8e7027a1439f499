"""The environment of pricing_api: it needs none."""
