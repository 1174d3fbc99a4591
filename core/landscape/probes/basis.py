"""Features in coordinates in which the losses of all probes curve about alike."""

from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float

from core.landscape.memory import Batches

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = 2048
"""Rows of which copies are made at a time."""


class Basis(NamedTuple):
    """Features centred and whitened."""

    centre: "Float[Tensor, ' width']"
    whiten: "Float[Tensor, 'width width']"
    square: "Float[Tensor, ' width']"
    """Mean square of the features in each: 1, or less in a direction that hardly varies."""
    scale: "Tensor"

    def feed(self, features: "Float[Tensor, 'row width']") -> "Float[Tensor, 'row coordinate']":
        """The coordinates of some rows; the last one is 1, for the bias."""
        fed = features.new_ones(len(features), features.shape[1] + 1)
        fed[:, :-1] = features @ self.whiten
        fed[:, :-1] -= self.centre @ self.whiten
        return fed

    def stiffness(self, ridge: float) -> "Float[Tensor, ' coordinate']":
        """What the penalty of one row adds to the curvature by each coordinate; the last is the
        bias, which is free."""
        import torch

        held = ridge * (self.scale * self.whiten).square().sum(0)
        return torch.cat([held, held.new_zeros(1)])

    def plain(
        self, place: "Float[Tensor, 'task coordinate output']"
    ) -> "tuple[Float[Tensor, 'task width output'], Float[Tensor, 'task output']]":
        """Weights of the features themselves, and biases."""
        import torch

        weight = torch.einsum("vw,two->tvo", self.whiten, place[:, :-1])
        return weight, place[:, -1] - torch.einsum("w,two->to", self.centre, weight)

    def place(
        self, weight: "Float[Tensor, 'task width output']", bias: "Float[Tensor, 'task output']"
    ) -> "Float[Tensor, 'task coordinate output']":
        """What `plain` makes these weights and biases of."""
        import torch

        inverse = self.whiten / self.whiten.square().sum(0)
        free = bias + torch.einsum("w,two->to", self.centre, weight)
        return torch.cat([torch.einsum("wv,two->tvo", inverse, weight), free.unsqueeze(1)], 1)

    def slope(
        self, weight: "Float[Tensor, 'task width output']", bias: "Float[Tensor, 'task output']"
    ) -> "Float[Tensor, 'task coordinate output']":
        """The slope by each coordinate, from those by the weights of `plain` and by its biases."""
        import torch

        centred = weight - torch.einsum("w,to->two", self.centre, bias)
        slope = torch.einsum("vw,tvo->two", self.whiten, centred)
        return torch.cat([slope, bias.unsqueeze(1)], 1)


def whiten(
    features: "Float[Tensor, 'row width']", weights: "Float[Tensor, ' row']", ridge: float
) -> Basis:
    """The coordinates of some rows, each of which counts by its weight."""
    import torch

    n_rows, width = weights.sum(), features.shape[1]
    centre, covariance = weights @ features / n_rows, features.new_zeros(width, width)

    def add(start: int, stop: int) -> None:
        centred = features[start:stop] - centre
        more = centred.T @ (centred * (weights[start:stop] / n_rows).unsqueeze(1))
        covariance.add_(more)

    Batches(CHUNK).over(len(features), add)
    scale = covariance.diagonal().mean().sqrt()
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    spread, directions = torch.linalg.eigh(covariance)
    floor = scale**2 * (4 * ridge / as_many(weights) + 1e-9)  # 4: a logistic curves by 1/4 at most
    spread = spread.clamp_min(0)
    return Basis(centre, directions / (spread + floor).sqrt(), spread / (spread + floor), scale)


def as_many(weights: "Float[Tensor, 'row *task']") -> "Float[Tensor, '*task']":
    """How many rows of one weight tell as much (Kish 1965): few rows that stand for many are held
    back as the few they are, or their probes would fit chance."""
    return weights.sum(0).square() / weights.square().sum(0).clamp_min(1e-300)
