"""Recorded trades through the HTTPS API, and what the venue made of them.

Each trade becomes an order that rests and an order that takes it. ``scoreboard`` decides what may
be in flight together, ``run`` sends it, ``comparison`` holds the venue to the file.
"""
