"""What a schema keeps of the data beyond what predictions need is taken out before it leaves.

A report names no text and no yes-or-no column that fewer than 11 training patients set apart
(`core.data.summarise`), and neither does an export:

- a text of fewer patients loses its name, so a new row with it counts as one with a text that was
  not there in training;
- the mean and spread of such a column would tell the count. They are replaced by others, and the
  first layer of the networks takes up the difference (`recoding`), so that predictions stay. The
  levels of one text column add up to all patients, so they go together.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from core.data import TableSchema
from core.data.pair_counts import FEWEST_SHOWN
from core.data.summarise import nameable_features
from core.export.recoding import Recoding, no_recoding
from core.frozen import Frozen
from core.inputs import CLIP, InputScale
from core.values import Split, TaskTable


@dataclass(frozen=True, eq=False)
class Discreet(Frozen):
    """A schema that may leave, and what the first layer of a network for it makes up for."""

    schema: TableSchema
    recoding: Recoding


def make_discreet(schema: TableSchema, table: TaskTable) -> Discreet:
    """The same schema for the same inputs, without values of single rows that it could do without
    and without what fewer than 11 patients tell.

    Args:
        schema: of the table.
        table: whose training rows the networks saw.
    """
    coarse = replace(schema, scale=_coarse(schema.scale))
    few = _few_features(schema, table)
    old, scale, recoding = coarse.scale, coarse.scale, no_recoding(len(schema.input_names))
    for feature in np.flatnonzero(few):
        values, holds = _two_values(table, int(feature))
        scale = _retold(scale, int(feature), values)
        inputs = [_input(one, int(feature), values) for one in (old, scale)]
        flag = _flag_of(schema, table, int(feature))
        place = int(np.count_nonzero(old.varies[:feature]))
        recoding = recoding.add(place, flag, *inputs) if holds else recoding.ignore(place)
    return Discreet(replace(_unnamed(coarse, table), scale=scale), recoding)


def _coarse(scale: InputScale) -> InputScale:
    """The unit of a feature is its largest training value; the power of two below it does as well.
    Nothing is said of a feature that never varies."""
    unit = np.ldexp(0.5, np.frexp(scale.unit)[1])
    ratio = scale.unit / unit
    return InputScale(
        unit=np.where(scale.varies, unit, 1.0),
        mean=np.where(scale.varies, scale.mean * ratio, 0.0),
        spread=np.where(scale.varies, scale.spread * ratio, 0.0),
        varies=scale.varies,
        flagged=scale.flagged,
    )


def _few_features(schema: TableSchema, table: TaskTable) -> Bool[np.ndarray, " feature"]:
    """The features that vary but must not be named, and those of the same text column.

    Pixels and steps of a series are no columns, and their layers cannot take up a difference.
    """
    few = schema.scale.varies.copy()
    if table.feature_shape:
        return np.zeros_like(few)
    few[nameable_features(table)] = False
    for places in _places(schema):
        few[places] = few[places].any()
    found: np.ndarray = few & schema.scale.varies
    return found


def _places(schema: TableSchema) -> list[slice]:
    """Where the features of each column stand."""
    ends = np.cumsum([len(code.feature_names) for code in schema.columns])
    return [
        slice(int(end) - len(code.feature_names), int(end))
        for code, end in zip(schema.columns, ends, strict=True)
    ]


def _two_values(table: TaskTable, feature: int) -> tuple[Float[np.ndarray, " two"], bool]:
    """The usual value of a yes-or-no feature and the other; whether enough patients have the usual
    one, so that it may be told."""
    rows = table.rows(Split.TRAIN)
    rows = rows[~np.isnan(table.features[rows, feature])]
    values, first = np.unique(table.features[rows, feature], return_inverse=True)
    patients = [len(np.unique(table.patient[rows[first == side]])) for side in (0, 1)]
    usual = int(np.argmax(patients))
    return values[[usual, 1 - usual]].astype(np.float64), patients[usual] >= FEWEST_SHOWN


def _retold(scale: InputScale, feature: int, values: Float[np.ndarray, " two"]) -> InputScale:
    """The usual value becomes 0 and the other the largest input there is, whatever the counts."""
    unit, mean, spread = scale.unit.copy(), scale.mean.copy(), scale.spread.copy()
    usual, other = values / unit[feature]
    mean[feature] = usual
    spread[feature] = np.ldexp(0.5, np.frexp(abs(other - usual))[1]) / CLIP
    return replace(scale, unit=unit, mean=mean, spread=spread)


def _input(
    scale: InputScale, feature: int, values: Float[np.ndarray, " two"]
) -> Float[np.ndarray, " two"]:
    """What a network is fed for two values of a feature."""
    scaled = (values / scale.unit[feature] - scale.mean[feature]) / scale.spread[feature]
    return np.asarray(np.clip(scaled, -CLIP, CLIP))


def _flag_of(schema: TableSchema, table: TaskTable, feature: int) -> int | None:
    """The input that says where a feature is missing, if it ever was in training."""
    rows = table.rows(Split.TRAIN)
    missing = np.isnan(table.features[rows, feature])
    for number, flagged in enumerate(schema.scale.flagged):
        if np.array_equal(missing, np.isnan(table.features[rows, flagged])):
            return int(np.count_nonzero(schema.scale.varies)) + number
    return None


def _unnamed(schema: TableSchema, table: TaskTable) -> TableSchema:
    """Texts that share one column need not be named; those of few patients must not be."""
    columns = []
    for code, places in zip(schema.columns, _places(schema), strict=True):
        if not code.levels:
            columns.append(code)
            continue
        kept = code.levels[: code.n_shown] if code.has_rest else code.levels
        counts = _patients_of_levels(table, places)[: len(kept)]
        both = zip(kept, counts, strict=True)
        named = tuple(level if count >= FEWEST_SHOWN else "" for level, count in both)
        columns.append(replace(code, levels=named))
    return replace(schema, columns=tuple(columns))


def _patients_of_levels(table: TaskTable, places: slice) -> list[int]:
    """Training patients of each level with a column of its own; of two levels, of both."""
    rows = table.rows(Split.TRAIN)
    features: Float[np.ndarray, "row level"] = table.features[rows, places]
    has = [*(features.T == 1), *([features[:, 0] == 0] if features.shape[1] == 1 else [])]
    patient: Int[np.ndarray, " row"] = table.patient[rows]
    return [len(np.unique(patient[one])) for one in has]
