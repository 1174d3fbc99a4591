"""Layers whose kernels are fused, written out as the linear maps that they are made of.

A recurrent layer or an attention keeps its weights inside one kernel, where no hook sees what a
weight was fed. With the same weights and plain operations the layer computes the same, and every
weight is one linear map at many places: each step of a sequence, each token.

    written = write_out(nn.LSTM(4, 8))       None for a layer that is not known here
    written.products                         the linear maps, by the names of their weights
    written.run(module, multiply, inputs)    what the module returns; each map goes by `multiply`

    product      one linear map, done plainly or listened to
    recurrent    RNN, LSTM and GRU, their cells, packed sequences
    attention    MultiheadAttention
"""

from typing import TYPE_CHECKING

from core.landscape.layers.written_out.attention import write_attention
from core.landscape.layers.written_out.product import Product, WrittenOut, plainly
from core.landscape.layers.written_out.recurrent import write_recurrent

if TYPE_CHECKING:
    import torch

__all__ = ["Product", "WrittenOut", "plainly", "write_out"]


def write_out(module: "torch.nn.Module") -> WrittenOut | None:
    """How a layer is written out; None where it is not known, or is a class of somebody's own."""
    from torch import nn

    writers = {
        nn.RNN: write_recurrent,
        nn.LSTM: write_recurrent,
        nn.GRU: write_recurrent,
        nn.RNNCell: write_recurrent,
        nn.LSTMCell: write_recurrent,
        nn.GRUCell: write_recurrent,
        nn.MultiheadAttention: write_attention,
    }
    writer = writers.get(type(module))
    return None if writer is None else writer(module)
