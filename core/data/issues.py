"""What is wrong with a table, in sentences; an error stops the run, a warning does not."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.data.coding import CodedTable, code_table
from core.data.roles import Roles

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["error", "warning", "notice"]


@dataclass(frozen=True)
class Issue:
    """One sentence about a column, or about the whole table where `column` is None."""

    severity: Severity
    column: str | None
    message: str


def find_issues(frame: "pd.DataFrame", roles: Roles) -> tuple[Issue, ...]:
    """Everything to know before a run, errors first."""
    return judge(frame, roles, code_table(frame, roles))


def judge(frame: "pd.DataFrame", roles: Roles, coded: CodedTable) -> tuple[Issue, ...]:
    """`find_issues` of a frame that is coded already."""
    return ()
