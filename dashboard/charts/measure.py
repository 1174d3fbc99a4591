"""What people call a measure, and what it measures in."""

from core.affinity import MEASURES
from core.affinity.given import GIVEN, SUMMARY, TITLE
from core.values import Affinity


def measure_title(key: str) -> str:
    """The title of the affinity measure with this key; the key itself where it is unknown."""
    if key == GIVEN:
        return TITLE
    method = MEASURES.methods.get(key)
    return method.title if method else key


def unit_of(affinity: Affinity) -> str:
    """`distance`, `similarity`, or the `gain` of a target from a source."""
    method = MEASURES.methods.get(affinity.measure)
    if affinity.is_distance:
        return "distance"
    return "gain" if method and method.is_directed else "similarity"


def measure_summary(key: str) -> str:
    """What the affinity measure with this key sees; empty where it is unknown."""
    if key == GIVEN:
        return SUMMARY
    method = MEASURES.methods.get(key)
    return method.summary if method else ""
