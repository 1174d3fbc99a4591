"""What a schema keeps of the data beyond what predictions need is taken out before it leaves."""

from dataclasses import replace

import numpy as np

from core.data import TableSchema
from core.inputs import InputScale


def make_discreet(schema: TableSchema) -> TableSchema:
    """The same schema for the same inputs, without values of single rows that it could do without.

    The unit of a feature is its largest training value; the power of two below it does as well.
    Levels of a text that share one column need not be named, nor the mean of a feature that never
    varies.
    """
    scale = schema.scale
    unit = np.ldexp(0.5, np.frexp(scale.unit)[1])
    ratio = scale.unit / unit
    return replace(
        schema,
        columns=tuple(
            replace(code, levels=code.levels[: code.n_shown]) if code.has_rest else code
            for code in schema.columns
        ),
        scale=InputScale(
            unit=np.where(scale.varies, unit, 1.0),
            mean=np.where(scale.varies, scale.mean * ratio, 0.0),
            spread=np.where(scale.varies, scale.spread * ratio, 0.0),
            varies=scale.varies,
            flagged=scale.flagged,
        ),
    )
