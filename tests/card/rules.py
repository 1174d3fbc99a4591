"""What a real card refuses, and what makes the host wait for it (or numbers round on it)."""

import sys

import torch
from torch.utils._pytree import tree_flatten

WAITS = {
    "_linalg_check_errors",
    "_local_scalar_dense",
    "_unique2",
    "bincount",
    "equal",
    "is_nonzero",
    "masked_select",
    "nonzero",
    "unique_consecutive",
    "unique_dim",
}
"""The host must know a number of the result, or how many there are of something."""

PRODUCTS = {"addmm", "addmv", "baddbmm", "bmm", "dot", "mm", "mv"}
CONVOLUTIONS = {"convolution", "convolution_backward"}
INDEXED = {"_index_put_impl_", "_unsafe_index", "index", "index_put", "index_put_"}


def tensors_of(args, kwargs):
    return [one for one in tree_flatten((args, kwargs))[0] if isinstance(one, torch.Tensor)]


def check_copy(card, name, args, kwargs, is_there):
    """Copies are the one way between the two. Either waits for all that the card was asked to do
    before, but for one that is sent up and left alone."""
    to = card.holds(args[0]) if name == "copy_" else is_there
    source = args[1] if name == "copy_" else args[0]
    is_left = kwargs.get("non_blocking", len(args) > 2 and name == "copy_" and args[2])
    if card.holds(source) and not to:
        card.wait("download")
    elif to and not card.holds(source) and not is_left:
        card.wait("upload")


def check(card, name, args, kwargs):
    """Refuse what a card refuses of an operation with a tensor there; note what it waits for."""
    there = [one for one in tensors_of(args, kwargs) if card.holds(one)]
    indices = [one for one in args[1] if one is not None] if name in INDEXED else []
    if indices and not card.holds(args[0]):
        raise RuntimeError("indices should be either on cpu or on the same device as (cpu)")
    for one in tensors_of(args, kwargs):
        if card.holds(one):
            continue
        if any(one is index for index in indices):
            card.wait(f"upload for {name}")
        elif one.dim() > 0:
            raise RuntimeError(
                f"aten::{name}: Expected all tensors to be on the same device, but found at least "
                "two devices, cuda:0 and cpu!"
            )
    if name in PRODUCTS and not there[0].dtype.is_floating_point:
        raise RuntimeError(f'"{name}_cuda" not implemented for {there[0].dtype}')
    counts = name == "repeat_interleave" and kwargs.get("output_size") is None
    if name in WAITS or counts or _is_by_mask(card, name, args, indices):
        card.wait(name)
    if _is_rounded(name, there[0].dtype):
        card.rounded.append((name, caller()))


def _is_by_mask(card, name, args, indices):
    """Places that a mask names are counted first; one number put there goes without."""
    if not any(one.dtype in (torch.bool, torch.uint8) for one in indices):
        return False
    is_number = name != "index" and args[2].dim() == 0 and not card.holds(args[2])
    return not is_number


def _is_rounded(name, dtype):
    allowed = torch.backends.cudnn.conv if name in CONVOLUTIONS else torch.backends.cuda.matmul
    is_product = name in CONVOLUTIONS or name in PRODUCTS
    return is_product and dtype == torch.float32 and allowed.fp32_precision == "tf32"


def caller():
    """The line of the engine that asked."""
    frame = sys._getframe()
    while frame is not None:
        folder, found, file = frame.f_code.co_filename.rpartition("/core/")
        if found and not folder.endswith("/tests"):
            return f"{file}:{frame.f_lineno}"
        frame = frame.f_back
    return "no line of core"
