"""The trunk of every model of a stack as one stack of weights, with its backward pass by hand.

Activations are feature-major, [model, unit, row]. The first layer of all models of a seed sees the
same batch, so it is ONE matrix product [models · units, inputs] × [inputs, rows]; the others are
batched products without any permutation. The backward pass writes into kept buffers: no graph,
no allocation in the loop.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.training.draws import draw_trunk

if TYPE_CHECKING:
    import torch

Bounds = Sequence[tuple[int, int]]
"""The models [start, stop) of each seed, in the order of the seeds."""


class MLPStack:
    """Rectified layers of equal width; `weights` and `biases` alternate in `parameters`."""

    def __init__(self, parameters: "list[torch.Tensor]") -> None:
        import torch

        self.parameters = parameters
        self.n_numbers = max(bias.shape[1] for bias in parameters[1::2])
        self.gradients = [torch.empty_like(parameter) for parameter in parameters]
        self.activations: list[torch.Tensor] = []
        self.batch = parameters[0].new_empty(0)
        self.bounds: Bounds = ()

    def forward(self, batch: "torch.Tensor", bounds: Bounds) -> "torch.Tensor":
        """Features [model, unit, row] of a batch [seed, row, input]; kept for `backward`."""
        self.batch, self.bounds = batch, bounds
        self.activations = self._forward(batch, bounds)
        return self.activations[-1]

    def evaluate(self, inputs: "torch.Tensor") -> "torch.Tensor":
        """Features [model, unit, row] of rows [row, input] that all models share."""
        return self._forward(inputs.unsqueeze(0), [(0, len(self.parameters[0]))])[-1]

    def backward(self, features: "torch.Tensor") -> None:
        """Fill `gradients` from the gradient by the features, which it overwrites."""
        import torch

        for layer in reversed(range(len(self.parameters) // 2)):
            weight, here = self.parameters[2 * layer], self.activations[layer]
            threshold = torch.ops.aten.threshold_backward.grad_input
            threshold(features, here, 0, grad_input=features)
            torch.sum(features, 2, out=self.gradients[2 * layer + 1])
            if layer:
                below = self.activations[layer - 1]
                torch.bmm(features, below.transpose(1, 2), out=self.gradients[2 * layer])
                features = torch.bmm(weight.transpose(1, 2), features)
        self._first_gradient(features)

    def _first_gradient(self, features: "torch.Tensor") -> None:
        import torch

        for place, (start, stop) in enumerate(self.bounds):
            if stop > start:
                flat = features[start:stop].flatten(0, 1)
                out = self.gradients[0][start:stop].flatten(0, 1)
                torch.mm(flat, self.batch[place], out=out)

    def _forward(self, batch: "torch.Tensor", bounds: Bounds) -> "list[torch.Tensor]":
        import torch

        weight, bias = self.parameters[:2]
        first = weight.new_empty(*weight.shape[:2], batch.shape[1])
        for place, (start, stop) in enumerate(bounds):
            if stop > start:
                flat, out = weight[start:stop].flatten(0, 1), first[start:stop].flatten(0, 1)
                torch.addmm(
                    bias[start:stop].reshape(-1, 1), flat, batch[place].transpose(0, 1), out=out
                )
        activations = [first.relu_()]
        for layer in range(2, len(self.parameters), 2):
            weight, bias = self.parameters[layer], self.parameters[layer + 1]
            raw = torch.baddbmm(bias.unsqueeze(2), weight, activations[-1])
            activations.append(raw.relu_())
        return activations


def build_mlp(
    seed_of_model: Sequence[int],
    n_inputs: int,
    width: int,
    depth: int,
    like: "torch.Tensor",
) -> MLPStack:
    """A stack with a model for each entry of `seed_of_model`, in the type and place of `like`."""
    import torch

    drawn = {seed: draw_trunk(seed, n_inputs, width, depth) for seed in set(seed_of_model)}
    parameters = []
    for layer in range(depth):
        for part in range(2):
            one = {
                seed: torch.as_tensor(layers[layer][part]).to(like)
                for seed, layers in drawn.items()
            }
            parameters.append(torch.stack([one[seed] for seed in seed_of_model]))
    return MLPStack(parameters)
