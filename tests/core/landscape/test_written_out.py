"""A fused layer written out as linear maps computes what its kernel does, dropout included."""

import itertools

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from core.landscape.layers.written_out import plainly, write_out
from tests.core.landscape.modules import make_module
from tests.core.landscape.test_module_trunk import let_in

RECURRENT = {
    "rnn": (nn.RNN, {}),
    "relu": (nn.RNN, {"nonlinearity": "relu"}),
    "gru": (nn.GRU, {}),
    "lstm": (nn.LSTM, {}),
    "projected": (nn.LSTM, {"proj_size": 2}),
}


def tensors(output):
    if output is None or isinstance(output, torch.Tensor):
        return [] if output is None else [output]
    return [tensor for part in output for tensor in tensors(part)]


def assert_same(module, *args, **kwargs):
    state = torch.get_rng_state()
    wanted = tensors(module(*args, **kwargs))
    torch.set_rng_state(state)
    found = tensors(write_out(module).run(module, plainly(module), *args, **kwargs))
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize("packed", [False, True], ids=["even", "packed"])
@pytest.mark.parametrize("name", RECURRENT)
def test_a_recurrent_layer_step_by_step_is_its_kernel(name, packed):
    make, own = RECURRENT[name]
    for layers, ways, first, bias in itertools.product((1, 3), *[(False, True)] * 3):
        torch.manual_seed(3)
        module = make(
            4,
            5,
            layers,
            bias=bias,
            batch_first=first,
            bidirectional=ways,
            dropout=0.4 * (layers > 1),
            **own,
        )
        x = torch.randn(3, 7, 4) if first else torch.randn(7, 3, 4)
        if packed:
            x = pack_padded_sequence(x, torch.tensor([4, 7, 2]), first, enforce_sorted=False)
        assert_same(module, x)
        _, last = module(x)
        assert_same(module, x, last)


@pytest.mark.parametrize("make", [nn.RNNCell, nn.GRUCell, nn.LSTMCell])
@pytest.mark.parametrize("bias", [False, True])
def test_a_recurrent_cell_is_its_kernel(make, bias):
    module, x = make(4, 5, bias=bias), torch.randn(3, 4)
    assert_same(module, x)
    assert_same(module, x, module(x))


ATTENTION = {
    "own": {},
    "batch first": {"batch_first": True},
    "other widths": {"kdim": 3, "vdim": 5},
    "unbiased": {"bias": False},
    "dropout": {"dropout": 0.3},
}


@pytest.mark.parametrize("weights", [False, True], ids=["alone", "with weights"])
@pytest.mark.parametrize("name", ATTENTION)
def test_attention_by_plain_products_is_its_kernel(name, weights):
    torch.manual_seed(3)
    module = nn.MultiheadAttention(8, 2, **ATTENTION[name])
    for part in module.parameters():
        part.data.add_(0.1 * torch.randn_like(part))
    q, k, v = (torch.randn(3, n, w) for n, w in ((4, 8), (6, module.kdim), (6, module.vdim)))
    if not module.batch_first:
        q, k, v = (part.transpose(0, 1) for part in (q, k, v))
    padding, hidden = torch.zeros(3, 6).bool(), torch.ones(4, 6).triu(3).bool()
    padding[1, 4:] = True
    for pad, among in itertools.product((None, padding), (None, hidden, torch.randn(6, 4, 6))):
        if pad is not None and among is not None and among.dtype != torch.bool:
            pad = torch.zeros(3, 6).masked_fill(pad, -torch.inf)
        assert_same(module, q, k, v, pad, weights, among)
    assert_same(module, q, k, v, None, weights, None, False)


def test_layers_without_such_a_form_are_left_alone():
    assert write_out(nn.Linear(3, 4)) is None
    assert write_out(nn.MultiheadAttention(8, 2, add_bias_kv=True)) is None
    assert write_out(nn.MultiheadAttention(8, 2, add_zero_attn=True)) is None

    class Mine(nn.GRU):
        """Its forward may be anything."""

    assert write_out(Mine(3, 4)) is None


@pytest.mark.parametrize(
    "name", ["lstm", "both ways", "gru", "rnn", "lstm cell", "attention", "encoder"]
)
def test_no_gradient_of_a_fused_layer_is_formed_row_by_row(name):
    trunk = let_in(make_module(name).float(), ("*",))
    layers = [layer for layer in trunk.module.modules() if write_out(layer) is not None]
    own = {id(part) for layer in layers for part in layer.parameters()}
    assert own
    assert not any(id(trunk.module.get_parameter(other)) in own for other in trunk.others)
