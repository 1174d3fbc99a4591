"""What cannot be recorded is one sentence: which task or module, what was found, what to do."""

import pytest
import torch
from torch import nn

from core.errors import MethodError
from core.recording import record_landscape
from tests.core.recording.models import (
    TASKS,
    heads,
    losses_of,
    mlp,
    plain_gradients,
    plain_sums,
)

X = torch.randn(5, 6, generator=torch.Generator().manual_seed(0))


def refused(trunk, losses_of, match, x=X, tasks=TASKS, parameters=(), **settings):
    with record_landscape(trunk, tasks, parameters=parameters) as recorder:
        losses = losses_of(trunk(x) if x is not None else None)
        with pytest.raises(MethodError, match=match) as caught:
            recorder.observe(losses, **settings)
    assert "\n" not in str(caught.value)
    assert not any(module._forward_hooks for module in trunk.modules())


def squares(features, names=TASKS):
    return {name: features[:, k] ** 2 for k, name in enumerate(names)}


LOSSES = {
    "a mean": (lambda z: {"a": (z**2).mean()}, "one number for the whole batch.*reduction='none'"),
    "two axes": (lambda z: {"a": z**2}, r"shape \(5, 5\); give one number a sample"),
    "detached": (lambda z: {"a": z[:, 0].detach()}, "'a' is not connected to the trunk"),
    "a number": (lambda z: {"a": 1.0}, "no tensor but float"),
    "unknown": (lambda z: {"d": z[:, 0]}, "'d' is no task of this recording; it has: a, b, c"),
    "none": (lambda z: {}, "There is no loss"),
    "infinite": (lambda z: {"a": z[:, 0] / 0.0}, "'a' is infinite for a sample"),
    "sizes": (lambda z: {"a": z[:, 0], "b": z[:3, 1]}, r"different sizes \('a' 5, 'b' 3\)"),
}


@pytest.mark.parametrize("case", LOSSES)
def test_losses_that_are_not_one_a_sample(case):
    losses_of, match = LOSSES[case]
    refused(mlp(), losses_of, match)


def test_a_loss_that_does_not_come_from_the_trunk():
    other = nn.Linear(6, 1)
    refused(mlp(), lambda z: {"a": other(X)[:, 0]}, "No loss is connected to the trunk")
    refused(mlp(), lambda z: {"a": z[:, 0], "b": other(X)[:, 0]}, "loss of 'b' is not connected")


def test_observe_after_the_backward_pass():
    def spent(features):
        losses = squares(features)
        sum(loss.mean() for loss in losses.values()).backward()
        return losses

    refused(mlp(), spent, "call observe before the backward pass")


def test_batch_statistics_couple_samples():
    trunk = nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5), nn.Linear(5, 5))
    refused(trunk, squares, r"module '0', so samples are coupled; put '1' in eval mode")
    trunk.eval()
    with record_landscape(trunk, TASKS) as recorder:
        recorder.observe(squares(trunk(X)))
        assert recorder.n_rows == 5


class Mixing(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(6, 5)

    def forward(self, x):
        z = self.layer(x)
        return z + z.mean(0)


def test_messages_between_samples_couple_them():
    refused(Mixing(), squares, "samples are coupled; look for")


class Sly(nn.Module):
    """A weight is used behind its module's back, and nobody calls the trunk itself."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(6, 6, bias=False)

    def forward(self, x):
        return torch.tanh(self.layer(x)) @ self.layer.weight


def test_a_weight_used_behind_its_module_and_outside_the_trunk_is_noticed():
    class Passed(Sly):
        __call__ = Sly.forward  # passes the hooks of the trunk by

    refused(Passed(), squares, "'layer' .Linear.: its calls do not account for its gradient")


def test_a_missing_label_hides_no_weight_that_is_used_otherwise():
    """NaN of one sample used to spread over the gradient that the proof is held against."""

    def some_missing(features):
        missing = torch.zeros(5)
        missing[1] = torch.nan
        return {name: loss + missing for name, loss in squares(features).items()}

    class Passed(Sly):
        __call__ = Sly.forward

    refused(Passed(), some_missing, "its calls do not account for its gradient")


def test_a_gradient_that_is_not_finite_names_its_task_and_sample():
    def roots(features):
        losses = squares(features)
        at = torch.zeros(5)
        at[3] = 1.0
        return losses | {"b": ((1 - at) * features[:, 1] ** 2).sqrt()}

    refused(mlp(), roots, "gradient of the loss of 'b' is not finite for sample 3 of the batch")


def test_a_pass_is_observed_once():
    trunk = mlp()
    with record_landscape(trunk, TASKS) as recorder:
        losses = squares(trunk(X))
        recorder.observe({"a": losses["a"]})
        with pytest.raises(MethodError, match="observed already; call observe once a pass"):
            recorder.observe({"b": losses["b"]})
        recorder.observe(squares(trunk(X)))
        assert recorder.n_rows == 10


def test_positions_that_all_samples_share_can_be_left_out():
    class Placed(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.place = nn.Linear(2, 5), nn.Embedding(3, 5)
            self.drop = nn.Dropout(0.2)

        def forward(self, x):
            return self.drop(self.first(x.reshape(-1, 3, 2)) + self.place(torch.arange(3))).sum(1)

    refused(Placed(), squares, r"'place' gives \(3, 5\) for a batch of 5.*parameters=\['!…'\]")
    trunk = Placed()
    with record_landscape(trunk, TASKS, parameters=["!place.*"]) as recorder:
        recorder.observe(squares(trunk(X)))
    trunk.drop.p = 0.0  # then the whole trunk can be called again
    with record_landscape(trunk, TASKS) as recorder:
        recorder.observe(squares(trunk(X)))
        assert recorder.n_rows == 5


@pytest.mark.parametrize("n_steps", [3, 5], ids=["fewer than samples", "as many as samples"])
def test_positions_are_the_plain_loops_whatever_the_size_of_the_batch(n_steps):
    class Placed(nn.Module):
        def __init__(self):
            super().__init__()
            self.words, self.place = nn.Embedding(7, 5), nn.Embedding(n_steps, 5)

        def forward(self, x):
            here = torch.arange(n_steps)[None]
            return (self.words(x) + self.place(here)).tanh().sum(1)

    trunk, head, labels = Placed(), heads(5), torch.randn(5, 3)
    tokens = torch.randint(0, 7, (5, n_steps))
    with record_landscape(trunk, TASKS) as recorder:
        features = trunk(tokens)
        recorder.observe(losses_of(features, head, labels))
    weights = [trunk.words.weight, trunk.place.weight]
    expected = plain_sums(plain_gradients(lambda: features, head, labels, weights))
    found = recorder.landscape().sums
    for key in ("distance", "cosine", "mean_product"):
        got, want = getattr(found, key).sum(axis=0), expected[key]
        assert abs(got - want).max() <= 1e-4 * abs(want).max()


def test_a_fused_layer_called_on_single_samples_is_named():
    class OneByOne(nn.Module):
        def __init__(self):
            super().__init__()
            self.memory = nn.GRU(3, 5)

        def forward(self, x):
            return torch.stack([self.memory(row.reshape(2, 3))[0][-1] for row in x])

    refused(
        OneByOne(), squares, r"'memory' .GRU. cannot be run again.*\(2, 3\); call it on a whole"
    )


class Chance(nn.Module):
    def __init__(self):
        super().__init__()
        self.own = nn.Parameter(torch.randn(6, 5))

    def forward(self, x):
        return nn.functional.dropout(x @ self.own, 0.5)


def test_chance_inside_a_module_without_a_short_cut():
    trunk = nn.Sequential(Chance())
    refused(
        trunk, squares, "'0' .Chance. does not give its gradient sample by sample.*dropout to 0"
    )


def test_inputs_changed_in_place_after_a_layer_saw_them():
    class Spoilt(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two = nn.Linear(6, 5), nn.Linear(5, 5)

        def forward(self, x):
            h = self.one(x)
            z = self.two(h)
            with torch.no_grad():
                h.add_(1.0)
            return z

    refused(Spoilt(), squares, "'two' was fed was changed in place")


def test_rows_that_cannot_be_told_apart():
    class Nodes(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(6, 5)

        def forward(self, x):
            z = self.layer(x)
            return torch.stack([z[:3].sum(0), z[3:].sum(0)])

    refused(Nodes(), squares, "rows cannot be told apart; pass rows=")
    rows = torch.tensor([0, 0, 0, 1, 1])
    with record_landscape(trunk := Nodes(), TASKS) as recorder:
        recorder.observe(squares(trunk(X)), rows=rows)
    refused(
        Nodes(), squares, "names the samples 0 to 2, but the batch has 2", rows=rows + (rows > 0)
    )


def test_what_belongs_to_a_batch_has_its_length():
    refused(mlp(), squares, r"sample has the shape \(3,\)", sample=[1, 2, 3])
    refused(mlp(), squares, r"mask of 'a' has the shape \(3,\)", mask={"a": [True] * 3})
    refused(mlp(), squares, r"labels of 'b' have the shape \(2,\)", labels={"b": [0, 1]})


@pytest.mark.parametrize(
    ("tasks", "match"),
    [
        (["a"], "1 task was given"),
        (["a", "a"], "Two tasks are called 'a'"),
        ({"a": "binary", "b": "odd"}, "Unknown kind 'odd' of 'b'"),
    ],
)
def test_tasks_are_two_or_more_with_names_of_their_own(tasks, match):
    with pytest.raises(MethodError, match=match), record_landscape(mlp(), tasks):
        pass


def test_parameters_that_are_not_there_list_those_that_are():
    with (
        pytest.raises(MethodError, match=r"no parameter 'x\*'; it has: 0.weight"),
        record_landscape(mlp(), TASKS, parameters=["x*"]),
    ):
        pass
    frozen = mlp().requires_grad_(False)
    with pytest.raises(MethodError, match="no weight to train"), record_landscape(frozen, TASKS):
        pass
    half = mlp()
    half[0].requires_grad_(False)
    with (
        pytest.raises(MethodError, match=r"'0\.weight' is frozen.*unfreeze it"),
        record_landscape(half, TASKS, parameters=["0.weight", "2.weight"]),
    ):
        pass
    with record_landscape(half, TASKS, parameters=["*"]) as recorder:
        recorder.observe(squares(half(X)))


def test_data_parallel_is_refused():
    with (
        pytest.raises(MethodError, match=r"record its \.module"),
        record_landscape(nn.DataParallel(mlp()), TASKS),
    ):
        pass


def test_a_compiled_trunk_is_refused():
    """Wrapping alone compiles nothing yet."""
    whole, part = torch.compile(mlp()), mlp()
    part[0].compile()
    for trunk, name in ((whole, "OptimizedModule"), (part, "0")):
        with (
            pytest.raises(MethodError, match=f"{name}' is compiled.*_orig_mod"),
            record_landscape(trunk, TASKS),
        ):
            pass


def test_gradient_checkpointing_is_named_where_nothing_is_connected():
    from torch.utils.checkpoint import checkpoint

    trunk = mlp()
    with record_landscape(trunk, TASKS) as recorder:
        features = checkpoint(trunk, X.clone().requires_grad_(), use_reentrant=True)
        with pytest.raises(MethodError, match="without reentrant gradient checkpointing"):
            recorder.observe(squares(features))


def test_every_error_leaves_the_loop_usable():
    trunk, head = mlp(), heads(5)
    with record_landscape(trunk, TASKS) as recorder:
        with pytest.raises(MethodError):
            recorder.observe({"a": trunk(X).mean()})
        recorder.observe({name: head[name](trunk(X))[:, 0] for name in TASKS})
        assert recorder.n_rows == 5


KINDS = {"a": "binary", "b": "multiclass", "c": "time_to_event", "d": "regression"}
LABELS = {
    "2 of a binary": ("a", [0, 1, 2, 0, 1], "'a' are 0 or 1.*but 2 is among them; give NaN"),
    "signs of a binary": ("a", [-1, 1, 1, 1, 1], "'a' are 0 or 1.*but -1"),
    "a class below 0": ("b", [0, -1, 0, 0, 0], "'b' are class codes from 0 to 49 at most, but -1"),
    "half a class": ("b", [0, 0.5, 0, 0, 0], "'b' are class codes.*but 0.5"),
    "a class of millions": ("b", [0, 4e6, 0, 0, 0], "'b' are class codes.*but 4e"),
    "no time": ("c", [1, -3, 0, 1, 1], "'c' are times.*never 0, but 0 is among them"),
    "no end": ("c", [1, -3, float("inf"), 1, 1], "'c' are times.*but inf"),
    "no number": ("d", [1, float("inf"), 0, 1, 1], "'d' are finite, but inf"),
}


@pytest.mark.parametrize("case", LABELS)
def test_labels_that_are_none_of_the_kind(case):
    name, values, match = LABELS[case]
    refused(mlp(), lambda z: squares(z, TASKS), match, tasks=KINDS, labels={name: values})


def test_a_task_without_a_name():
    with (
        pytest.raises(MethodError, match="A task has no name"),
        record_landscape(mlp(), ["a", " "]),
    ):
        pass


def test_rows_without_an_id_are_patients_of_their_own():
    with record_landscape(mlp(), TASKS) as recorder:
        for ids in (torch.tensor([1.0, 2.0, torch.nan, torch.nan, 3.0]), [1, None, "x", "x", None]):
            recorder.observe(squares(recorder._trunk(X)), sample=ids)
    assert recorder.landscape().n_samples == 8  # 1, 2, 3, x and four without


def test_what_stands_where_a_label_is_masked_is_no_label():
    label = torch.tensor([0.0, 1.0, -100.0, 1.0, -100.0])
    with record_landscape(mlp(), dict.fromkeys(TASKS, "binary")) as recorder:
        losses = squares(recorder._trunk(X))
        recorder.observe(losses, mask={"a": label >= 0}, labels={"a": label})
    found = recorder.landscape()
    assert found.label_sums.count[:, 0, 0].sum() == 3
    assert found.tasks[0].mean == pytest.approx(2 / 3)
