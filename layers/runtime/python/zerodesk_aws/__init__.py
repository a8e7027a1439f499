"""Zerodesk on AWS: tables, journal, queue, bus and the contracts at the edges."""
