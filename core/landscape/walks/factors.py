"""Sample-wise optima of several steps of a perceptron, without a copy of its weights for any walk.

A step adds an outer product to a layer's displacement, so after k steps it is a sum of k of them:
Δ = Σ_j d_j a_jᵀ. All walks keep reading the common weights in one matrix product, and add what
their own few factors make of the input (ours):

    (W + Δ) h = W h + Σ_j d_j ⟨a_j, h⟩        (W + Δ)ᵀ δ = Wᵀ δ + Σ_j a_j ⟨d_j, δ⟩

The lowest layer that moves sees the same input at every step, so its displacement stays one outer
product, whose distances have a closed form.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jaxtyping import Float, Int

from core.landscape.heads import Heads
from core.landscape.layers.pull import Factors, Pull, Sites
from core.landscape.trunks.perceptron import Perceptron
from core.landscape.walks.walk import FEW_LEFT, SMALL_STEP, Walks, is_asked

if TYPE_CHECKING:
    from torch import Tensor

MOST_SEEN = 16
"""Walks of a batch whose lengths are measured after every step."""


@dataclass
class _Moved:
    """The factors of one layer's displacements so far."""

    d: "Float[Tensor, 'walk step output']"
    a: "Float[Tensor, 'walk step input']"
    n: int = 0

    def forward(self, h: "Float[Tensor, 'walk input']") -> "Float[Tensor, 'walk output']":
        """Δ h."""
        d, a = self.d[:, : self.n], self.a[:, : self.n]
        return ((a @ h.unsqueeze(2)).transpose(1, 2) @ d)[:, 0]

    def backward(self, delta: "Float[Tensor, 'walk output']") -> "Float[Tensor, 'walk input']":
        """Δᵀ δ."""
        d, a = self.d[:, : self.n], self.a[:, : self.n]
        return ((d @ delta.unsqueeze(2)).transpose(1, 2) @ a)[:, 0]

    def add(self, d: "Float[Tensor, 'walk output']", a: "Float[Tensor, 'walk input']") -> None:
        """One step more."""
        self.d[:, self.n], self.a[:, self.n] = d, a
        self.n += 1

    def part(self, index: "Int[Tensor, ' walk']") -> "_Moved":
        """Of these walks only."""
        return replace(self, d=self.d[index], a=self.a[index])

    def pull(self) -> Pull:
        """Δ; a step stands where a place does."""
        return Sites(self.d.unsqueeze(0), self.a)


@dataclass
class _Lowest(_Moved):
    """The same where the input never changes: one factor that grows."""

    def add(self, d: "Float[Tensor, 'walk output']", a: "Float[Tensor, 'walk input']") -> None:
        self.d[:, 0] += d
        self.a[:, 0], self.n = a, 1

    def pull(self) -> Pull:
        return Factors(self.d[None, :, 0], self.a[:, 0])


@dataclass
class _Batch:
    """Some walks: their inputs, targets and factors."""

    trunk: Perceptron
    heads: Heads
    """One a walk."""
    x: "Float[Tensor, 'walk input']"
    value: "Float[Tensor, ' walk']"
    moved: dict[int, _Moved]
    """By layer that counts."""

    def part(self, index: "Int[Tensor, ' walk']") -> "_Batch":
        """Only these walks."""
        moved = {layer: one.part(index) for layer, one in self.moved.items()}
        return _Batch(self.trunk, self.heads.of(index), self.x[index], self.value[index], moved)

    def step(self, size: "Float[Tensor, ' walk']") -> "Float[Tensor, ' walk']":
        """Take one step of these sizes, and tell how long it was (L2)."""
        inputs, active = [], []
        h = self.x
        for layer, weight in enumerate(self.trunk.weights):
            inputs.append(h)
            h = h @ weight.T + (self.moved[layer].forward(h) if layer in self.moved else 0.0)
            active.append(h > 0 if self.trunk.rectified else h == h)
            h = h * active[-1]
        delta, square = self._gradient(h), size.new_zeros(len(h))
        lowest = self.trunk.layers[0]
        for layer in range(len(inputs) - 1, lowest - 1, -1):
            delta = delta * active[layer]
            below = delta @ self.trunk.weights[layer] if layer > lowest else delta
            if layer in self.moved:
                below = below + self.moved[layer].backward(delta) if layer > lowest else below
                move = -delta * size.unsqueeze(1)
                square += (move * move).sum(1) * (inputs[layer] * inputs[layer]).sum(1)
                self.moved[layer].add(move, inputs[layer])
            delta = below
        return square.sqrt()

    def _gradient(self, features: "Float[Tensor, 'walk width']") -> "Float[Tensor, 'walk width']":
        """∂ loss / ∂ features of each walk's own loss."""
        heads = self.heads
        logits = (features.unsqueeze(1) @ heads.weight)[:, 0] + heads.bias
        residual = heads.residuals(logits.unsqueeze(0), self.value.unsqueeze(0))[0]
        return (heads.weight @ residual.unsqueeze(2))[:, :, 0]

    def lengths(self) -> "Float[Tensor, ' walk']":
        """‖Δ‖₁."""
        import torch

        return torch.stack([one.pull().lengths()[0] for one in self.moved.values()]).sum(0)


def follow_factors(
    trunk: Perceptron,
    heads: Heads,
    x: "Float[Tensor, 'walk input']",
    value: "Float[Tensor, ' walk']",
    task: "Int[Tensor, ' walk']",
    steps: int,
    step_size: float,
) -> Walks:
    """See `core.landscape.walks.follow.follow`."""
    import torch

    n_walks, device = len(x), x.device
    batch = _Batch(trunk, heads.of(task), x, value, _still(trunk, x, steps))
    left = torch.arange(n_walks, device=device)
    is_seen = torch.zeros(n_walks, dtype=torch.bool, device=device)
    is_seen[torch.linspace(0, n_walks - 1, min(MOST_SEEN, n_walks), device=device).long()] = True
    walking, first = torch.ones_like(is_seen), x.new_zeros(n_walks)
    length, stopped = x.new_zeros(steps, n_walks), x.new_zeros(steps, n_walks)
    done: list[tuple[Tensor, _Batch]] = []
    looked_at = is_seen.nonzero()[:, 0]
    for step in range(steps):
        goes_on = walking[left]
        if is_asked(step, device) and goes_on.sum() < FEW_LEFT * len(left):
            done.append((left[~goes_on], batch.part((~goes_on).nonzero()[:, 0])))
            batch, left = batch.part(goes_on.nonzero()[:, 0]), left[goes_on]
            looked_at = is_seen[left].nonzero()[:, 0]
        size = batch.step(step_size * walking[left])
        first[left] = size if step == 0 else first[left]
        walking[left] &= size > SMALL_STEP * first[left]
        length[step] = length[step - 1]
        if len(looked_at) > 0:
            length[step, left[looked_at]] = batch.part(looked_at).lengths()
        stopped[step] = ~walking
    pulls = _joined([*done, (left, batch)])
    return Walks(pulls, length[:, is_seen], is_seen.nonzero()[:, 0], stopped)


def _still(trunk: Perceptron, x: "Float[Tensor, 'walk input']", steps: int) -> dict[int, _Moved]:
    """Layers that have not moved yet, with room for every step."""
    moved: dict[int, _Moved] = {}
    for layer, (n_out, n_in) in zip(trunk.layers, trunk.shapes, strict=True):
        is_lowest = layer == trunk.layers[0]
        kept = 1 if is_lowest else steps
        d, a = x.new_zeros(len(x), kept, n_out), x.new_zeros(len(x), kept, n_in)
        moved[layer] = (_Lowest if is_lowest else _Moved)(d, a)
    return moved


def _joined(done: "list[tuple[Tensor, _Batch]]") -> list[Pull]:
    """The displacements of all walks in their order; those that left early end in zeros."""
    import torch

    order = torch.cat([left for left, _ in done]).argsort()
    layers = zip(*(batch.moved.values() for _, batch in done), strict=True)
    return [
        type(parts[0])(
            torch.cat([part.d for part in parts])[order],
            torch.cat([part.a for part in parts])[order],
        ).pull()
        for parts in layers
    ]
