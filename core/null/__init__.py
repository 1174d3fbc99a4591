"""What chance reaches: the chosen measure, of tables whose tasks have nothing in common.

unrelated  such tables, made of a given one
measure    the measure of them, again and again
"""

from core.null.measure import N_PERMUTATIONS, measure_null

__all__ = ["N_PERMUTATIONS", "measure_null"]
