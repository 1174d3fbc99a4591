"""One code for every batch of a table, made from a sample that holds each of its labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int, UInt64

from core.data.columns import Holds, as_levels, as_numbers, what_holds
from core.data.features import ColumnCode, apply_codes, fit_codes
from core.data.names import quoted
from core.data.roles import Roles
from core.data.table import fits_single
from core.data.targets import TargetCode, fit_target
from core.errors import TableError
from core.keys import hash_keys

if TYPE_CHECKING:
    import pandas as pd

ROW, PATIENT = 11, 12
"""Purposes of hashes: of a row's number, of a patient's id."""

LARGEST_SINGLE = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class TableCoder:
    """Frames with the columns of one file → numbers; what a column holds is asked of no batch."""

    features: tuple[ColumnCode, ...]
    targets: tuple[TargetCode, ...]
    patient: str | None
    patient_holds: Holds
    is_single: bool
    """Whether features lose nothing that matters in single precision."""
    labels_single: bool

    @property
    def feature_names(self) -> tuple[str, ...]:
        return tuple(name for code in self.features for name in code.feature_names)

    @property
    def label_columns(self) -> tuple[str, ...]:
        """What labels, splits and blocks are made of."""
        events = (code.event for code in self.targets if code.event)
        patient = () if self.patient is None else (self.patient,)
        return tuple(dict.fromkeys((*(code.name for code in self.targets), *events, *patient)))

    @property
    def columns(self) -> tuple[str, ...]:
        """Everything that is read."""
        return tuple(dict.fromkeys((*(code.name for code in self.features), *self.label_columns)))

    def code_features(self, frame: "pd.DataFrame") -> Float[np.ndarray, "row feature"]:
        """The features of a batch.

        Raises:
            TableError: an infinite value; the line names its column.
        """
        values = apply_codes(frame, self.features)
        infinite = np.flatnonzero(np.isinf(values).any(axis=0))
        if len(infinite):
            raise TableError(
                f"Column {quoted(self.feature_names[infinite[0]])} has an infinite value. Replace "
                "it with a number or an empty cell, or drop the column with --ignore."
            )
        if not self.is_single:
            return values
        return np.asarray(np.clip(values, -LARGEST_SINGLE, LARGEST_SINGLE), dtype=np.float32)

    def code_labels(self, frame: "pd.DataFrame") -> Float[np.ndarray, "row task"]:
        """The labels of a batch."""
        labels = np.stack([code(frame) for code in self.targets], axis=1)
        return labels.astype(np.float32).astype(np.float64) if self.labels_single else labels

    def hash_patients(
        self, frame: "pd.DataFrame", number: Int[np.ndarray, " row"]
    ) -> UInt64[np.ndarray, " row"]:
        """A word for the patient of each row; a row without an id is a patient of its own."""
        alone = hash_keys(number.astype(np.uint64), 0, ROW)
        if self.patient is None:
            return alone
        column = frame[self.patient]
        if self.patient_holds is Holds.TEXT:
            word, known = _hash_texts(column)
        else:
            values = as_numbers(column) + 0.0  # −0 is 0
            word, known = values.view(np.uint64), ~np.isnan(values)
        return np.where(known, hash_keys(word, 0, PATIENT), alone)


def fit_coder(frame: "pd.DataFrame", roles: Roles) -> TableCoder:
    """The code of a file from a sample of its rows that holds each of its labels."""
    features, _ = fit_codes(frame, roles.features)
    targets = tuple(fit_target(frame, name, roles) for name in roles.targets)
    patient = roles.patient_id
    labels = np.stack([code(frame) for code in targets], axis=1)
    return TableCoder(
        features=features,
        targets=targets,
        patient=patient,
        patient_holds=Holds.NUMBERS if patient is None else what_holds(frame[patient]),
        is_single=fits_single(apply_codes(frame, features)),
        labels_single=fits_single(labels),
    )


def number_patients(patient: UInt64[np.ndarray, " row"]) -> Int[np.ndarray, " row"]:
    """0, 1, … for the patients of a few rows."""
    return np.asarray(np.unique(patient, return_inverse=True)[1])


def _hash_texts(
    column: "pd.Series",
) -> tuple[UInt64[np.ndarray, " row"], Sequence[bool] | np.ndarray]:
    import pandas as pd

    codes, texts = as_levels(column)
    words = pd.util.hash_array(np.array([*texts, ""], dtype=object))
    return words[codes].astype(np.uint64), codes >= 0
