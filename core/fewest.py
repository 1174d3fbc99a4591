"""How many patients there must be before anything about them is told."""

FEWEST_SHOWN = 11
"""Of fewer a count, a mean or a time may tell somebody apart."""
