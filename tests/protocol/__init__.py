"""The protocol, explored: which schedules of few processes can break what must hold.

A scenario is small: two or three orders and the handlers that they pass through, in two regions,
unchanged, over the simulation's tables. At each call one of them is parked, and a schedule says
who goes on and what fails. All schedules with few deviations from running one after the other are
played, fewest first; then others by chance. ``docs/simulation.md`` describes it.
"""
