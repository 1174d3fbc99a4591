"""What stands in the files of an export, and what never does."""

import json
import re
import struct

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.metrics import (
    average_precision_score,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
)

from core.data import Roles, fit_schema
from core.export import export_run, load_model
from core.export.groups import to_groups
from core.export.readme import SNIPPET, to_readme
from core.export.scores import Score
from core.report.evidence import TOO_FEW
from core.runs.spec import load_frame
from core.trials import Contrast
from core.values import Split
from tests.core.export.cohort import (
    BINARY,
    GROUPED,
    NUMBER,
    SECRET,
    SECRET_NOTE,
    SECRET_ROWS,
    SETTINGS,
    TASKS,
)

FILES = ["README.md", "groups.yaml", "schema.json", "weights.safetensors"]


def groups_of(folder):
    return yaml.safe_load((folder / "groups.yaml").read_text(encoding="utf-8"))


def test_these_files_and_no_others(folder):
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_groups_yaml_has_the_groups_under_their_awkward_names(folder, grouped):
    found = groups_of(folder)
    assert [tuple(group["tasks"]) for group in found["groups"]] == list(GROUPED)
    assert [group["name"] for group in found["groups"]] == ["A", "B"]
    assert [task["name"] for task in found["tasks"]] == list(TASKS)
    assert found["decision"] == "grouped"
    provenance = found["provenance"]
    assert provenance["data_sha256"] == grouped.spec.data_sha256
    assert provenance["seeds"] == {"plan": 0, "networks": list(SETTINGS.test_seeds)}
    assert provenance["versions"]["torch"]


def test_metrics_are_of_the_exported_model_on_test_rows(folder, model, grouped):
    test = load_frame(grouped.path).iloc[grouped.table().rows(Split.TEST)]
    made = model.predict(test)
    told = {task["name"]: task for task in groups_of(folder)["tasks"]}
    auroc = roc_auc_score(test[BINARY] == "sick", made[BINARY])
    known = test[NUMBER].notna()
    r2 = r2_score(test[NUMBER][known], made[NUMBER][known])
    assert told[BINARY]["test"]["value"] == pytest.approx(auroc, abs=1e-4)
    assert told[NUMBER]["test"]["value"] == pytest.approx(r2, abs=1e-4)
    assert told[BINARY]["test"]["patients"] == test["id"].nunique() < len(test)
    assert told[NUMBER]["test"]["patients"] is None, "few patients have no number"
    precision = average_precision_score(test[BINARY] == "sick", made[BINARY])
    error = mean_absolute_error(test[NUMBER][known], made[NUMBER][known])
    assert told[BINARY]["other_metrics"]["AUPRC"] == pytest.approx(precision, abs=1e-4)
    assert told[NUMBER]["other_metrics"]["MAE"] == pytest.approx(error, abs=1e-4)
    assert f"AUPRC {precision:.3g}, Brier score" in (folder / "README.md").read_text()
    for task in told.values():
        assert task["test"]["low"] < task["test"]["value"] < task["test"]["high"]
        assert task["gain_over_alone"]["low"] <= task["gain_over_alone"]["value"]


def test_a_task_with_too_few_events_has_a_reason_instead_of_an_interval(grouped, tmp_path):
    from core.export.scores import score_model
    from core.training import to_examples

    examples = to_examples(grouped.table())
    labels, rows = examples.labels.copy(), examples.rows(Split.TEST)
    labels[rows[3:], 0] = 0
    few = type(examples)(**{**dict(examples._items()), "labels": labels})
    model = load_model(export_run(grouped, tmp_path / "model").folder)
    first, *others = score_model(model, few)
    assert np.isnan([first.metric.low, first.metric.high]).all()
    assert "11 are needed" in first.why_none
    assert not any(one.why_none for one in others)


def test_no_small_count_leaves_with_an_export(grouped, tmp_path):
    """A report hides counts of 1 to 10; the reason why a task has no interval would tell them."""
    spec = load_model(export_run(grouped, tmp_path / "model").folder).spec
    few = Score(Contrast(0.5, np.nan, np.nan), 7, "4 events among the test rows; 11 are needed")
    many = Score(Contrast(0.5, 0.4, 0.6), 70, "")
    scores = [few] + [many] * (len(TASKS) - 1)
    groups = to_groups(spec, grouped.report(), scores)
    first, second, *_ = groups["tasks"]
    assert first["no_interval"] == TOO_FEW
    assert (first["test"]["patients"], second["test"]["patients"]) == ("≤ 10", 70)
    assert first["test"]["value"] is None
    text = to_readme(spec, groups)
    assert "4 events" not in text
    assert "| 7 |" not in text


def test_the_same_run_gives_the_same_bytes(folder, grouped, tmp_path):
    again = export_run(grouped, tmp_path / "again").folder
    for name in FILES:
        assert (again / name).read_bytes() == (folder / name).read_bytes()


def planted(frame):
    """Values of single rows in every form in which they could be written."""
    cells = [*frame.loc[SECRET_ROWS[0], ["a", "b", "c", NUMBER]], *frame["a"], SECRET]
    numbers = [float(value) for value in cells if pd.notna(value)]
    forms = [f"{value:.6g}".lstrip("-") for value in numbers]
    words = [SECRET_NOTE, "Zoltan", "patient-", "2020-01", "secret-file-name"]
    packed = [struct.pack(kind, value) for value in numbers for kind in ("<f", "<d")]
    return [text.encode() for text in (*forms, *words)] + packed


def test_no_value_of_a_row_and_no_path_is_in_any_byte(folder, grouped):
    frame = load_frame(grouped.path)
    assert (frame["c"] == SECRET).sum() == len(SECRET_ROWS)
    content = {name: (folder / name).read_bytes() for name in FILES}
    for needle in planted(frame):
        assert not [name for name, found in content.items() if needle in found], needle
    for path in (folder, grouped.path, grouped.path.parent):
        assert not [name for name, found in content.items() if path.name.encode() in found]
        assert not [name for name, found in content.items() if str(path).encode() in found]


def test_the_search_for_planted_values_finds_them_where_they_are(grouped):
    frame = load_frame(grouped.path)
    schema = fit_schema(frame, Roles.from_spec(grouped.spec.roles), grouped.table())
    told = json.dumps(schema.to_spec()).encode()
    assert [needle for needle in planted(frame) if needle in told]


def test_the_snippet_of_the_readme_runs_as_it_stands(
    folder, grouped, monkeypatch, capsys, tmp_path
):
    text = (folder / "README.md").read_text(encoding="utf-8")
    snippet = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    assert snippet == SNIPPET
    assert len([line for line in snippet.splitlines() if line]) <= 10
    for name in FILES:
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    known = [code.name for code in load_model(folder).spec.table.columns]
    load_frame(grouped.path)[known].head().to_csv(tmp_path / "new.csv", index=False)
    monkeypatch.chdir(tmp_path)
    exec(snippet, {})
    assert BINARY in capsys.readouterr().out


def test_the_readme_says_how_good_it_was_and_what_it_is_not(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "Not a medical device" in text
    for task in groups_of(folder)["tasks"]:
        test = task["test"]
        assert f"{test['value']:.3f} | {test['low']:.3f} to {test['high']:.3f} |" in text
    assert "a: 'b' \\#1" in text
    assert "3 seeds (6 networks" in text
