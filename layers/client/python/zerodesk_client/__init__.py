"""Zerodesk from outside: the typed client of its HTTPS API, the replay, the demo, the CLI.

Nothing here knows AWS; what it knows of the venue is its API and its vocabulary.
"""
