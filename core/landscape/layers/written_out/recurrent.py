"""RNN, LSTM and GRU step by step, in the formulas of PyTorch's manual.

Samples come first throughout: [sample, step, …]. Samples of a packed sequence that have ended keep
their state. Dropout between layers is drawn as the kernel draws it, over [step, sample, …] or over
the rows of a packed sequence, so that from the same state of the generator it is the same.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.landscape.layers.written_out.product import Product, WrittenOut

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    State = tuple[Tensor, ...]
    Multiply = Callable[[Product, Tensor], Tensor]


def write_recurrent(module: "torch.nn.Module") -> WrittenOut:
    """A recurrent layer or cell."""
    from torch import nn

    if isinstance(module, nn.RNNCellBase):
        return WrittenOut(_products(module, ""), _run_cell)
    assert isinstance(module, nn.RNNBase)
    products = [part for end in _ends(module) for part in _products(module, end)]
    return WrittenOut(tuple(products), _run, module.dropout > 0 and module.num_layers > 1)


def _ends(module: "torch.nn.RNNBase") -> list[str]:
    """What the names of the weights of every layer and direction end with."""
    directions = ("", "_reverse") if module.bidirectional else ("",)
    return [f"_l{layer}{way}" for layer in range(module.num_layers) for way in directions]


def _products(module: "torch.nn.Module", end: str) -> tuple[Product, ...]:
    sides = ("ih", "hh")
    found = [Product(f"weight_{s}{end}", f"bias_{s}{end}" if module.bias else "") for s in sides]
    if getattr(module, "proj_size", 0):
        found.append(Product(f"weight_hr{end}"))
    return tuple(found)


def _run_cell(
    module: "torch.nn.RNNCellBase", multiply: "Multiply", input: "Tensor", hx: Any = None
) -> Any:
    own = _products(module, "")
    x, state = multiply(own[0], input), _as_state(module, hx)
    if not state:
        state = tuple(x.new_zeros(len(x), module.hidden_size) for _ in range(_n_states(module)))
    new = _step(module, multiply, own, x, state)
    return new if len(new) > 1 else new[0]


def _run(module: "torch.nn.RNNBase", multiply: "Multiply", input: Any, hx: Any = None) -> Any:
    from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

    packed = input if isinstance(input, PackedSequence) else None
    length = None
    if packed is not None:
        x, length = pad_packed_sequence(packed, batch_first=True)
        length = length.to(x.device)
    else:
        x = input if module.batch_first else input.transpose(0, 1)
    given, ends, last = _as_state(module, hx), _ends(module), []
    n_ways = 2 if module.bidirectional else 1
    for layer in range(module.num_layers):
        if layer:
            x = _drop(module, x, packed)
        sides = []
        for place in range(layer * n_ways, (layer + 1) * n_ways):
            own = _products(module, ends[place])
            start = tuple(part[place] for part in given) or _zeros(module, x)
            side, state = _direction(module, multiply, own, x, start, length, place % n_ways == 1)
            sides.append(side)
            last.append(state)
        x = _together(sides)
    return _as_returned(module, x, packed, last)


def _direction(
    module: "torch.nn.RNNBase",
    multiply: "Multiply",
    own: tuple[Product, ...],
    x: "Tensor",
    state: "State",
    length: "Tensor | None",
    backwards: bool,
) -> "tuple[Tensor, State]":
    """Outputs [sample, step, …] and the last state of one layer in one direction."""
    import torch

    fed, n_steps = multiply(own[0], x), x.shape[1]
    outputs: list[Tensor] = [fed] * n_steps
    for step in reversed(range(n_steps)) if backwards else range(n_steps):
        new = _step(module, multiply, own, fed[:, step], state)
        if length is not None:
            goes_on = (step < length).unsqueeze(1)
            new = tuple(torch.where(goes_on, *pair) for pair in zip(new, state, strict=True))
        state = new
        outputs[step] = new[0]
    return torch.stack(outputs, dim=1), state


def _step(
    module: "torch.nn.Module",
    multiply: "Multiply",
    own: tuple[Product, ...],
    fed: "Tensor",
    state: "State",
) -> "State":
    """One step from what W_ih made of the input."""
    from torch import nn

    kept = multiply(own[1], state[0])
    if isinstance(module, (nn.LSTM, nn.LSTMCell)):
        i, f, g, o = (fed + kept).chunk(4, dim=-1)
        memory = f.sigmoid() * state[1] + i.sigmoid() * g.tanh()
        output = o.sigmoid() * memory.tanh()
        return (multiply(own[2], output) if len(own) > 2 else output, memory)
    if isinstance(module, (nn.GRU, nn.GRUCell)):
        (r, z, n), (kept_r, kept_z, kept_n) = fed.chunk(3, dim=-1), kept.chunk(3, dim=-1)
        new = (n + (r + kept_r).sigmoid() * kept_n).tanh()
        share = (z + kept_z).sigmoid()
        return ((1 - share) * new + share * state[0],)
    moved = fed + kept
    return (moved.relu() if module.nonlinearity == "relu" else moved.tanh(),)


def _as_state(module: "torch.nn.Module", hx: Any) -> "State":
    """The state that was given, empty without one."""
    return () if hx is None else tuple(hx) if _n_states(module) > 1 else (hx,)


def _n_states(module: "torch.nn.Module") -> int:
    from torch import nn

    return 2 if isinstance(module, (nn.LSTM, nn.LSTMCell)) else 1


def _zeros(module: "torch.nn.RNNBase", x: "Tensor") -> "State":
    sizes = (module.proj_size or module.hidden_size, module.hidden_size)
    return tuple(x.new_zeros(len(x), size) for size in sizes[: _n_states(module)])


def _drop(module: "torch.nn.RNNBase", x: "Tensor", packed: Any) -> "Tensor":
    import torch
    from torch.nn.utils.rnn import pad_packed_sequence

    if not (module.training and module.dropout):
        return x
    rows = x.transpose(0, 1).contiguous() if packed is None else _pack(x, packed)
    rows = torch.nn.functional.dropout(rows, module.dropout, training=True)
    if packed is None:
        return rows.transpose(0, 1)
    return pad_packed_sequence(packed._replace(data=rows), batch_first=True)[0]


def _pack(x: "Tensor", packed: Any) -> "Tensor":
    """The rows of a packed sequence from [sample, step, …]."""
    import torch

    order = packed.sorted_indices
    by_step = (x if order is None else x[order]).transpose(0, 1)
    return torch.cat([by_step[k, :n] for k, n in enumerate(packed.batch_sizes.tolist())])


def _together(sides: "list[Tensor]") -> "Tensor":
    import torch

    return torch.cat(sides, dim=2) if len(sides) > 1 else sides[0]


def _as_returned(
    module: "torch.nn.RNNBase", x: "Tensor", packed: Any, last: "list[State]"
) -> tuple[Any, Any]:
    """Outputs and last states as the layer returns them."""
    import torch

    states = tuple(torch.stack(parts) for parts in zip(*last, strict=True))
    state = states if len(states) > 1 else states[0]
    if packed is None:
        return (x if module.batch_first else x.transpose(0, 1)), state
    return packed._replace(data=_pack(x, packed)), state
