"""Columns whose names suggest that they identify a person."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from core.data.issues.issue import Issue, about_each

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


def identifier_issues(features: Sequence[str]) -> Iterator[Issue]:
    """A warning for each feature whose name looks like identifying data."""
    yield from about_each(
        "warning",
        [name for name in features if looks_identifying(name)],
        lambda name: "looks like identifying data by its name",
        "Drop it with --ignore. This screening can miss identifiers; check the others yourself.",
    )


def looks_identifying(name: str) -> bool:
    """Whether the words of a column name, split at signs and CamelCase, suggest a person."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = re.findall(r"[a-z]+", spaced.lower())
    pairs = {" ".join(pair) for pair in pairwise(words)}
    return bool(WORDS & set(words) or PHRASES & pairs)
