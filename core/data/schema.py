"""What was learned of the columns of one frame, so that a NEW frame gives a model the same inputs.

schema = fit_schema(frame, roles, build_table(frame, roles))
schema.apply(other)            # what `model_inputs` gives, row by row
TableSchema.from_spec(json.loads(json.dumps(schema.to_spec()))) == schema
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32

from core.data.columns import Holds
from core.data.features import ColumnCode, apply_codes, fit_codes, plain_numbers
from core.data.mends import mend_columns
from core.data.names import listed, quoted, suggestion
from core.data.reading import name_columns
from core.data.roles import Roles
from core.errors import TableError
from core.frozen import Frozen
from core.inputs import InputScale, apply_scale, fit_scale
from core.values import Kind, TaskTable

if TYPE_CHECKING:
    import pandas as pd

VERSION = 1


@dataclass(frozen=True, eq=False)
class TableSchema(Frozen):
    """How the columns of a frame become a model's inputs, and what the model predicts from them.

    `is_single` tells that the features were rounded to single precision before they were
    standardised. `classes` names the label codes of each task, none for numbers and times.
    """

    columns: tuple[ColumnCode, ...]
    is_single: bool
    scale: InputScale
    feature_shape: tuple[int, ...]
    mends: tuple[tuple[str, str], ...]
    task_names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    classes: tuple[tuple[str, ...], ...]

    def check(self) -> None:
        if len(self.scale.unit) != len(self.feature_names):
            raise ValueError(f"{len(self.feature_names)} features, {len(self.scale.unit)} scales")
        if not len(self.task_names) == len(self.kinds) == len(self.classes):
            raise ValueError("every task needs a name, a kind and its classes")

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features that the columns become."""
        return tuple(name for code in self.columns for name in code.feature_names)

    @property
    def input_names(self) -> tuple[str, ...]:
        """What each input says, in order."""
        names = self.feature_names
        kept = (names[place] for place in np.flatnonzero(self.scale.varies))
        return (*kept, *(f"{names[place]} is missing" for place in self.scale.flagged))

    def apply(self, frame: "pd.DataFrame") -> Float32[np.ndarray, "sample input"]:
        """The inputs of a new frame; its other columns, targets too, are not looked at.

        A text that the model never saw goes to the levels without a column of their own, or counts
        as missing where there are none; a number outside the known range is cut off at ± 10
        standard deviations.

        Raises:
            TableError: a column is missing, holds something else than before, or an infinite
                value; the line names it.
        """
        frame = name_columns(frame)
        self._check_columns(frame)
        frame = mend_columns(frame, dict(self.mends))
        self._check_kinds(frame)
        features = apply_codes(frame, self.columns)
        infinite = np.flatnonzero(np.isinf(features).any(axis=0))
        if len(infinite):
            raise TableError(
                f"Column {quoted(self.feature_names[infinite[0]])} has an infinite value. "
                "Replace it with a number or an empty cell."
            )
        if self.is_single:
            with np.errstate(over="ignore", under="ignore"):  # cut off at ± 10 anyway
                features = features.astype(np.float32)
        return apply_scale(self.scale, features)

    def _check_columns(self, frame: "pd.DataFrame") -> None:
        there = set(frame.columns)
        missing = [code.name for code in self.columns if code.name not in there]
        if missing:
            raise TableError(
                f"The table lacks {listed(missing)}, which the model was made with. "
                f"{suggestion(missing[0], there)}Add the column, empty where it is not known."
            )

    def _check_kinds(self, frame: "pd.DataFrame") -> None:
        plain = plain_numbers(frame)
        for code in self.columns:
            if code.holds is not Holds.NUMBERS or code.name not in plain:
                code.check_column(frame[code.name])

    def to_spec(self) -> dict[str, Any]:
        """A JSON-ready description; `from_spec` reads it back to the last bit."""
        return {
            "schema_version": VERSION,
            "columns": [
                {
                    "name": code.name,
                    "holds": str(code.holds),
                    "levels": list(code.levels),
                    "n_shown": code.n_shown,
                    "has_rest": code.has_rest,
                }
                for code in self.columns
            ],
            "is_single": self.is_single,
            "scale": {name: array.tolist() for name, array in self.scale._items()},
            "feature_shape": list(self.feature_shape),
            "mends": dict(self.mends),
            "tasks": [
                {"name": name, "kind": str(kind), "classes": list(classes)}
                for name, kind, classes in zip(
                    self.task_names, self.kinds, self.classes, strict=True
                )
            ],
        }

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> "TableSchema":
        """The schema that `to_spec` described.

        Raises:
            TableError: the description is damaged or of a newer version.
        """
        try:
            if spec["schema_version"] > VERSION:
                raise TableError("The schema was written by a newer version; update this one.")
            return cls(
                columns=tuple(_column_of(column) for column in spec["columns"]),
                is_single=bool(spec["is_single"]),
                scale=_scale_of(spec["scale"]),
                feature_shape=tuple(spec["feature_shape"]),
                mends=tuple(dict(spec["mends"]).items()),
                task_names=tuple(task["name"] for task in spec["tasks"]),
                kinds=tuple(Kind(task["kind"]) for task in spec["tasks"]),
                classes=tuple(tuple(task["classes"]) for task in spec["tasks"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise TableError(
                "The schema of the model is damaged; export the model again."
            ) from error


def fit_schema(frame: "pd.DataFrame", roles: Roles, table: TaskTable) -> TableSchema:
    """What `build_table(frame, roles)`, which is `table`, and `model_inputs` learned of a frame.

    Raises:
        ValueError: the table is of another frame or other roles.
    """
    codes, _ = fit_codes(frame, roles.features)
    names = tuple(name for code in codes for name in code.feature_names)
    if names != table.feature_names or roles.targets != table.task_names:
        raise ValueError("the table was built from another frame or other roles")
    return TableSchema(
        columns=codes,
        is_single=table.features.dtype == np.float32,
        scale=fit_scale(table),
        feature_shape=table.feature_shape,
        mends=tuple((name, how) for name, how in roles.mends if name in set(roles.features)),
        task_names=table.task_names,
        kinds=tuple(task.kind for task in table.tasks),
        classes=tuple(task.classes for task in table.tasks),
    )


def _column_of(spec: Mapping[str, Any]) -> ColumnCode:
    return ColumnCode(
        name=spec["name"],
        holds=Holds(spec["holds"]),
        levels=tuple(spec["levels"]),
        n_shown=int(spec["n_shown"]),
        has_rest=bool(spec["has_rest"]),
    )


def _scale_of(spec: Mapping[str, Any]) -> InputScale:
    return InputScale(
        unit=np.array(spec["unit"], dtype=np.float64),
        mean=np.array(spec["mean"], dtype=np.float64),
        spread=np.array(spec["spread"], dtype=np.float64),
        varies=np.array(spec["varies"], dtype=bool),
        flagged=np.array(spec["flagged"], dtype=np.int64),
    )
