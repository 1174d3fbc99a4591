"""Multi-head attention by plain products (Vaswani et al. 2017)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.landscape.layers.written_out.product import Product, WrittenOut

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def write_attention(module: "torch.nn.Module") -> WrittenOut | None:
    """`nn.MultiheadAttention`; None with biases of keys or a zero key, which have no such form."""
    from torch import nn

    assert isinstance(module, nn.MultiheadAttention)
    if module.bias_k is not None or module.add_zero_attn:
        return None
    return WrittenOut(_products(module), _run, module.dropout > 0)


def _products(module: "torch.nn.MultiheadAttention") -> tuple[Product, ...]:
    """Query, key, value and output."""
    n, bias = module.embed_dim, "in_proj_bias" if module.in_proj_bias is not None else ""
    out = Product("out_proj.weight", "out_proj.bias" if module.out_proj.bias is not None else "")
    rows = [(side * n, side * n + n) for side in range(3)]
    if module.in_proj_weight is not None:
        return (*(Product("in_proj_weight", bias, own, own) for own in rows), out)
    sides = zip("qkv", rows, strict=True)
    return (*(Product(f"{side}_proj_weight", bias, bias_rows=own) for side, own in sides), out)


def _run(
    module: "torch.nn.MultiheadAttention",
    multiply: "Callable[[Product, Tensor], Tensor]",
    query: "Tensor",
    key: "Tensor",
    value: "Tensor",
    key_padding_mask: "Tensor | None" = None,
    need_weights: bool = True,
    attn_mask: "Tensor | None" = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Any, Any]:
    import torch

    own, fed = _products(module), [query, key, value]
    fed = fed if module.batch_first else [part.transpose(0, 1) for part in fed]
    q, k, v = (_heads(module, multiply(own[side], part)) for side, part in enumerate(fed))
    score = q @ k.transpose(2, 3) / q.shape[3] ** 0.5
    mask = _mask(score, key_padding_mask, attn_mask)
    weight = _softmax(score if mask is None else score + mask)
    if module.training and module.dropout:
        weight = torch.nn.functional.dropout(weight, module.dropout, training=True)
    out = multiply(own[3], (weight @ v).transpose(1, 2).flatten(2))
    out = out if module.batch_first else out.transpose(0, 1)
    if not need_weights:
        return out, None
    return out, weight.mean(1) if average_attn_weights else weight


def _heads(module: "torch.nn.MultiheadAttention", x: "Tensor") -> "Tensor":
    """[sample, head, token, …]"""
    return x.reshape(*x.shape[:2], module.num_heads, -1).transpose(1, 2)


def _mask(score: "Tensor", padding: "Tensor | None", among: "Tensor | None") -> "Tensor | None":
    """What is added to the scores, [sample or 1, head or 1, query or 1, key]."""
    found = None
    if padding is not None:
        found = _as_numbers(padding, score)[:, None, None, :]
    if among is not None:
        shape = score.shape[:2] if among.dim() == 3 else (1, 1)
        own = _as_numbers(among, score).reshape(*shape, *among.shape[-2:])
        found = own if found is None else found + own
    return found


def _as_numbers(mask: "Tensor", like: "Tensor") -> "Tensor":
    """−∞ where a mask is true."""
    import torch

    if mask.dtype != torch.bool:
        return mask.to(like.dtype)
    return torch.zeros_like(mask, dtype=like.dtype).masked_fill(mask, -torch.inf)


def _softmax(score: "Tensor") -> "Tensor":
    """0 for a query that sees no key."""
    import torch

    blind = (score == -torch.inf).all(-1, keepdim=True)
    return torch.softmax(score.masked_fill(blind, 0.0), -1).masked_fill(blind, 0.0)
