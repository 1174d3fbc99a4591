"""By whose rules evidence was judged: networks are dear and kept, a verdict is cheap and made anew.

Evidence carries a digest of the code that judged it. Asked for again it is judged again from the
networks that are there, where that code has changed since; shown as it is, it says so.
"""

from dataclasses import replace
from functools import cache
from hashlib import blake2b
from pathlib import Path

from core import training
from core.trials import Evidence

SCORED_BY = ("metrics.py", "scores.py")
"""The files of training that a verdict rests on beside all files of evidence."""
OLDER = (
    "This verdict was reached by the rules of an earlier version of the program; validate the run "
    "again to have it judged by those of today, which trains only networks that are gone."
)


@cache
def rules_of_today() -> str:
    """A digest of the code that chooses and judges; any change of it counts."""
    folder, scored = Path(__file__).parent, Path(str(training.__file__)).parent
    files = [*sorted(folder.rglob("*.py")), *(scored / name for name in SCORED_BY)]
    digest = blake2b(digest_size=8)
    for file in files:
        digest.update(file.read_bytes() if file.is_file() else b"")
    return digest.hexdigest()


def is_of_today(evidence: Evidence) -> bool:
    """Whether the rules have not changed since it was judged."""
    return evidence.rules == rules_of_today()


def with_age(evidence: Evidence) -> Evidence:
    """The evidence with a note where it was judged by other rules than those of today."""
    if not evidence.is_final or is_of_today(evidence) or OLDER in evidence.notes:
        return evidence
    return replace(evidence, notes=(*evidence.notes, OLDER))
