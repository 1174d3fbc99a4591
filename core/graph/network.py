"""Two GATv2 layers for several seeds at once, side by side as extra attention heads.

The heads of a GATv2 layer never mix, so S networks of H heads are one layer of S·H heads; where
the second layer would read another seed's units, its weights are 0 and stay 0. One pass over the
graph then trains all seeds, several times faster than one after the other.
"""

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from core.graph.attention import Attention
from core.graph.batch import Edges

if TYPE_CHECKING:
    import torch
    from torch import Tensor

READ = ("source", "target", "residual")
"""The parameters of a layer that read its inputs."""


@dataclass(frozen=True)
class Network:
    """The layers, and the line that maps cosines to standardised similarities, one a seed."""

    first: Attention
    second: Attention
    log_slope: "Tensor"
    """Its exponential is the slope, so that alike tasks never point apart."""
    offset: "Tensor"

    @property
    def n_seeds(self) -> int:
        return len(self.log_slope)

    def parameters(self) -> "list[Tensor]":
        layers = (*self.first.parameters().values(), *self.second.parameters().values())
        return [*layers, self.log_slope, self.offset]

    def state(self) -> "list[Tensor]":
        """A copy of every parameter, for `restore`."""
        return [parameter.detach().clone() for parameter in self.parameters()]

    def restore(self, state: "list[Tensor]") -> None:
        for parameter, values in zip(self.parameters(), state, strict=True):
            parameter.data = values


def build_network(n_features: int, heads: int, units: int, n_seeds: int, seed: int) -> Network:
    """Fresh networks, each initialised as if it stood alone (Glorot uniform), from `seed`."""
    import torch

    width = heads * units
    generator = torch.Generator().manual_seed(seed)
    first = _draw(n_features, n_features, heads, units, n_seeds, generator)
    second = _draw(n_seeds * width, width, heads, units, n_seeds, generator)
    own = torch.kron(torch.eye(n_seeds), torch.ones(width, width))
    for matrix in (second.source, second.target, second.residual):
        matrix.data *= own
        matrix.register_hook(lambda gradient: gradient * own)  # type: ignore[no-untyped-call]
    log_slope, offset = (torch.zeros(n_seeds, requires_grad=True) for _ in range(2))
    return Network(first, second, log_slope, offset)


def _draw(
    n_inputs: int, n_own: int, heads: int, units: int, n_seeds: int, generator: "torch.Generator"
) -> Attention:
    """A layer of which every seed reads `n_own` of the inputs."""
    import torch

    width, n_units = heads * units, n_seeds * heads * units

    def drawn(bound: float, *shape: int) -> "Tensor":
        return torch.empty(shape).uniform_(-bound, bound, generator=generator).requires_grad_()

    source, target, residual = (
        drawn(sqrt(6 / (n_own + width)), n_units, n_inputs) for _ in range(3)
    )
    edge = drawn(sqrt(6 / (1 + width)), n_units, 1)
    score = drawn(sqrt(6 / (units + heads)), n_seeds * heads, units)
    biases = (torch.zeros(n_units, requires_grad=True) for _ in range(3))
    return Attention(source, target, residual, edge, score, *biases)


def embed(network: Network, edges: Edges) -> "Tensor":
    """Unit points [node, seed, dimension] of the last layer."""
    import torch

    points = network.second(_hidden(network, edges), edges)
    points = points.view(len(points), network.n_seeds, -1)
    return torch.nn.functional.normalize(points, dim=-1)


def _hidden(network: Network, edges: Edges) -> "Tensor":
    import torch

    return torch.nn.functional.elu(network.first(edges.features, edges))


def rebuild(network: Network, edges: Edges) -> "Tensor":
    """The standardised similarity [seed, source, target] that the points of one graph imply."""
    import torch

    points = embed(network, edges)
    cosine = torch.einsum("tsd,usd->stu", points, points)
    return network.log_slope.exp()[:, None, None] * cosine + network.offset[:, None, None]


def attend(network: Network, edges: Edges) -> "Tensor":
    """The attention [edge, seed] of the last layer, averaged over the heads of each seed."""
    _, share = network.second.attend(_hidden(network, edges), edges)
    return share.view(len(share), network.n_seeds, -1).mean(-1)


def only_seed(network: Network, seed: int) -> Network:
    """The network of one seed alone; it only embeds, so the line stays as drawn."""
    heads, units = network.first.n_heads // network.n_seeds, network.first.size
    alone = build_network(network.first.source.shape[1], heads, units, n_seeds=1, seed=0)
    width = heads * units
    own, own_heads = (slice(seed * n, (seed + 1) * n) for n in (width, heads))
    for source, target, columns in (
        (network.first, alone.first, slice(None)),
        (network.second, alone.second, own),
    ):
        for name, parameter in target.parameters().items():
            values = getattr(source, name).detach()
            values = values[own_heads if name == "score" else own]
            parameter.data = (values[:, columns] if name in READ else values).clone()
    return alone
