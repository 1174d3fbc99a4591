"""Counts of patients that are told in several tables at once: a reader who puts all of them together
(splits, labels, events, tasks) finds no small one. The reader is an integer programme."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from core.report.data import PLACES, to_data_document
from core.report.sizes import few_means, told_sizes
from core.summary import Summary
from core.values import Kind, Task

cells = st.lists(
    st.lists(
        st.one_of(st.just(0), st.integers(0, 12), st.integers(11, 400)), min_size=3, max_size=3
    ),
    min_size=3,
    max_size=3,
)


def summary_of(counts, records=1):
    """One task a table of (split, [events, others, no label]); every patient has so many records."""
    labels, patients = counts[:, :, :2], counts[0].sum(axis=-1)
    used = patients.sum() - counts[:, :, 2].sum(axis=-1).min()
    n, nothing = int(patients.sum()), np.zeros((len(counts),) * 2 + (2, 2))
    return Summary(
        n_records=n * records,
        n_used=int(used) * records,
        n_patients=n,
        splits=patients * records,
        labels=labels,
        feature_names=(),
        is_flag=np.zeros(0, dtype=bool),
        pull=np.zeros((len(counts), 0)),
        chance=float("nan"),
        pairs=nothing,
        patients=patients,
        used=np.array([used, n - used]),
        few_pairs=nothing > 0,
    )


def document_of(summary):
    tasks = tuple(Task(f"t{k}", Kind.BINARY, 0, 0.5) for k in range(len(summary.labels)))
    return to_data_document(summary, tasks, told_sizes(summary, tasks))


class Reader:
    """Unknowns: of every task and split the events, the others and those without a label; and the
    patients of each split."""

    def __init__(self, document):
        self.n_tasks = len(document["tasks"])
        self.n = 9 * self.n_tasks + 3
        self.rows, self.low, self.high = [], [], []
        for task in range(self.n_tasks):
            for place in range(3):
                row = self.at(task, place, 0, 1, 2)
                row[-3 + place] = -1
                self.know(row, 0, 0)
        told = document["patients_of"]
        self.tell([self.split(place) for place in range(3)], told)
        for number, task in enumerate(document["tasks"]):
            for key, kinds in (("events", (0,)), ("others", (1,)), ("labelled", (0, 1))):
                self.tell([self.at(number, place, *kinds) for place in range(3)], task[key])
        if (used := document["patients_used"]) is not None:
            for task in range(self.n_tasks):
                row = sum(self.at(task, place, 0, 1) for place in range(3))
                self.know(row, 0, used)

    def at(self, task, place, *kinds):
        row = np.zeros(self.n)
        row[[9 * task + 3 * place + kind for kind in kinds]] = 1
        return row

    def split(self, place):
        row = np.zeros(self.n)
        row[-3 + place] = 1
        return row

    def know(self, row, low, high):
        self.rows.append(row)
        self.low.append(low)
        self.high.append(high)

    def tell(self, rows, told):
        for row, place in zip([*rows, sum(rows)], PLACES, strict=True):
            if (said := told[place]) is not None:
                bounds = (1, 10) if said == "≤ 10" else (said, said)
                self.know(row, *bounds)

    def bounds(self, aim):
        known = LinearConstraint(np.array(self.rows), self.low, self.high)
        found = []
        for sign in (1, -1):
            answer = milp(
                sign * aim, constraints=known, bounds=(0, 5000), integrality=np.ones(self.n)
            )
            assert answer.success, "what is told contradicts itself"
            found.append(round(sign * answer.fun))
        return found


@settings(deadline=None, max_examples=60)
@given(cells)
@example([[0, 0, 0], [0, 0, 11], [11, 0, 1]])
@example([[0, 0, 0], [0, 0, 11], [11, 0, 10]])
def test_nothing_small_of_one_task_follows_from_all_that_is_told(table):
    counts = np.array([table])
    document = document_of(summary_of(counts))
    if document["patients"] == "≤ 10":
        return
    reader = Reader(document)
    sums = {(0,): "events", (1,): "others", (2,): "no label", (0, 1): "label"}
    for kinds, what in sums.items():
        by_place = counts[0][:, list(kinds)].sum(axis=1)
        rows = [reader.at(0, place, *kinds) for place in range(3)]
        for place, n in enumerate([*by_place, by_place.sum()]):
            if 1 <= n <= 10:
                low, high = reader.bounds(rows[place] if place < 3 else sum(rows))
                assert low < high, (what, PLACES[place])


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=2, max_size=3))
@example([[0, 0, 10], [0, 0, 10]])
def test_nothing_small_of_tasks_with_their_own_patients_follows_from_the_others(sizes):
    """Tasks × splits: whoever is labelled for one task has no label of another."""
    known = np.array(sizes)
    patients = known.sum(axis=0)
    counts = np.stack([known // 2, known - known // 2, patients - known], axis=-1)
    summary = summary_of(counts)
    n = int(patients.sum())
    document = document_of(replace(summary, used=np.array([n, 0])))
    if n <= 10:
        return
    reader = Reader(document)
    for place in range(3):  # the tasks share out the patients of a split
        row = sum(reader.at(task, place, 0, 1) for task in range(len(known))) - reader.split(place)
        reader.know(row, 0, 0)
    for task, place in np.argwhere((known >= 1) & (known <= 10)):
        low, high = reader.bounds(reader.at(task, place, 0, 1))
        assert low < high


def test_few_patients_without_a_label_are_not_what_is_left():
    """500 patients, 495 with a label: five have none."""
    counts = np.array([[[60, 237, 3], [20, 79, 1], [20, 79, 1]]])
    told = document_of(summary_of(counts))
    assert told["patients"] == 500
    assert told["tasks"][0]["events"]["total"] == 100
    assert told["tasks"][0]["labelled"]["total"] is None
    assert told["tasks"][0]["others"]["total"] is None
    complete = np.array([[[60, 240, 0], [20, 80, 0], [20, 80, 0]]])
    assert document_of(summary_of(complete))["tasks"][0]["labelled"]["total"] == 500


def test_a_small_task_with_its_own_patients_is_not_what_the_others_leave():
    known = np.array([[60, 20, 20], [90, 30, 30], [21, 7, 7]])
    counts = np.stack([known // 2, known - known // 2, known.sum(axis=0) - known], axis=-1)
    summary = summary_of(counts)
    tasks = document_of(replace(summary, used=np.array([285, 0])))["tasks"]
    for place in ("validation", "test"):
        assert tasks[2]["labelled"][place] != 7
        assert None in [tasks[k]["labelled"][place] for k in (0, 1)]


@pytest.mark.parametrize("records", [1, 7])
def test_records_are_told_only_where_their_patients_are(records):
    """Eight patients kept for testing have 8 or 56 records."""
    counts = np.array([[[20, 40, 0], [10, 15, 0], [4, 4, 0]]])
    told = document_of(summary_of(counts, records))
    assert [told["patients_of"][place] for place in PLACES] == [None, None, None, 93]
    assert [told["records_of"][place] for place in PLACES] == [None, None, None, 93 * records]
    assert told["records"] == 93 * records


@pytest.mark.parametrize(("records", "total"), [(1, 500), (5, 2500)])
def test_a_summary_of_an_earlier_version_tells_nothing_that_it_did_not_count(records, total):
    """It knew the records of each split, not their patients: the same only where each has one."""
    none = np.zeros(0, dtype=np.int64)
    counts = np.array([[[60, 240, 0], [20, 80, 0], [20, 80, 0]]])
    old = replace(summary_of(counts, records), patients=none, used=none)
    told = document_of(old)
    assert (told["records"], told["patients"]) == (total, 500)
    if records == 1:
        assert told == document_of(summary_of(counts))
    else:
        assert told["records_used"] is None
        assert set(told["patients_of"].values()) == {None}
        assert told["records_of"] == dict.fromkeys(PLACES[:3]) | {"total": total}
        assert told["tasks"][0]["events"]["total"] == 100
        assert set(told["tasks"][0]["labelled"].values()) == {None}


def test_a_summary_of_an_earlier_version_tells_no_mean_of_a_number():
    """It did not say whether fewer than 11 patients set the number apart."""
    tasks = (Task("died", Kind.BINARY, 300, 0.2), Task("days", Kind.REGRESSION, 300, 8.25))
    old = summary_of(np.array([[[60, 240, 0], [20, 80, 0], [20, 80, 0]]] * 2))
    assert few_means(old, tasks).tolist() == [False, True]
    assert few_means(replace(old, few_means=np.zeros(2, dtype=bool)), tasks).tolist() == [False] * 2
    assert few_means(None, tasks).tolist() == [False, False]
