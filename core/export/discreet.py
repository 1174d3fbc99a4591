"""What a schema keeps of the data beyond what predictions need is taken out before it leaves.

A report names no text and no yes-or-no column that fewer than 11 training patients set apart
(`core.data.summarise`), and neither does an export:

- a text of fewer patients loses its name, so a new row with it counts as one with a text that was
  not there in training;
- the mean and spread of such a column would tell the count. They are replaced by others, and the
  first layer of the networks takes up the difference (`recoding`), so that predictions stay. The
  levels of one text column add up to all patients, so they go together;
- so would those of a number that fewer patients have at all, or have another value of than most: a
  rough mean and spread take their place, of an outcome too, whose head takes up the difference.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from core.data import TableSchema
from core.data.summarise import nameable_features
from core.export.recoding import Recoding, Retold, no_recoding
from core.fewest import FEWEST_SHOWN, is_of_few, roughly
from core.frozen import Frozen
from core.inputs import CLIP, InputScale
from core.training import Examples
from core.values import Kind, Split, TaskTable


@dataclass(frozen=True, eq=False)
class Discreet(Frozen):
    """A schema that may leave, the means and spreads of outcomes that may, and what the layers of
    a network for them make up for."""

    schema: TableSchema
    centre: Float[np.ndarray, " task"]
    scale: Float[np.ndarray, " task"]
    recoding: Recoding


def make_discreet(schema: TableSchema, table: TaskTable, examples: Examples) -> Discreet:
    """The same schema for the same inputs, without values of single rows that it could do without
    and without what fewer than 11 patients tell.

    Args:
        schema: of the table.
        table: whose training rows the networks saw.
        examples: as they saw them.
    """
    coarse = replace(schema, scale=_coarse(schema.scale))
    scale, recoding = coarse.scale, no_recoding(len(schema.input_names))
    for feature in np.flatnonzero(_few_features(schema, table)):
        values, is_usual_told = _two_values(table, int(feature))
        if len(values) == 2:
            scale = _retold(scale, int(feature), values)
        else:
            values, scale = _rough(scale, int(feature))
        inputs = [_input(one, int(feature), values) for one in (coarse.scale, scale)]
        flag = _flag_of(schema, table, int(feature))
        place = int(np.count_nonzero(scale.varies[:feature]))
        recoding = recoding.add(place, flag, *inputs) if is_usual_told else recoding.ignore(place)
    centre, spread, heads = _outcomes(examples)
    named = replace(_unnamed(coarse, table), scale=scale)
    return Discreet(named, centre, spread, replace(recoding, heads=heads))


def _outcomes(
    examples: Examples,
) -> tuple[Float[np.ndarray, " task"], Float[np.ndarray, " task"], tuple[Retold, ...]]:
    """Centres and scales that may be told, and what makes up for those that others stand for."""
    centre, scale, heads = examples.centre.copy(), examples.scale.copy(), []
    patient = examples.patient[examples.rows(Split.TRAIN)]
    for place, task in enumerate(examples.tasks):
        if task.kind is Kind.REGRESSION and is_of_few(examples.seen(place, Split.TRAIN), patient):
            centre[place], scale[place] = roughly(centre[place], scale[place])
            offset = (examples.centre[place] - centre[place]) / scale[place]
            heads.append((place, float(examples.scale[place] / scale[place]), float(offset)))
    return centre, scale, tuple(heads)


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
    """The features that vary but must not be named, those of the same text column, and numbers
    that few patients have.

    Pixels and steps of a series are no columns, and their layers cannot take up a difference.
    """
    few = schema.scale.varies.copy()
    if table.feature_shape:
        return np.zeros_like(few)
    rows = table.rows(Split.TRAIN)
    for feature in nameable_features(table):
        few[feature] = is_of_few(table.features[rows, feature], table.patient[rows])
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
    """The usual value of a yes-or-no feature and the other, and whether enough patients have the
    usual one, so that it may be told; of other features no value, and nothing is told."""
    rows = table.rows(Split.TRAIN)
    rows = rows[~np.isnan(table.features[rows, feature])]
    values, first = np.unique(table.features[rows, feature], return_inverse=True)
    if len(values) != 2:
        return np.zeros(0), True
    patients = [len(np.unique(table.patient[rows[first == side]])) for side in (0, 1)]
    usual = int(np.argmax(patients))
    return values[[usual, 1 - usual]].astype(np.float64), patients[usual] >= FEWEST_SHOWN


def _rough(scale: InputScale, feature: int) -> tuple[Float[np.ndarray, " two"], InputScale]:
    """A rough mean and spread of a number, and two values that are told by both scales."""
    mean, spread = scale.mean.copy(), scale.spread.copy()
    mean[feature], spread[feature] = roughly(mean[feature], spread[feature])
    values = scale.unit[feature] * (mean[feature] + spread[feature] * np.array([0.0, 1.0]))
    return values, replace(scale, mean=mean, spread=spread)


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
