"""Tensors of the card are wrappers around tensors of the CPU, which works the numbers out.

PyTorch takes them for tensors of its `meta` device: a build without CUDA goes down when it
differentiates one that says `cuda` to it. Code that asks is told `cuda` all the same.
"""

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._mode_utils import no_dispatch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map, tree_map_only

from tests.card.rules import check, check_copy, tensors_of

CPU, META, PLACE = torch.device("cpu"), torch.device("meta"), torch.device("cuda", 0)
UNREADABLE = ("__array__", "__dlpack__", "numpy")


class OnCard(torch.Tensor):
    """A tensor of the card; `held` are its numbers, `lease` its room."""

    @staticmethod
    def __new__(cls, held, card):
        shape = held.shape, held.stride(), held.storage_offset()
        return torch.Tensor._make_wrapper_subclass(cls, *shape, dtype=held.dtype, device=META)

    def __init__(self, held, card):
        self.held, self.card, self.lease = held, card, card.lend(held)

    __torch_function__ = torch._C._disabled_torch_function_impl

    def __deepcopy__(self, memo):
        copy = self.detach().clone()
        if isinstance(self, torch.nn.Parameter):
            copy = torch.nn.Parameter(copy, self.requires_grad)
        memo[id(self)] = copy
        return copy

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        first = next(one for one in tensors_of(args, kwargs) if isinstance(one, OnCard))
        return compute(first.card, func, args, kwargs or {})


class Work(TorchDispatchMode):
    """Every operation, below autograd and vmap."""

    def __init__(self, card):
        super().__init__()
        self.card = card

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return compute(self.card, func, args, kwargs or {})


class Words(TorchFunctionMode):
    """What code says and asks of devices: `cuda` goes in and comes out, `meta` is between."""

    def __init__(self, card):
        super().__init__()
        self.card = card

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs, name = kwargs or {}, getattr(func, "__name__", "")
        if func is torch.device:
            return func(*args, **kwargs)
        getter = getattr(getattr(func, "__self__", None), "__name__", "")
        if name == "__get__" and getter in ("device", "is_cuda", "is_meta"):
            return _place_of(args[0], getter)
        if name in UNREADABLE and args[0].device.type == "meta":
            raise TypeError(f"can't convert cuda:0 device type tensor to numpy ({name}).")
        if name == "tolist" and self.card.holds(args[0]):
            self.card.wait("tolist")
            return args[0].held.tolist()
        args, kwargs = tree_map(_as_meta, (args, kwargs))
        if func in (torch.tensor, torch.as_tensor) and kwargs.get("device") == META:
            kwargs.pop("device")
            return func(*args, **kwargs).to(META)
        return func(*args, **kwargs)


def _place_of(tensor, asked):
    place = torch._C.TensorBase.device.__get__(tensor)
    is_there = place.type == "meta"
    return {"device": PLACE if is_there else place, "is_cuda": is_there, "is_meta": False}[asked]


def _as_meta(value):
    is_card = isinstance(value, torch.device) and value.type == "cuda"
    is_name = isinstance(value, str) and value.split(":")[0] == "cuda"
    return META if is_card or is_name else value


def compute(card, func, args, kwargs):
    """What an operation gives, where it would be given; an error where a card would refuse it."""
    name, asked = func._schema.name.removeprefix("aten::"), kwargs.get("device")
    has_card = any(card.holds(one) for one in tensors_of(args, kwargs))
    is_there = has_card if asked is None else torch.device(asked).type in ("meta", "cuda")
    if name in ("_to_copy", "copy_"):
        check_copy(card, name, args, kwargs, is_there)
    elif has_card:
        check(card, name, args, kwargs)
        card.note(name)
    draws = is_there and torch.Tag.nondeterministic_seeded in func.tags
    if is_there and getattr(kwargs.get("generator"), "device", META).type == "cpu":
        raise RuntimeError("Expected a 'cuda' device type for generator but found 'cpu'")
    plain, named = tree_map_only(OnCard, lambda one: one.held, (args, kwargs))
    if asked is not None:
        named = {**named, "device": CPU}
    found = card.draw(func, plain, named) if draws else func(*plain, **named)
    return _placed(card, func, args, kwargs, found, is_there)


def _placed(card, func, args, kwargs, found, is_there):
    if torch.Tag.inplace_view in func.tags:
        with no_dispatch():
            func(*args, **kwargs)  # the wrapper changes its shape too
    written = [
        args[place] if place < len(args) else kwargs.get(one.name)
        for place, one in enumerate(func._schema.arguments)
        if one.alias_info is not None and one.alias_info.is_write
    ]
    if written:
        return written[0] if isinstance(found, torch.Tensor) else found and tuple(written)
    if not is_there:
        return found
    return tree_map_only(
        torch.Tensor, lambda one: one if card.holds(one) else OnCard(one, card), found
    )
