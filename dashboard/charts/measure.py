"""What people call a measure, and what it measures in."""

from core.affinity import MEASURES
from core.values import Affinity


def measure_title(key: str) -> str:
    """The title of the affinity measure with this key; the key itself where it is unknown."""
    method = MEASURES.methods.get(key)
    return method.title if method else key


def unit_of(affinity: Affinity) -> str:
    """`distance`, `similarity`, or the `gain` of a target from a source."""
    method = MEASURES.methods.get(affinity.measure)
    if affinity.is_distance:
        return "distance"
    return "gain" if method and method.is_directed else "similarity"
