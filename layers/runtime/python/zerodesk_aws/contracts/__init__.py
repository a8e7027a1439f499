"""Contracts: the shapes in which Zerodesk meets others, and how strictly they are read.

``fields`` is the grammar of single values, ``orders``, ``markets`` and ``accounts`` are the HTTPS
API, ``workflow`` what travels through Step Functions and the queue, ``events`` what is on the bus.
The OpenAPI document and the JSON schemas under ``events/`` are generated from these classes.
"""
