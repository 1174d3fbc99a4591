"""Which groups to train next, and which to keep (METHODS §7).

    measured    groups trained so far and what their tasks gained
    rules       how many networks, overlap, who is pinned together or kept apart
    select      the best selection, exact wherever possible (subsets, programme, local)
    surrogate   what groups that nobody trained would gain (observed, kernel, tune, mean)
    acquire     the next groups to train (cold, candidates, prices, improve)
    search      any source of gains → the networks, by a strategy of `SEARCHES`
    table       a published table of measured groups, which can stand in for training

Which strategy? `surrogate` measures 3 T groups beside the single tasks; `pairs` all pairs;
`exhaustive` everything, T ≤ 8.

Example:
    >>> result = search(gain, ("age", "sex", "stroke"), networks=2, overlap=True)
    >>> result.selection.groups, result.selection.mean_gain
"""

from core.evidence.search.acquire import Acquisition, propose_groups
from core.evidence.search.measured import Group, Measured, as_group
from core.evidence.search.rules import Rules, named_rules
from core.evidence.search.search import SEARCHES, search
from core.evidence.search.select import Selection, select_groups
from core.evidence.search.strategy import SearchResult, Strategy
from core.evidence.search.surrogate import Surrogate, fit_surrogate
from core.evidence.search.table import GainTable, read_measured

__all__ = [
    "SEARCHES",
    "Acquisition",
    "GainTable",
    "Group",
    "Measured",
    "Rules",
    "SearchResult",
    "Selection",
    "Strategy",
    "Surrogate",
    "as_group",
    "fit_surrogate",
    "named_rules",
    "propose_groups",
    "read_measured",
    "search",
    "select_groups",
]
