"""What people call a measure."""

from core.affinity import MEASURES


def measure_title(key: str) -> str:
    """The title of the affinity measure with this key; the key itself where it is unknown."""
    method = MEASURES.methods.get(key)
    return method.title if method else key
