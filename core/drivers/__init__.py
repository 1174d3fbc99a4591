"""Which patients and which columns drive a group of tasks; aggregates only, each beside chance.

measure   the agreement of groups by patient and by column, and the same by chance
chance    the one beside the other: what is above chance, and how much
sources   from the inputs of a model back to the columns of the data
traits    what sets the driving patients apart
"""

from core.drivers.measure import measure_drivers

__all__ = ["measure_drivers"]
