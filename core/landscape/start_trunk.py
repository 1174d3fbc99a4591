"""The trunk that a start is measured from: drawn, brought, or warmed up, as the settings say."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from core.convolutions import CONVOLUTIONS, draw_convolution, outline
from core.convolutions.canvas import Layout, sides_of
from core.errors import MethodError
from core.inputs import fit_scale
from core.landscape.ground import Ground
from core.landscape.one_step import OneStep
from core.landscape.trunks.admit import admit
from core.landscape.trunks.brought import NOTHING, Brought
from core.landscape.trunks.module import ModuleTrunk
from core.landscape.trunks.perceptron import Perceptron, draw_perceptron
from core.landscape.trunks.trunk import Trunk
from core.landscape.warmup import warm_up
from core.streamed import StreamedTable
from core.values import TaskTable

if TYPE_CHECKING:
    import torch


def start_trunk(
    method: OneStep,
    ground: Ground,
    generator: "torch.Generator",
    on_step: Callable[[float], None],
) -> Trunk:
    """The trunk at its start θ₀, with the parameters that count.

    Raises:
        MethodError: a trunk that cannot read such samples, a module that cannot be one, weights
            that do not fit, or names of parameters that it does not have.
    """
    counted = (ground.brought.parameters, method.last_layers)
    drawn = (method, ground.brought, ground.layout, generator, ground.device)
    if method.start != "warmup":
        return draw_trunk(*drawn, *counted)
    learned = (ground.tasks, ground.labels, ground.rows, method.warmup_steps)
    trunk = warm_up(draw_trunk(*drawn), *learned, generator, on_step)
    return _count(trunk, ground.layout.n_inputs, *counted)


def check_start(
    table: TaskTable | StreamedTable, method: OneStep, brought: Brought = NOTHING
) -> None:
    """Find out before anything is measured whether a landscape can start; see `start_trunk`.

    Raises:
        MethodError: a trunk that cannot read such samples, or weights that do not fit it.
    """
    if isinstance(table, StreamedTable):
        scale, sample_shape = table.survey.scale, table.sample.feature_shape
    else:
        scale, sample_shape = fit_scale(table), table.feature_shape
    layout = Layout(scale, sample_shape, int(scale.varies.sum()) + len(scale.flagged))
    kind, shape = layout.kind(method.trunk)
    if kind in CONVOLUTIONS:
        sides_of(kind, shape)
    if brought.is_trained:
        import torch

        draw_trunk(method, brought, layout, torch.Generator(), torch.device("cpu"))


def draw_trunk(
    method: OneStep,
    brought: Brought,
    layout: Layout,
    generator: "torch.Generator",
    device: "torch.device",
    parameters: Sequence[str] = (),
    last_layers: int = 0,
) -> Trunk:
    """The trunk that was brought, or a random one of the kind that the settings name."""
    counted = (parameters, last_layers)
    if brought.trunk is not None:
        module = brought.loaded(brought.trunk)
        return admit(module, layout.n_inputs, layout.samples(device), device, *counted)
    kind, shape = layout.kind(method.trunk)
    if kind in ("mlp", "linear"):
        depth = method.depth if kind == "mlp" else 1
        drawn = draw_perceptron(
            layout.n_inputs, method.width, depth, generator, device, rectified=kind == "mlp"
        )
        return _count(_with_weights(drawn, brought), layout.n_inputs, *counted)
    plan = outline(kind, sides_of(kind, shape), method.width, method.depth)
    net = brought.loaded(draw_convolution(plan, generator))
    return admit(net, layout.n_inputs, layout.placed(kind, device), device, *counted)


def _with_weights(trunk: Perceptron, brought: Brought) -> Perceptron:
    """The weights that were brought, by the names they have in `torch.nn.Sequential`."""
    if brought.weights is None:
        return trunk
    shapes = {_weight_name(k): tuple(w.shape) for k, w in enumerate(trunk.weights)}
    found = {name: tuple(part.shape) for name, part in brought.weights.items()}
    if found != shapes:
        raise MethodError(
            f"The weights do not fit the trunk: it takes {shapes}, the file has {found}; set width "
            "and depth to match, or give the module itself as trunk."
        )
    own = (brought.weights[name].to(trunk.weights[0]) for name in shapes)
    return replace(trunk, weights=tuple(own))


def _weight_name(layer: int) -> str:
    """Of a layer where every linear map is followed by its ReLU."""
    return f"{2 * layer}.weight"


def _count(trunk: Trunk, n_inputs: int, patterns: Sequence[str], last_layers: int) -> Trunk:
    """The trunk with the parameters that count."""
    if not patterns and not last_layers:
        return trunk
    if isinstance(trunk, ModuleTrunk):
        device = trunk.device
        return admit(trunk.module, n_inputs, trunk.view, device, patterns, last_layers)
    assert isinstance(trunk, Perceptron)
    names = [_weight_name(layer) for layer in range(len(trunk.weights))]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise MethodError(
                f"The trunk has no parameter {pattern!r}; it has: {', '.join(names)}."
            )
    if patterns:
        named = (k for k, name in enumerate(names) if any(fnmatchcase(name, p) for p in patterns))
        return replace(trunk, counted=tuple(named))
    return replace(trunk, counted=tuple(range(len(names)))[-last_layers:])
