"""Networks as named tensors, and back as modules; never pickle, so a file cannot run code."""

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from core.convolutions import build_convolution, outline_of
from core.convolutions.canvas import Layout
from core.errors import MethodError, RunError
from core.export.specification import ModelSpec

if TYPE_CHECKING:
    import torch
    from torch import nn

    from core.export.module import GroupNetwork

FILE = "weights.safetensors"


def digest(content: bytes) -> str:
    """The hash by which schema.json knows its weights."""
    return sha256(content).hexdigest()


def prefix(group: int, seed: int) -> str:
    """How the names of the tensors of one network begin."""
    return f"group{group}.seed{seed}."


def build_modules(spec: ModelSpec, content: bytes) -> "tuple[GroupNetwork, ...]":
    """The network of every group and seed, ready to use or to train on.

    Raises:
        RunError: the weights are damaged, of another export, or do not fit the specification.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    if digest(content) != spec.weights_sha256:
        raise RunError(
            f"{FILE} is not the file that schema.json was written with (damaged, or of another "
            "export); copy the whole folder again."
        )
    try:
        tensors = load(content)
        return tuple(
            _build(spec, tensors, group, seed)
            for group, seeds in enumerate(spec.seeds)
            for seed in seeds
        )
    except (SafetensorError, RuntimeError, MethodError) as error:
        raise RunError(
            f"{FILE} does not hold the networks of schema.json; export the run again."
        ) from error


def _build(
    spec: ModelSpec, tensors: "Mapping[str, torch.Tensor]", group: int, seed: int
) -> "GroupNetwork":
    import torch

    from core.export.module import GroupNetwork

    members = spec.groups[group]
    with torch.device("meta"):  # nothing is drawn, so no random generator moves
        module = GroupNetwork(
            tasks=[spec.task_names[task] for task in members],
            n_outputs=[spec.n_outputs(task) for task in members],
            trunk=_trunk(spec),
            width=spec.width,
            seed=seed,
        )
    start = prefix(group, seed)
    own = {
        name.removeprefix(start): tensor
        for name, tensor in tensors.items()
        if name.startswith(start)
    }
    module.load_state_dict(own, assign=True)
    return module


def _trunk(spec: ModelSpec) -> "nn.Module":
    """The trunk of every network, without its weights."""
    import torch

    from core.export.module import plain_trunk

    if not spec.trunk:
        return plain_trunk(spec.n_inputs, spec.width, spec.depth)
    from core.convolutions.placed import Placed

    layout = Layout(spec.table.scale, spec.shape, spec.n_inputs)
    told = (spec.shape, len(spec.table.scale.varies), spec.width, spec.depth)
    plan = outline_of(spec.trunk, *told)
    assert plan is not None
    return Placed(build_convolution(plan), layout.placed(plan.kind, torch.device("cpu")))
