"""A size tells rows, inputs, tasks, classes and shapes as the engine makes them of a table."""

from dataclasses import replace

import numpy as np
import pandas as pd

from core.data import assign_roles, build_table
from core.estimate import Size, size_of, size_of_table


def test_the_size_of_a_table_is_what_the_engine_makes_of_it():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{k}": rng.normal(size=400) for k in range(5)})
    frame["two"] = rng.choice(["a", "b"], 400)
    frame["five"] = rng.choice(list("abcde"), 400)
    frame["forty"] = [f"level {k % 40}" for k in range(400)]
    frame["free"] = [f"text {k}" for k in range(400)]
    frame["y_1"], frame["y_2"] = rng.integers(0, 2, (2, 400))
    roles = assign_roles(frame, targets="y_*")
    size = size_of(frame, roles)
    table = build_table(frame, roles, 0)
    assert size == Size(400, len(table.feature_names), 2)
    assert replace(size, n_held=400) == size_of_table(table, 400)


def test_classes_own_samples_and_images_are_part_of_a_size():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{k}": rng.normal(size=400) for k in range(16)})
    frame["y_letter"] = rng.choice(list("abcdefg"), 400)
    frame["y_two"] = rng.integers(0, 2, 400).astype(float)
    assert size_of(frame, assign_roles(frame, targets="y_*")) == Size(400, 16, 2, n_classes=7)
    is_first = np.arange(400) < 200
    frame["y_letter"] = frame["y_letter"].where(is_first)
    frame["y_two"] = frame["y_two"].where(~is_first)
    roles = assign_roles(frame, targets="y_*", feature_shape=(4, 4))
    size, table = size_of(frame, roles), build_table(frame, roles, 0)
    assert (size.n_classes, size.has_own_samples, size.shape) == (7, True, (4, 4))
    assert size_of_table(table, 400) == replace(size, n_held=400)
