"""What is on the bus, a module a source. Facts in the past tense, in ticks, lots and minor units.

An event wakes somebody up and proves nothing by itself: the truth is in the journal. A change that
a reader of an event could trip over is a new version, beside the old one.
"""
