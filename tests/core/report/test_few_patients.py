"""Eleven rows of one patient are one patient, wherever a report counts; of tables in memory, streamed
from a file, and of tasks with samples of their own."""

import numpy as np
import pandas as pd
import pytest

from core import run
from core.data import load_table
from core.data.streamed import open_table
from core.landscape import OneStep
from core.report import to_document
from tests.cohort import plan_with
from tests.core.streamed_tables import save

N, ROWS = 400, 11
PLAN = plan_with(landscape=OneStep(width=8, starts=1, max_points=100))


def cohort():
    """400 patients of one row, a patient who is alone in much with eleven, and one without labels
    with eleven."""
    rng = np.random.default_rng(0)
    n = N + 2 * ROWS
    frame = pd.DataFrame(rng.normal(size=(n, 3)), columns=list("abc"))
    one, blank = np.zeros((2, n), dtype=bool)
    one[N : N + ROWS], blank[N + ROWS :] = True, True
    half = rng.random(n) < 0.5
    frame["id"] = np.where(one, 900, np.where(blank, 901, np.arange(n)))
    frame["y_events"] = one.astype(float)
    frame["y_others"] = (~one).astype(float)
    frame["y_known"] = np.where(one, np.arange(n) % 2, np.nan)
    frame["y_missing"] = np.where(one, np.nan, rng.random(n) < 0.4)
    frame["y_left"] = (half | one).astype(float)
    frame["y_right"] = (~half | one).astype(float)
    frame["y_class"] = np.where(one, "odd", rng.choice(["mild", "severe"], n)).astype(object)
    unknown = ~one & (rng.random(n) < 0.1)
    frame["y_number"] = np.where(unknown, np.nan, np.where(one, np.arange(n) / 4, 0.0))
    frame["y_score"] = np.where(unknown, np.nan, rng.normal(size=n))
    frame.loc[blank, [name for name in frame if name.startswith("y_")]] = np.nan
    return frame


def in_memory(path):
    return load_table(cohort(), "y_*", patient_id="id")


def streamed(path):
    return open_table(save(cohort(), path / "t.parquet"), "y_*", patient_id="id")


def own_samples(path):
    """A file a task: in one all events are of one patient, another has no other patient at all."""
    rng, first = np.random.default_rng(0), 0
    for name, n in (("y_plain", 300), ("y_events", 300), ("y_known", 0)):
        frame = pd.DataFrame(rng.normal(size=(n + ROWS, 3)), columns=list("abc"))
        is_one = np.arange(n + ROWS) >= n
        frame["id"] = first + np.where(is_one, n, np.arange(n + ROWS))
        frame["y"] = is_one if name == "y_events" else np.arange(n + ROWS) % 2
        frame.to_csv(path / f"{name}.csv", index=False)
        first += n + 1
    return load_table(path, patient_id="id")


def task(document, name):
    return next(one for one in document["data"]["tasks"] if one["task"] == name)


def entry(document, name):
    return next(one for one in document["tasks"] if one["name"] == name)


def pair(document, measure, *names):
    place = [one["name"] for one in document["tasks"]]
    found = [document["affinity"], *document["other_affinities"]]
    values = next(one["values"] for one in found if one["measure"] == measure)
    return values[place.index(names[0])][place.index(names[1])]


PLACES = {
    "events": lambda d: [*task(d, "y_events")["events"].values()],
    "the share of events": lambda d: [entry(d, "y_events")["prevalence"]],
    "labels": lambda d: [*task(d, "y_known")["labelled"].values()],
    "labels of a task": lambda d: [entry(d, "y_known")["n_labelled"]],
}
SHARED = {
    "others": lambda d: [*task(d, "y_others")["others"].values()],
    "the share of others": lambda d: [entry(d, "y_others")["prevalence"]],
    "no label": lambda d: [task(d, "y_missing")["labelled"]["total"]],
    "no label of a task": lambda d: [entry(d, "y_missing")["n_labelled"]],
    "records without any label": lambda d: [d["data"]["records_used"], d["data"]["patients_used"]],
    "labels that meet": lambda d: [pair(d, "label_agreement", "y_left", "y_right")],
    "a mean": lambda d: [entry(d, "y_number")["mean"]],
    "classes that meet": lambda d: [
        pair(d, "label_agreement", "y_left", "y_class"),
        pair(d, "label_agreement", "y_class", "y_right"),
    ],
}
HIDDEN = (None, "≤ 10")


@pytest.fixture(scope="module", params=[in_memory, streamed, own_samples])
def told(request, tmp_path_factory):
    """The kind of table, and its report; what a table is refused for is not asked."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("core.data.table", "core.data.streamed.opening"):
            patch.setattr(f"{module}.stop_at_errors", lambda issues: None)
        table = request.param(tmp_path_factory.mktemp("tables"))
    return request.param, to_document(run(table, PLAN))


@pytest.mark.parametrize("place", [*PLACES, *SHARED])
def test_eleven_rows_of_one_patient_are_one_patient(told, place):
    kind, document = told
    if kind is own_samples and place in SHARED:
        pytest.skip("tasks with samples of their own share none")
    for value in (PLACES | SHARED)[place](document):
        assert value in HIDDEN or value == 0, place


def test_what_many_patients_have_is_told(told):
    kind, document = told
    events = task(document, "y_plain" if kind is own_samples else "y_left")["events"]
    assert events["total"] == (151 if kind is own_samples else cohort()["y_left"].sum() - ROWS + 1)
    if kind is not own_samples:
        assert entry(document, "y_score")["mean"] == pytest.approx(cohort()["y_score"].mean())
    assert document["data"]["patients"] == (603 if kind is own_samples else N + 2)


def test_sizes_stand_beside_the_numbers_as_they_may_be_told(told):
    _, document = told
    data, provenance = document["data"], document["provenance"]["data"]
    assert provenance["n_samples"] == data["records"]
    for split in ("train", "validation", "test"):
        assert provenance[f"n_{split}"] == data["records_of"][split]
