"""Two GATv2 layers for several seeds at once, side by side as extra attention heads.

The heads of a GATv2 layer never mix, so S networks of H heads are one layer of S·H heads; where
the second layer would read another seed's units, its weights are 0 and stay 0. One pass over the
graph then trains all seeds, several times faster than one after the other.
"""

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from core.graph.batch import Edges

if TYPE_CHECKING:
    import torch
    from torch_geometric.nn.conv.gatv2_conv import GATv2Conv


@dataclass(frozen=True)
class Network:
    """The layers, and the line that maps cosines to standardised similarities, one a seed."""

    first: "GATv2Conv"
    second: "GATv2Conv"
    log_slope: "torch.nn.Parameter"
    """Its exponential is the slope, so that alike tasks never point apart."""
    offset: "torch.nn.Parameter"

    @property
    def n_seeds(self) -> int:
        return len(self.log_slope)

    def parameters(self) -> "list[torch.nn.Parameter]":
        return [*self.first.parameters(), *self.second.parameters(), self.log_slope, self.offset]

    def state(self) -> "list[torch.Tensor]":
        """A copy of every parameter, for `restore`."""
        return [parameter.detach().clone() for parameter in self.parameters()]

    def restore(self, state: "list[torch.Tensor]") -> None:
        for parameter, values in zip(self.parameters(), state, strict=True):
            parameter.data = values


def build_network(n_features: int, heads: int, units: int, n_seeds: int, seed: int) -> Network:
    """Fresh networks, each initialised as if it stood alone (Glorot uniform), from `seed`."""
    import torch
    from torch_geometric.nn.conv.gatv2_conv import GATv2Conv

    width = heads * units

    def layer(n_inputs: int) -> "GATv2Conv":
        return GATv2Conv(
            n_inputs, units, n_seeds * heads, edge_dim=1, fill_value=1.0, residual=True
        )

    with torch.random.fork_rng(devices=[]):  # the layers draw once, and are drawn anew below
        network = Network(
            first=layer(n_features),
            second=layer(n_seeds * width),
            log_slope=torch.nn.Parameter(torch.zeros(n_seeds)),
            offset=torch.nn.Parameter(torch.zeros(n_seeds)),
        )
    generator = torch.Generator().manual_seed(seed)
    _draw(network.first, n_features, width, generator)
    _draw(network.second, width, width, generator)
    own = torch.kron(torch.eye(n_seeds), torch.ones(width, width))
    for linear in (network.second.lin_l, network.second.lin_r, network.second.res):
        linear.weight.data *= own
        linear.weight.register_hook(lambda gradient: gradient * own)
    return network


def _draw(layer: "GATv2Conv", n_inputs: int, width: int, generator: "torch.Generator") -> None:
    bounds = {
        layer.lin_l.weight: sqrt(6 / (n_inputs + width)),
        layer.lin_r.weight: sqrt(6 / (n_inputs + width)),
        layer.res.weight: sqrt(6 / (n_inputs + width)),
        layer.lin_edge.weight: sqrt(6 / (1 + width)),
        layer.att: sqrt(6 / (layer.att.shape[-1] + width // layer.att.shape[-1])),
    }
    for parameter, bound in bounds.items():
        parameter.data.uniform_(-bound, bound, generator=generator)
    for bias in (layer.lin_l.bias, layer.lin_r.bias, layer.bias):
        bias.data.zero_()


def embed(network: Network, edges: Edges) -> "torch.Tensor":
    """Unit points [node, seed, dimension] of the last layer."""
    import torch

    hidden = torch.nn.functional.elu(network.first(edges.features, edges.index, edges.weight))
    points = network.second(hidden, edges.index, edges.weight)
    points = points.view(len(points), network.n_seeds, -1)
    return torch.nn.functional.normalize(points, dim=-1)


def rebuild(network: Network, edges: Edges) -> "torch.Tensor":
    """The standardised similarity [seed, source, target] that the points of one graph imply."""
    import torch

    points = embed(network, edges)
    cosine = torch.einsum("tsd,usd->stu", points, points)
    return network.log_slope.exp()[:, None, None] * cosine + network.offset[:, None, None]


def attend(network: Network, edges: Edges) -> "tuple[torch.Tensor, torch.Tensor]":
    """The edges (source, target), self-loops included, and the attention [edge, seed] of the last
    layer, averaged over the heads of each seed."""
    import torch

    hidden = torch.nn.functional.elu(network.first(edges.features, edges.index, edges.weight))
    _, (index, weight) = network.second(hidden, edges.index, edges.weight, True)
    return index, weight.view(len(weight), network.n_seeds, -1).mean(-1)


def only_seed(network: Network, seed: int) -> Network:
    """The network of one seed alone; it only embeds, so the line stays as drawn."""
    n_features = network.first.lin_l.weight.shape[1]
    heads, units = network.first.heads // network.n_seeds, network.first.out_channels
    alone = build_network(n_features, heads, units, n_seeds=1, seed=0)
    width = heads * units
    own = slice(seed * width, (seed + 1) * width)
    for source, target, columns in (
        (network.first, alone.first, slice(None)),
        (network.second, alone.second, own),
    ):
        for name, parameter in target.named_parameters():
            values = source.get_parameter(name).detach()
            if name == "att":
                parameter.data = values[:, seed * heads : (seed + 1) * heads].clone()
            elif name in ("lin_l.weight", "lin_r.weight", "res.weight"):
                parameter.data = values[own, columns].clone()
            else:
                parameter.data = values[own].clone()
    return alone
