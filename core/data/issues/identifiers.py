"""Columns whose names suggest that they identify a person."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from core.data.issues.issue import PATIENT, Issue, about_each
from core.data.issues.rows import FEWEST_PATIENTS
from core.data.roles import Roles
from core.data.whose import Occurrence, names_patients, occurrence_of, words_of

if TYPE_CHECKING:
    import pandas as pd

WORDS = {
    *("name", "surname", "forename", "firstname", "lastname", "fullname", "initials", "dob"),
    *("birth", "birthday", "birthdate", "mrn", "ssn", "nhs", "nino", "nric", "aadhaar", "passport"),
    *("address", "street", "postcode", "zip", "zipcode", "postal", "phone", "telephone", "mobile"),
    *("fax", "email", "mail", "insurance", "iban", "licence", "license"),
}
"""Words of a column name that stand for a person's particulars."""

PHRASES = {
    *("patient id", "person id", "subject id", "study id", "record number", "medical record"),
    *("hospital number",),
}
"""Pairs of words that do."""


def identifier_issues(
    frame: "pd.DataFrame", roles: Roles, counted: Mapping[str, Occurrence]
) -> Iterator[Issue]:
    """A warning for each feature whose name looks like identifying data.

    Ignoring is no way out where it tells which rows are of one patient: on either side of a split
    they would make tests of patients that were trained on.
    """
    said = [] if roles.patient_id else [n for n in roles.features if names_patients(n)]
    found = {name: counted.get(name) or occurrence_of(frame[name]) for name in said}
    many = [name for name in said if _repeats(frame[name], found[name])]
    yield from about_each(
        "warning",
        many,
        lambda name: f"says by its name whose row it is, and has {found[name]}",
        "Name it with --patient-id, so that all rows of a patient are in one split and count as "
        "one patient.",
        lambda name: PATIENT,
    )
    yield from about_each(
        "warning",
        [name for name in roles.features if looks_identifying(name) and name not in many],
        lambda name: "looks like identifying data by its name",
        "Drop it with --ignore. This screening can miss identifiers; check the others yourself.",
    )


def looks_identifying(name: str) -> bool:
    """Whether the words of a column name, split at signs and CamelCase, suggest a person."""
    words = words_of(name)
    pairs = {" ".join(pair) for pair in pairwise(words)}
    return bool(WORDS & set(words) or PHRASES & pairs)


def _repeats(column: "pd.Series", found: Occurrence) -> bool:
    """Whether a column may number patients that have several rows: by values that are no
    measurement, and by how often they repeat."""
    known = column.dropna()
    kind = known.dtype.kind  # with a hole in them whole numbers are floats
    is_code = kind in "OUiu" or (kind == "f" and bool((known % 1 == 0).all()))
    return is_code and FEWEST_PATIENTS <= found.n_values < found.n_rows
