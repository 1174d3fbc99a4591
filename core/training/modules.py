"""Any `torch.nn.Module` as the trunk: its parameters stacked, its forward pass vectorised.

`torch.func.functional_call` under `vmap` runs one module for all models of a seed at once, and
autograd gives the gradient of the stack.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from threading import Lock
from typing import TYPE_CHECKING

from core.errors import MethodError
from core.rows_apart import check_apart
from core.training.mlp import Bounds

if TYPE_CHECKING:
    import torch

TrunkFactory = Callable[[int], "torch.nn.Module"]
"""Makes the trunk of a seed: rows [row, input] → features [row, unit]."""

_PROBE_ROWS = 4


class ModuleStack:
    """The trunks of a stack of models; `parameters[k][model]` is the k-th of a model's trunk."""

    def __init__(
        self,
        base: "torch.nn.Module",
        parameters: "list[torch.Tensor]",
        buffers: "dict[str, torch.Tensor]",
        n_numbers: int,
    ) -> None:
        import torch

        self.base = base
        self.names = [name for name, _ in base.named_parameters()]
        self.parameters = parameters
        self.buffers = buffers
        self.n_numbers = n_numbers
        self.gradients = [torch.empty_like(parameter) for parameter in parameters]
        self.leaves: list[torch.Tensor] = []
        self.features = parameters[0].new_empty(0)

    def forward(self, batch: "torch.Tensor", bounds: Bounds) -> "torch.Tensor":
        """Features [model, unit, row] of a batch [seed, row, input]; kept for `backward`."""
        import torch

        self.leaves = [parameter.detach().requires_grad_() for parameter in self.parameters]
        with torch.enable_grad():
            parts = [
                self._apply(self.leaves, batch[place], start, stop)
                for place, (start, stop) in enumerate(bounds)
                if stop > start
            ]
            self.features = torch.cat(parts).transpose(1, 2)
        return self.features.detach().contiguous()

    def evaluate(self, inputs: "torch.Tensor") -> "torch.Tensor":
        """Features [model, unit, row] of rows [row, input] that all models share."""
        n_models = len(self.parameters[0])
        return self._apply(self.parameters, inputs, 0, n_models).transpose(1, 2).contiguous()

    def backward(self, features: "torch.Tensor") -> None:
        """Fill `gradients` from the gradient by the features."""
        import torch

        found = torch.autograd.grad(self.features, self.leaves, features, allow_unused=True)
        for gradient, new in zip(self.gradients, found, strict=True):
            gradient.zero_() if new is None else gradient.copy_(new)

    def _apply(
        self, parameters: "list[torch.Tensor]", rows: "torch.Tensor", start: int, stop: int
    ) -> "torch.Tensor":
        import torch

        def call(one: "dict[str, torch.Tensor]", rows: "torch.Tensor") -> "torch.Tensor":
            out: torch.Tensor = torch.func.functional_call(self.base, (one, self.buffers), (rows,))
            return out

        stacked = {
            name: parameter[start:stop]
            for name, parameter in zip(self.names, parameters, strict=True)
        }
        features: torch.Tensor = torch.func.vmap(call, in_dims=(0, None))(stacked, rows)
        return features


class Seeded:
    """A factory whose trunk of a seed is always the same, whatever the module draws and whoever
    asks: PyTorch's own generator is set before it is made, and left as it was."""

    def __init__(self, factory: TrunkFactory) -> None:
        self.factory = factory
        self._made: dict[int, torch.nn.Module] = {}
        self._lock = Lock()

    def __call__(self, seed: int) -> "torch.nn.Module":
        import torch

        with self._lock:
            if seed not in self._made:
                with torch.random.fork_rng(devices=[]):
                    torch.default_generator.manual_seed(seed)  # the plain one seeds GPUs too
                    self._made[seed] = self.factory(seed)
            return deepcopy(self._made[seed])


def build_modules(
    seed_of_model: Sequence[int],
    factory: TrunkFactory,
    inputs: "torch.Tensor",
    n_numbers: int = 1,
) -> ModuleStack:
    """A stack with a model for each entry of `seed_of_model`; `inputs` are rows to try it on, and
    `n_numbers` how many numbers a row becomes in one of them.

    Raises:
        MethodError: the trunk does not map rows to features, mixes the rows of a batch, or has
            nothing to train.
    """
    import torch

    made = {seed: factory(seed).to(inputs) for seed in sorted(set(seed_of_model))}
    base = made[seed_of_model[0]]
    check_trunk(base, inputs[:_PROBE_ROWS])
    columns = {seed: [p.detach() for p in module.parameters()] for seed, module in made.items()}
    parameters = [
        torch.stack([columns[seed][place] for seed in seed_of_model])
        for place in range(len(columns[seed_of_model[0]]))
    ]
    return ModuleStack(base, parameters, dict(base.named_buffers()), n_numbers)


def count_parameters(trunk: "torch.nn.Module") -> int:
    """Numbers of a trunk that training changes."""
    return sum(parameter.numel() for parameter in trunk.parameters())


def check_trunk(trunk: "torch.nn.Module", rows: "torch.Tensor") -> int:
    """The width of the features of a trunk.

    Raises:
        MethodError: no parameter, or features that are none of single rows.
    """
    if not any(True for _ in trunk.parameters()):
        name = type(trunk).__name__
        raise MethodError(f"Trunk {name} has no parameters, so there is nothing to train.")
    return check_apart(trunk, rows)
