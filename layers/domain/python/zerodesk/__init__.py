"""Zerodesk's domain: what a venue knows, and nothing of where it runs.

Pure modules: no clock, no network, no environment, no randomness. Whatever varies comes in as
an argument, so that a journal replays to the same state in any process.
"""

CODE_VERSION = "0.1.0"
"""Written into every journal record; a replay names the version that decided."""
