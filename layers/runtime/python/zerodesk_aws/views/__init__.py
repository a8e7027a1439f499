"""From what is stored, in ticks, lots and minor units, to what the API shows, in decimals.

A module for each kind, so that a function loads the contracts of what it shows, and no others.
"""
