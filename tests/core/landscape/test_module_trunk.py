"""A trunk of any make is a plain per-sample loop; one that mixes its rows is refused."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from core.errors import MethodError
from core.landscape.drawn_heads import draw_shared_head
from core.landscape.layers.by_row import vectorised
from core.landscape.rows.labels import prepare_labels
from core.landscape.rows.pieces import arrange_rows
from core.landscape.sums.any_trunk import strengths
from core.landscape.sums.closed_form import pair_terms
from core.landscape.sums.mean_pull import sum_mean_products
from core.landscape.trunks.admit import admit
from tests.core.landscape.modules import MODULES, N_INPUTS, Seen, make_module
from tests.core.landscape.oracle import loss_of, mean_products, pair_sums
from tests.core.landscape.tables import draw_labels, make_table
from tests.core.landscape.test_closed_form import own_heads

CPU = torch.device("cpu")
EVERYTHING = ("*",)


def as_it_is(x):
    return x


def let_in(module, parameters=(), last_layers=0):
    return admit(module, N_INPUTS, as_it_is, CPU, parameters, last_layers)


@pytest.fixture(autouse=True)
def double_inputs(monkeypatch):
    """Modules of these tests are double, so that a difference is no rounding."""
    real = torch.randn
    monkeypatch.setattr(torch, "randn", lambda *a, **k: real(*a, **{"dtype": torch.float64, **k}))


def plain_gradients(module, names, heads, tasks, x, value):
    """[row, task, weight] by one backward pass a row and task."""
    module = deepcopy(module).eval()
    weights = [module.get_parameter(name).requires_grad_() for name in names]
    found = []
    for row, labels in zip(x, value, strict=True):
        for place, task in enumerate(tasks):
            logits = module(row[None])[0] @ heads.weight[place] + heads.bias[place]
            grads = torch.autograd.grad(
                loss_of(task, logits, labels[place]), weights, materialize_grads=True
            )
            found.append(torch.cat([grad.flatten() for grad in grads]))
    return torch.stack(found).unflatten(0, (len(x), len(tasks)))


def make_problem(name, kinds, parameters, heads_of, missing=0.3):
    module = make_module(name)
    trunk = let_in(module, parameters)
    labels = draw_labels(12, kinds, missing)
    tasks = make_table(labels, kinds).tasks
    prepared = prepare_labels(tasks, labels)
    generator = torch.Generator().manual_seed(2)
    x = torch.randn(12, N_INPUTS, generator=generator)
    if heads_of == "shared":
        heads = draw_shared_head(tasks, prepared, trunk.width, "prior", generator, CPU)
    else:
        heads = own_heads(tasks, trunk.width, generator)
    heads = type(heads)(
        **{**vars(heads), "bias": heads.bias.double(), "weight": heads.weight.double()}
    )
    value, known = torch.from_numpy(prepared.value), torch.from_numpy(prepared.known)
    g = plain_gradients(module, trunk.names, heads, tasks, x, value)
    return trunk, heads, prepared, x, value, known, g


@pytest.mark.parametrize(("kinds", "heads_of"), [("bbr", "shared"), ("bmrt", "own")])
@pytest.mark.parametrize("parameters", [(), EVERYTHING], ids=["weights", "everything"])
@pytest.mark.parametrize("name", MODULES)
def test_any_module_is_the_per_sample_loop(name, parameters, kinds, heads_of):
    trunk, heads, _, x, value, known, g = make_problem(name, kinds, parameters, heads_of)
    for piece in (1, 4):
        terms = pair_terms(trunk, heads, x, value, known, piece)
        masked = g * known.unsqueeze(2)
        expected = pair_sums(g, known)
        expected[5] = pair_sums(masked, known)[5]  # what counts as movable
        if parameters and name in ("attention", "encoder", "crossed attention"):
            terms, expected = terms[:5], expected[:5]  # signs of a key's bias, whose gradient is 0
        for got, want in zip(terms, expected, strict=True):
            want = want.reshape(-1, piece, *want.shape[1:]).sum(1)
            np.testing.assert_allclose(got.numpy(), want, rtol=1e-7, atol=1e-7)


def test_distances_and_signs_that_nobody_reads_are_not_made():
    trunk, heads, _, x, value, known, _ = make_problem("convolution", "bmr", (), "own")
    whole = pair_terms(trunk, heads, x, value, known, 4)
    some = pair_terms(trunk, heads, x, value, known, 4, frozenset({"abs_cosine"}))
    assert some.distance is None
    assert some.opposite is None
    assert torch.equal(some.abs_cosine, whole.abs_cosine)
    assert torch.equal(some.n_shared, whole.n_shared)


@pytest.mark.parametrize("heads_of", ["shared", "own"])
@pytest.mark.parametrize("name", ["biases", "convolution", "attention", "twice"])
def test_mean_products_are_those_of_the_summed_gradients(name, heads_of, monkeypatch):
    trunk, heads, labels, x, _, known, g = make_problem(name, "bbr", EVERYTHING, heads_of)
    block = np.arange(12) // 5
    rows = arrange_rows(x.numpy(), labels, block, CPU, heads.is_shared)
    rows = type(rows)(**{**vars(rows), "x": rows.x.double(), "value": rows.value.double()})
    order = rows.x[rows.real]
    assert torch.equal(order, x.float().double())
    expected = mean_products(g, known, block)
    for most in (10_000, 3):  # whole pieces, and rows by themselves
        monkeypatch.setattr(type(trunk), "max_rows", lambda self, n_tasks, most=most: most)
        found = sum_mean_products(rows, trunk, heads, max_rows=100)
        assert np.abs(found - expected).max() <= 1e-5 * np.abs(expected).max()


@pytest.mark.parametrize("name", MODULES)
def test_features_from_other_parameters_are_the_modules(name):
    module = make_module(name)
    trunk = let_in(module, EVERYTHING)
    x = torch.randn(4, N_INPUTS, generator=torch.Generator().manual_seed(3))
    expected = module.eval()(x).detach()
    torch.testing.assert_close(trunk.features(x), expected)
    torch.testing.assert_close(trunk.forward(x).features, expected)
    torch.testing.assert_close(trunk.at(trunk.start, x), expected)
    with vectorised():
        stacked = torch.func.vmap(trunk.at)(trunk.start.repeat(4, 1), x[:, None])[:, 0]
    torch.testing.assert_close(stacked, expected)
    moved = trunk.start + 0.1
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(0.1)
    torch.testing.assert_close(trunk.at(moved, x), module(x).detach())


def test_the_module_is_left_as_it_was():
    module = make_module("batch norm").train()
    before = deepcopy(module.state_dict())
    let_in(module)
    assert module.training
    assert all(part.requires_grad for part in module.parameters())
    for name, part in module.state_dict().items():
        assert torch.equal(part, before[name])


def test_weights_count_unless_others_are_named():
    module = make_module("batch norm")
    assert let_in(module).names == ("0.weight", "4.weight")
    assert let_in(module, last_layers=1).names == ("4.weight",)
    assert let_in(module, ("4.*", "1.bias")).names == ("4.weight", "4.bias", "1.bias")
    with pytest.raises(MethodError, match=r"no parameter 'head\.\*'; it has: 0\.weight, 0\.bias"):
        let_in(module, ("head.*",))
    module[0].weight.requires_grad_(False)
    assert let_in(module).names == ("4.weight",)


def test_one_shared_output_takes_one_pass_back(monkeypatch):
    trunk, heads, _, x, *_ = make_problem("convolution", "bbbbbb", (), "shared", missing=0.0)
    calls = []
    real = torch.autograd.grad
    monkeypatch.setattr(torch.autograd, "grad", lambda *a, **k: calls.append(1) or real(*a, **k))
    _, strength = strengths(trunk, heads, x)
    assert len(calls) == 1
    assert (strength > 0).all()


class Centred(nn.Module):
    def forward(self, x):
        return x - x.mean(0)


MIXING = {
    "batch statistics": lambda: nn.Sequential(
        nn.Linear(12, 6), nn.BatchNorm1d(6, track_running_stats=False)
    ),
    "centred over the batch": lambda: nn.Sequential(Centred(), nn.Linear(12, 6)),
    "attention over the batch": lambda: nn.Sequential(
        Seen(1, 12), nn.TransformerEncoderLayer(12, 2, 8), nn.Flatten()
    ),
}


@pytest.mark.parametrize("name", MIXING)
def test_a_module_that_mixes_its_rows_is_refused(name):
    with pytest.raises(MethodError, match=r"in company than alone.*LayerNorm|together and one by"):
        let_in(MIXING[name]().double())


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: nn.Linear(7, 6),
            r"cannot take rows of shape \(12,\).*\[row, 12\] to \[row, width\]",
        ),
        (lambda: nn.Sequential(nn.Linear(12, 6), Seen(2, 3)), r"must return \[row, width\]"),
        (lambda: nn.ReLU(), r"no weight to train"),
        (lambda: nn.LSTM(12, 6), r"together and one by one"),
    ],
)
def test_a_module_that_is_no_trunk_is_refused(make, words):
    with pytest.raises(MethodError, match=words):
        let_in(make().double())


def test_a_module_that_cannot_be_taken_back_is_refused():
    twice = nn.Sequential(nn.Linear(12, 6), nn.ReLU(inplace=True), nn.ReLU(inplace=True))
    with pytest.raises(MethodError, match=r"cannot be taken back.*inplace operation"):
        let_in(twice.double())


def test_weights_that_are_not_finite_are_refused():
    module = make_module("linear")
    module.weight.data[0, 0] = torch.inf
    with pytest.raises(MethodError, match="not finite"):
        let_in(module)


@pytest.mark.parametrize("name", ["biases", "convolution", "attention"])
def test_mean_products_of_tasks_with_their_own_samples(name):
    trunk, heads, labels, x, _, _, g = make_problem(name, "bmr", EVERYTHING, "own", missing=0.0)
    alone = np.arange(12)[:, None] % 4 == np.arange(3)  # every fourth row has no label at all
    block = np.arange(12) // 5
    rows = arrange_rows(x.numpy(), labels._replace(known=alone), block, CPU)
    rows = type(rows)(**{**vars(rows), "x": rows.x.double(), "value": rows.value.double()})
    found = sum_mean_products(rows, trunk, heads, max_rows=100)
    expected = mean_products(g, torch.from_numpy(alone), block)
    assert np.abs(found - expected).max() <= 1e-5 * np.abs(expected).max()


LAYERS = {
    "linear": lambda n: (nn.Linear(n, 5), 5),
    "unbiased": lambda n: (nn.Linear(n, 7, bias=False), 7),
    "layer norm": lambda n: (nn.LayerNorm(n), n),
    "batch norm": lambda n: (nn.BatchNorm1d(n), n),
    "tanh": lambda n: (nn.Tanh(), n),
    "relu": lambda n: (nn.ReLU(), n),
    "series": lambda n: (
        nn.Sequential(Seen(1, n), nn.Conv1d(1, 2, 3, 2, 1), nn.Flatten()),
        2 * -(-n // 2),
    ),
    "image": lambda n: (
        nn.Sequential(Seen(1, 1, n), nn.Conv2d(1, 2, (1, 2), 1, (0, 1)), nn.Flatten()),
        2 * n + 2,
    ),
}


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from(sorted(LAYERS)), min_size=1, max_size=4),
    st.booleans(),
    st.integers(0, 1000),
)
def test_random_modules_are_the_per_sample_loop(kinds, everything, seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        width, layers = N_INPUTS, [nn.Linear(N_INPUTS, N_INPUTS)]
        for kind in kinds:
            layer, width = LAYERS[kind](width)
            layers.append(layer)
    module = nn.Sequential(*layers).double()
    trunk = let_in(module, EVERYTHING if everything else ())
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(4, N_INPUTS, generator=generator)
    gradient = torch.randn(2, 4, width, generator=generator)
    pulls = list(trunk.forward(x).pulls(gradient))
    found = torch.cat([whole_of(pull) for pull in pulls], dim=2)
    module = deepcopy(module).eval()
    weights = [module.get_parameter(name) for name in trunk.names]
    for task, row in np.ndindex(2, 4):
        output = module(x[row][None])[0]
        grads = torch.autograd.grad(output, weights, gradient[task, row], materialize_grads=True)
        want = torch.cat([g.flatten() for g in grads])
        # a layer with a bias has it as one more column, so only the numbers are compared
        torch.testing.assert_close(found[task, row].sort().values, want.sort().values)


def whole_of(pull):
    """The displacements of all rows, written out end to end."""
    return torch.cat([delta.flatten(2) for _, delta in pull.formed()], dim=1)
