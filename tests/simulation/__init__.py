"""The simulation: the real handlers over a cloud in memory, with everything that can go wrong.

One thread, one seed: a scheduler decides at each call to AWS who goes on and what fails. The same
seed leads to the same journals, in every process.
"""
