"""What is said of one point: in words, in plain text, on the screen only."""

from types import SimpleNamespace

import numpy as np
import pytest

from core.selection.one_sample import OneSample, OnTask, Unusual
from core.values import Kind, Task
from dashboard.point_detail import MOST_TASKS, say_label, say_sample

NAN = float("nan")


def report_of(*tasks):
    grouping = SimpleNamespace(labels=np.arange(len(tasks)) % 2)
    return SimpleNamespace(tasks=tasks, recommended=SimpleNamespace(grouping=grouping))


@pytest.mark.parametrize(
    ("kind", "classes", "label", "said"),
    [
        (Kind.BINARY, ("no", "yes"), 1.0, "yes"),
        (Kind.MULTICLASS, ("a", "b", "<i>c"), 2.0, "<i>c"),
        (Kind.REGRESSION, (), 3.14159, "3.14"),
        (Kind.TIME_TO_EVENT, (), 12.0, "event until 12.0"),
        (Kind.TIME_TO_EVENT, (), -12.0, "no event until 12.0"),
        (Kind.UNKNOWN, (), NAN, "unknown"),
    ],
)
def test_a_label_is_said_as_people_read_it(kind, classes, label, said):
    assert say_label(Task("y", kind, 10, 0.5, classes), label) == said


def test_a_sample_is_told_with_its_own_task_first_and_few_of_many():
    tasks = tuple(Task(f"y_{k}", Kind.BINARY, 10, 0.5, ("no", "yes")) for k in range(300))
    elsewhere = tuple(OnTask(k, 0.0, 300.0 - k) for k in range(1, 300))
    unusual = (Unusual("lactate", 8.2, 3.14), Unusual("age", 2.0, -2.0))
    told = say_sample(OneSample(1233, OnTask(0, 1.0, 0.5), elsewhere, unusual), report_of(*tasks))
    own, features = told.parts
    assert told.title == "Row 1,233 as y_0 sees it"
    assert own.rows[0] == ("y_0 (A)", "yes", "0.500")
    assert own.rows[1] == ("y_1 (B)", "no", "299")
    assert own.rows[-1] == (f"{300 - MOST_TASKS} more with smaller losses", "", "")
    assert len(own.rows) == MOST_TASKS + 1
    assert features.rows == (("lactate", "8.20", "+3.1 SD"), ("age", "2.00", "−2.0 SD"))


def test_a_sample_without_a_table_or_other_tasks_is_told_shortly():
    sample = OneSample(0, OnTask(0, NAN, NAN), (), ())
    told = say_sample(sample, report_of(Task("y", Kind.UNKNOWN, 1, NAN)))
    (own,) = told.parts
    assert own.rows == (("y (A)", "unknown", "–"),)
