"""An AWS in memory: the services that Zerodesk stands on, behind the calls that its clients make.

Each service does what AWS promises and no more: where AWS may answer late, twice, out of order or
with an older version, the model can be told to.
"""
