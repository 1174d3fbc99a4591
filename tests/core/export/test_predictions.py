"""An exported model says what the run's own networks say, averaged over their seeds."""

import pickle
from copy import deepcopy
from dataclasses import replace
from shutil import copytree

import numpy as np
import pandas as pd
import pytest
import torch

from core.data import assign_roles, build_table, fit_schema
from core.errors import RunError
from core.export import Members, Model, export_run, load_model
from core.export.discreet import Discreet
from core.export.networks import Network
from core.export.recoding import no_recoding
from core.export.weights import build_modules
from core.export.write import pack_weights, specify
from core.runs import Run
from core.runs.spec import load_frame
from core.runs.trained import TrainedFolder
from core.storage import save_value
from core.training import Trainer, predict, to_examples
from core.trials import Verdict
from core.values import Kind, Split
from tests.core.export.cohort import (
    BINARY,
    CLASSES,
    GROUPED,
    NUMBER,
    SETTINGS,
    TASKS,
    TIME,
    WORD,
    mixed_frame,
    recommend,
)


def numbers(groups):
    return [tuple(TASKS.index(name) for name in group) for group in groups]


def parts_of(run):
    table = run.table()
    return list(TrainedFolder.of_run(run.path, table, SETTINGS.trainer, "cpu").load())


def expected(run, groups, seeds=SETTINGS.test_seeds):
    """Float[row output] of every task on the test rows, by the trainer's own predictions."""
    examples = to_examples(run.table())
    rows = examples.rows(Split.TEST)
    by_task = {}
    for group in numbers(groups):
        found = {}
        for part in parts_of(run):
            if group in part.groups:
                found |= dict(zip(part.seeds, predict(part, examples, rows, group), strict=True))
        mean = np.mean([found[seed] for seed in seeds], axis=0)
        for member, task in enumerate(group):
            width = examples.tasks[task].n_outputs
            by_task[TASKS[task]] = mean[:, member, :width]
    return by_task


def test_rows(run):
    return load_frame(run.path).iloc[run.table().rows(Split.TEST)]


test_rows.__test__ = False


def assert_says(model, frame, wanted):
    """Of the rows whose drug is named: the others count as unseen."""
    (drug,) = (code for code in model.spec.table.columns if code.name == "drug")
    assert drug.levels.count("") > 0
    named = frame["drug"].isin(drug.levels).to_numpy()
    assert named.sum() > 30
    frame, wanted = frame[named], {name: output[named] for name, output in wanted.items()}
    made, shares = model.predict(frame), model.predict_proba(frame)
    for name in (BINARY, WORD):
        np.testing.assert_allclose(made[name], wanted[name][:, 0], rtol=0, atol=1e-5)
        np.testing.assert_allclose(shares[name].sum(axis=1), 1)
        np.testing.assert_array_equal(shares[name].iloc[:, 1], made[name])
    np.testing.assert_allclose(shares[CLASSES], wanted[CLASSES], rtol=0, atol=1e-5)
    assert list(made[CLASSES]) == list(shares[CLASSES].idxmax(axis=1))
    spread = wanted[NUMBER].std()
    np.testing.assert_allclose(made[NUMBER], wanted[NUMBER][:, 0], rtol=0, atol=1e-5 * spread)
    assert NUMBER not in shares.columns.get_level_values("task")


@pytest.mark.parametrize(
    ("verdict", "groups"),
    [
        (Verdict.GROUPED, GROUPED),
        (Verdict.TOGETHER, [TASKS]),
        (Verdict.ALONE, [(task,) for task in TASKS]),
        (Verdict.UNDECIDED, [(task,) for task in TASKS]),
    ],
)
def test_predictions_are_the_mean_of_the_seeds(validated, verdict, groups, tmp_path):
    run = recommend(validated, tmp_path / "run", verdict)
    made = export_run(run, tmp_path / "model")
    model = load_model(made.folder)
    assert [module.tasks for module in model.modules] == [
        tuple(group) for group in groups for _ in SETTINGS.test_seeds
    ]
    assert_says(model, test_rows(run), expected(run, groups))


def test_averaging_is_of_probabilities_not_of_logits(model, grouped):
    inputs = model.inputs(test_rows(grouped))
    with torch.no_grad():
        raw = [m(inputs)[CLASSES] for m in model.modules if CLASSES in m.tasks]
    of_logits = torch.softmax(torch.stack(raw).mean(0), dim=1).numpy()
    said = model.predict_proba(test_rows(grouped))[CLASSES].to_numpy()
    assert np.abs(said - of_logits).max() > 1e-4


def test_the_best_member_has_the_lowest_validation_loss(grouped, tmp_path):
    model = load_model(export_run(grouped, tmp_path / "model", Members.BEST).folder)
    assert len(model.modules) == len(GROUPED)
    wanted = {}
    for group, module in zip(GROUPED, model.modules, strict=True):
        (number,) = numbers([group])
        losses = {}
        for part in parts_of(grouped):
            if number in part.groups:
                mean = part.validation_loss[part.groups.index(number)][:, list(number)].mean(1)
                losses |= dict(zip(part.seeds, mean, strict=True))
        assert module.seed == min(SETTINGS.test_seeds, key=losses.get)
        wanted |= expected(grouped, [group], [module.seed])
    assert_says(model, test_rows(grouped), wanted)


def diverge(run, path, which):
    """A copy of the run in which the networks of a group and some seeds diverged."""
    copytree(run.path, path)
    copy = Run(path)
    folder = TrainedFolder.of_run(path, copy.table(), SETTINGS.trainer, "cpu").folder
    group, seeds = which
    for part in parts_of(copy):
        if group in part.groups:
            (folder / f"{part.fingerprint}.npz").unlink()
            diverged, trunk = part.diverged.copy(), part.trunk.copy()
            lost = np.isin(part.seeds, seeds)
            diverged[part.groups.index(group), lost] = True
            trunk[part.groups.index(group), lost] = np.nan
            new = replace(part, diverged=diverged, trunk=trunk)
            save_value(folder / f"{new.fingerprint}.npz", new)
    return copy


def test_a_network_that_diverged_is_left_out(grouped, tmp_path):
    run = diverge(grouped, tmp_path / "run", (numbers(GROUPED)[0], [4]))
    model = load_model(export_run(run, tmp_path / "model").folder)
    assert [module.seed for module in model.modules] == [3, 5, 3, 4, 5]
    wanted = expected(grouped, GROUPED[:1], [3, 5]) | expected(grouped, GROUPED[1:])
    assert_says(model, test_rows(grouped), wanted)


def test_a_group_that_always_diverged_is_refused(grouped, tmp_path):
    run = diverge(grouped, tmp_path / "run", (numbers(GROUPED)[0], [3, 4, 5]))
    with pytest.raises(RunError, match="diverged for yes, a: 'b' #1 with every seed"):
        export_run(run, tmp_path / "model")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_times_to_events(precision):
    frame = mixed_frame(200)
    kinds = {TIME: "time_to_event:died"}
    roles = assign_roles(frame, targets=[TIME, WORD], ignore=[*TASKS[:3], "id"], kinds=kinds)
    table = build_table(frame, roles)
    examples = to_examples(table)
    trainer = Trainer(width=8, depth=3, max_steps=40, precision=precision)
    trained = trainer(examples, [(0, 1)], [4, 2], "cpu")
    networks = [[Network((0, 1), seed, trained, (0, 1)) for seed in (4, 2)]]
    schema = fit_schema(frame, roles, table)
    plain = no_recoding(len(schema.input_names))
    told = Discreet(schema, examples.centre, examples.scale, plain)
    content = pack_weights(networks, told.recoding)
    spec = specify(told, examples, networks, content)
    model = Model(spec, build_modules(spec, content))
    assert spec.table.kinds == (Kind.TIME_TO_EVENT, Kind.BINARY)
    rows = examples.rows(Split.TEST)
    wanted = predict(trained, examples, rows, (0, 1)).mean(axis=0)[:, 0]
    made, shares = model.predict(frame.iloc[rows]), model.predict_proba(frame.iloc[rows])
    ends = np.append(np.flatnonzero(np.diff(spec.edges[0], append=np.inf)), 9)
    np.testing.assert_allclose(shares[TIME], wanted[:, ends], rtol=0, atol=1e-5)
    np.testing.assert_allclose(made[TIME], (1 - wanted).sum(axis=1), rtol=0, atol=1e-4)
    assert shares[TIME].columns[-1] == "no event at all"
    later = np.abs(table.labels[table.rows(Split.TRAIN), 0])
    assert spec.edges[0][4] == pytest.approx(np.median(later), rel=0.3)
    assert spec.edges[1] == ()
    shared = replace(model, spec=replace(spec, edges=((1.0,) * 4 + (2.5,) * 5, ())))
    told = shared.predict_proba(frame.iloc[rows])[TIME]
    assert list(told.columns) == ["no event by 1", "no event by 2.5", "no event at all"]
    np.testing.assert_allclose(told, wanted[:, [3, 8, 9]], rtol=0, atol=1e-5)


def test_column_order_other_columns_and_company_change_nothing(model, grouped):
    frame = test_rows(grouped)
    known = [code.name for code in model.spec.table.columns]
    whole = model.predict(frame)
    turned = frame[known[::-1]].assign(more="text", **{"": np.inf})
    pd.testing.assert_frame_equal(model.predict(turned), whole)
    for row in (0, 7):
        alone = model.predict(frame.iloc[[row]])
        pd.testing.assert_frame_equal(alone, whole.iloc[[row]], rtol=1e-6)
    pd.testing.assert_index_equal(whole.index, frame.index)
    assert tuple(whole.columns) == TASKS


def test_no_rows_give_no_predictions(model, grouped):
    empty = test_rows(grouped).iloc[:0]
    assert model.predict(empty).shape == (0, len(TASKS))
    assert model.predict_proba(empty).shape == (0, 2 + 3 + 2)


def test_missing_features_and_unknown_texts_are_fed_as_in_training(model, grouped):
    frame = test_rows(grouped).iloc[:4].copy()
    frame["b"] = np.nan
    frame["count"] = pd.array([None] * 4, dtype="Int64")
    frame["day"] = pd.NaT
    rare, new = frame.assign(drug="drug 29"), frame.assign(drug="never seen")
    pd.testing.assert_frame_equal(model.predict(rare), model.predict(new))
    unknown, missing = frame.assign(ward="garage"), frame.assign(ward=None)
    pd.testing.assert_frame_equal(model.predict(unknown), model.predict(missing))
    assert not model.predict(rare).equals(model.predict(frame.assign(drug="drug 01")))
    assert np.isfinite(model.predict(frame)[[BINARY, NUMBER, WORD]].to_numpy()).all()


def test_many_rows_are_taken_in_parts(model, grouped, monkeypatch):
    frame = test_rows(grouped)
    whole = model.predict(frame)
    monkeypatch.setattr("core.export.model.ROWS_AT_ONCE", 7)
    pd.testing.assert_frame_equal(model.predict(frame), whole, rtol=1e-6)


def test_modules_train_on(folder, grouped):
    model, frame = load_model(folder), load_frame(grouped.path)
    before = model.predict(frame)
    module = model.modules[0]
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-2)
    inputs = model.inputs(frame)
    wanted = torch.tensor((frame[BINARY] == "sick").to_numpy(), dtype=inputs.dtype)

    def loss():
        raw = module(inputs)[BINARY][:, 0]
        return torch.nn.functional.binary_cross_entropy_with_logits(raw, wanted)

    first = loss()
    first.backward()
    assert all(p.grad is not None for p in module.trunk.parameters())
    optimizer.step()
    assert loss() < first
    after = model.predict(frame)
    assert not np.allclose(before[BINARY], after[BINARY])
    np.testing.assert_array_equal(before[NUMBER], after[NUMBER])


def test_a_module_survives_being_copied_and_pickled(model, grouped):
    module, inputs = model.modules[0], model.inputs(test_rows(grouped))
    with torch.no_grad():
        wanted = module(inputs)
        for copy in (deepcopy(module), pickle.loads(pickle.dumps(module))):
            assert all(torch.equal(copy(inputs)[task], wanted[task]) for task in module.tasks)


def test_loading_moves_no_random_generator(folder):
    state = torch.random.get_rng_state()
    load_model(folder)
    assert torch.equal(state, torch.random.get_rng_state())
