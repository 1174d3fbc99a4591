"""Which groups to train next, and which to keep (METHODS §7).

measured    groups trained so far and what their tasks gained
rules       how many networks, overlap, who is pinned together or kept apart
select      the best selection, exact wherever possible (subsets, programme, local)
surrogate   what groups that nobody trained would gain (kernel, tune)
acquire     the next groups to train (cold, candidates, prices)
"""

from core.evidence.search.acquire import Acquisition, propose_groups
from core.evidence.search.measured import Group, Measured, as_group
from core.evidence.search.rules import Rules, named_rules
from core.evidence.search.select import Selection, select_groups
from core.evidence.search.surrogate import Surrogate, fit_surrogate

__all__ = [
    "Acquisition",
    "Group",
    "Measured",
    "Rules",
    "Selection",
    "Surrogate",
    "as_group",
    "fit_surrogate",
    "named_rules",
    "propose_groups",
    "select_groups",
]
