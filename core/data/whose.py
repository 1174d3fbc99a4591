"""Columns that say whose row it is: by their names, and by how often their values come again."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

PATIENTS = {
    *("patient", "subject", "person", "mrn", "ssn", "nhs", "nino", "nric", "aadhaar"),
    *("patientid", "subjectid", "personid", "pid"),
}
"""Words of a column that says whose row it is, where its values repeat."""


class Occurrence(NamedTuple):
    """How many values a column has, in how many rows with one."""

    n_values: int
    n_rows: int
    where: str
    """What was counted, for people: `{n_values} values in {where}`."""

    def __str__(self) -> str:
        return f"{self.n_values:,} values in {self.where}"


def names_patients(name: str) -> bool:
    """Whether the name of a column says whose row it is."""
    words = words_of(name)
    is_number = words[-1:] in (["id"], ["no"], ["number"], ["nr"], ["code"]) or len(words) == 1
    return bool(PATIENTS & set(words)) and is_number


def occurrence_of(column: "pd.Series") -> Occurrence:
    """How often the values of a whole column occur."""
    n_rows = int(column.count())
    return Occurrence(int(column.nunique()), n_rows, f"{n_rows:,} rows")


def words_of(name: str) -> Sequence[str]:
    """The words of a column name, split at signs and CamelCase."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[a-z]+", spaced.lower())
