"""Seeded bugs: small patches of the product, each of which something must catch.

A simulation that finds nothing proves little until it is known what it would find. Each mutant is
a bug that a careless engineer would write; it lives in a process of its own, never in the tree.
"""
