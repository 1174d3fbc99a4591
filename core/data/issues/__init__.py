"""What is wrong with a table, in sentences; an error stops a run, a warning does not.

rows          too few rows, patients, targets, features
copies        rows that are copies of others
targets       too few labels or classes; targets that are copies
features      infinite values, columns left out, constants, record numbers
leaks         features that are copies of a target or predict it by themselves
outcomes      features called like the targets
persons       columns that number persons, though their names do not say so
splits        names of a split that was made before
identifiers   names that suggest a person's particulars; whose rows they are, where nobody said
letter_case   texts that differ only by capitals
odd_texts     texts among numbers, and words for missing: a mend for each
proposals     dates and numbers read as text, numbers that stand for missing: a mend for each
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.data.coding import CodedTable, code_table
from core.data.issues.copies import copy_issues
from core.data.issues.features import feature_issues
from core.data.issues.identifiers import identifier_issues
from core.data.issues.issue import PATIENT, Issue, Severity
from core.data.issues.leaks import leak_issues
from core.data.issues.letter_case import case_issues
from core.data.issues.odd_texts import odd_issues
from core.data.issues.outcomes import outcome_issues
from core.data.issues.persons import person_issues
from core.data.issues.proposals import find_readings, proposal_issues
from core.data.issues.rows import row_issues
from core.data.issues.splits import split_issues
from core.data.issues.targets import target_issues
from core.data.roles import Roles
from core.data.whose import Occurrence

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Issue", "Severity", "find_issues", "judge"]

NOTHING_COUNTED: Mapping[str, Occurrence] = MappingProxyType({})

_ORDER = ("error", "warning", "notice")


def find_issues(
    frame: "pd.DataFrame", roles: Roles, counted: Mapping[str, Occurrence] = NOTHING_COUNTED
) -> tuple[Issue, ...]:
    """Everything to know about a table before a run: errors first, then warnings and notices.

    `counted` tells how often the values of some columns occur, where the frame is a sample.
    """
    return judge(frame, roles, code_table(frame, roles), counted)


def judge(
    frame: "pd.DataFrame",
    roles: Roles,
    coded: CodedTable,
    counted: Mapping[str, Occurrence] = NOTHING_COUNTED,
) -> tuple[Issue, ...]:
    """`find_issues` of a frame that is coded already."""
    if not len(frame):
        return (Issue("error", None, "The table has no rows. Give a table with rows."),)
    readings = find_readings(frame, roles)
    told = {*readings.hows, *(name for name, odd in readings.odd.items() if odd.among_numbers)}
    identifiers = tuple(identifier_issues(frame, roles, counted))
    if not _patients(identifiers):
        identifiers += tuple(person_issues(frame, roles, coded))
    told |= _patients(identifiers)
    issues = [
        *row_issues(roles, coded),
        *copy_issues(frame, roles, coded),
        *target_issues(coded),
        *feature_issues(frame, coded, told),
        *leak_issues(frame, roles, coded),
        *outcome_issues(roles, coded),
        *split_issues(frame, roles),
        *identifiers,
        *case_issues(frame, coded),
        *odd_issues(readings.odd, coded),
        *proposal_issues(readings.hows, coded),
    ]
    return tuple(sorted(issues, key=lambda issue: _ORDER.index(issue.severity)))


def _patients(issues: tuple[Issue, ...]) -> set[str]:
    """The columns that are said to name patients."""
    return {name for issue in issues for name, how in issue.mends if how == PATIENT}
