"""One layer of graph attention with dynamic scores (GATv2).

Brody, Alon and Yahav, *How Attentive are Graph Attention Networks?*, arXiv 2105.14491, equation 7,
with a vector added for the weight of an edge and a residual map. The same numbers as `GATv2Conv` of
PyTorch Geometric, whose import takes 1.4 s, as long as everything else that a small run reads.
"""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from jaxtyping import Float

from core.graph.batch import Edges

if TYPE_CHECKING:
    from torch import Tensor

LEAK = 0.2
"""Slope of the leaky ReLU below 0."""


@dataclass(frozen=True, eq=False)
class Attention:
    """The parameters of a layer; its heads stand side by side."""

    source: "Float[Tensor, 'unit input']"
    """Makes of a node what it sends."""
    target: "Float[Tensor, 'unit input']"
    """Makes of a node what it asks for."""
    residual: "Float[Tensor, 'unit input']"
    edge: "Float[Tensor, 'unit 1']"
    """What the weight of an edge adds to both."""
    score: "Float[Tensor, 'head size']"
    source_bias: "Float[Tensor, ' unit']"
    target_bias: "Float[Tensor, ' unit']"
    bias: "Float[Tensor, ' unit']"

    @property
    def n_heads(self) -> int:
        return len(self.score)

    @property
    def size(self) -> int:
        """Units of each head."""
        return self.score.shape[1]

    def parameters(self) -> "dict[str, Tensor]":
        """All of them by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def attend(
        self, nodes: "Float[Tensor, 'node input']", edges: Edges
    ) -> "tuple[Float[Tensor, 'edge head size'], Float[Tensor, 'edge head']]":
        """What goes along every edge, and its share of all that comes to the target."""
        import torch

        sender, receiver = edges.index
        shape = (-1, self.n_heads, self.size)
        sent = torch.nn.functional.linear(nodes, self.source, self.source_bias).view(shape)
        asked = torch.nn.functional.linear(nodes, self.target, self.target_bias).view(shape)
        message = sent.index_select(0, sender)
        both = asked.index_select(0, receiver) + message + (edges.weight @ self.edge.T).view(shape)
        logit = (torch.nn.functional.leaky_relu(both, LEAK) * self.score).sum(2)
        at = receiver.unsqueeze(1).expand_as(logit)
        none = logit.detach().new_full((len(nodes), self.n_heads), -torch.inf)
        highest = none.scatter_reduce(0, at, logit.detach(), "amax")
        share = (logit - highest.index_select(0, receiver)).exp()
        total = torch.zeros_like(none).index_add(0, receiver, share)
        return message, share / total.index_select(0, receiver)

    def __call__(
        self, nodes: "Float[Tensor, 'node input']", edges: Edges
    ) -> "Float[Tensor, 'node unit']":
        """What every node gathers from its neighbours and from itself."""
        import torch

        message, share = self.attend(nodes, edges)
        gathered = message.new_zeros(len(nodes), *message.shape[1:])
        gathered = gathered.index_add(0, edges.index[1], message * share.unsqueeze(2))
        return gathered.flatten(1) + torch.nn.functional.linear(nodes, self.residual, self.bias)
