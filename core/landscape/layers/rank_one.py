"""The exact L1 distance of two rank-one gradients of different samples, without forming them.

    Σ_pq |u_p v_q − s_p t_q| = Σ_pq |s_p| |v_q| |u_p / s_p − t_q / v_q|

is a weighted sum of absolute differences on a line (METHODS §2): sort the points t_q / v_q once,
then each point u_p / s_p needs only the weight below it. O((m + k) log k) instead of O(m k). Where
s_p or v_q is 0 the product is split off. No cancellation: weight times point is u_p or t_q again.
"""

from typing import TYPE_CHECKING

from jaxtyping import Float

if TYPE_CHECKING:
    from torch import Tensor


def l1_between(
    u: "Float[Tensor, 'pair output']",
    v: "Float[Tensor, 'pair input']",
    s: "Float[Tensor, 'pair output']",
    t: "Float[Tensor, 'pair input']",
) -> "Float[Tensor, ' pair']":
    """‖u vᵀ − s tᵀ‖₁ of every pair."""
    import torch

    at, below = u / s, t / v
    at = torch.where(s == 0, torch.zeros_like(at), at)
    below, order = torch.where(v == 0, torch.full_like(below, torch.inf), below).sort(dim=1)
    weight = v.abs().gather(1, order)
    moment = (t * v.sign()).gather(1, order)
    rank = torch.searchsorted(below.contiguous(), at.contiguous(), right=True)
    weight_below, moment_below = (_running(part).gather(1, rank) for part in (weight, moment))
    whole, centre = weight.sum(1, keepdim=True), moment.sum(1, keepdim=True)
    crossing = u * s.sign() * (2 * weight_below - whole) - s.abs() * (2 * moment_below - centre)
    still_output = (u.abs() * (s == 0)).sum(1) * whole[:, 0]
    still_input = (t.abs() * (v == 0)).sum(1) * s.abs().sum(1)
    return (crossing.sum(1) + still_output + still_input).clamp_min(0)


def _running(part: "Float[Tensor, 'pair input']") -> "Float[Tensor, 'pair input_1']":
    """Sums of the first 0, 1, 2, … entries."""
    import torch

    return torch.nn.functional.pad(part.cumsum(1), (1, 0))
