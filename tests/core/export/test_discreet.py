"""A discreet schema feeds a model the same, and tells less."""

import numpy as np
import pandas as pd

from core.data import assign_roles, build_table, fit_schema
from core.export.discreet import make_discreet
from tests.core.export.cohort import SECRET, SECRET_NOTE, TASKS, TIME, mixed_frame


def schema_of(frame):
    roles = assign_roles(frame, targets=TASKS, ignore=["died", "id", TIME])
    return fit_schema(frame, roles, build_table(frame, roles))


def test_inputs_stay_the_same():
    frame = mixed_frame().assign(
        huge=1e300 * np.linspace(-1, 1, 400), tiny=np.linspace(1e-308, 3e-308, 400), none=0.0
    )
    schema = schema_of(frame)
    new = pd.concat([frame, mixed_frame(seed=1).assign(huge=1e308, tiny=-1.0, none=3.0)])
    made = make_discreet(schema).apply(new)
    np.testing.assert_allclose(made, schema.apply(new), rtol=1e-6, atol=1e-6)


def test_extremes_rare_levels_and_constants_are_gone():
    schema = schema_of(mixed_frame())
    text = str(schema.to_spec())
    assert SECRET_NOTE in text
    assert str(SECRET)[:6] in text
    told = str(make_discreet(schema).to_spec())
    assert SECRET_NOTE not in told
    assert str(SECRET)[:6] not in told
