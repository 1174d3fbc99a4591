"""Who uses the parameters of a trunk that count: the modules that are called with inputs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from core.errors import MethodError
from core.landscape.layers.written_out import write_out
from core.landscape.trunks.parameters import choose_parameters
from core.recording.pulls import Layer

if TYPE_CHECKING:
    import torch

Owner = tuple[str, str]
"""The path of a module, and what it calls a parameter."""


def find_layers(trunk: "torch.nn.Module", parameters: Sequence[str]) -> tuple[Layer, ...]:
    """The layers that use the parameters which count, each with the shortest way to its gradient.

    Raises:
        MethodError: no such parameter, a trunk spread over several devices, or a compiled one.
    """
    _check_trunk(trunk)
    owners = _owners(trunk)
    names: dict[str, list[str]] = {}
    shared: list[Layer] = []
    for name in _trained(trunk, choose_parameters(trunk, parameters), parameters):
        found = owners[id(trunk.get_parameter(name))]
        if len({path for path, _ in found}) > 1 and _are_twins(trunk, found):
            (path, own), *others = found
            twins = tuple(path for path, _ in others)
            shared.append(Layer(path, trunk.get_submodule(path), (own,), twins=twins))
            continue
        path = _common([_user(trunk, path) for path, _ in found])
        names.setdefault(path, []).append(name[len(path) + bool(path) :])
    alone = [layer for path, own in names.items() for layer in _of_module(trunk, path, own)]
    return (*alone, *shared)


def _trained(trunk: "torch.nn.Module", names: Sequence[str], asked: Sequence[str]) -> Sequence[str]:
    """Those that are trained; MethodError where one that was asked for by its name is not."""
    trained = [name for name in names if trunk.get_parameter(name).requires_grad]
    frozen = [name for name in names if name not in trained]
    if frozen and (not trained or set(frozen) & set(asked)):
        name = next((name for name in frozen if name in asked), frozen[0])
        raise MethodError(
            f"Parameter {name!r} is frozen (requires_grad is False), so no loss moves it; unfreeze "
            "it, or name others (parameters=['…'])."
        )
    return trained


def widen(trunk: "torch.nn.Module", layer: Layer, called: set[str]) -> Layer | None:
    """The same parameters as those of the next module around that was called; None without one."""
    path, names = _common([layer.path, *layer.twins]), layer.names
    if layer.path != path:
        names = tuple(f"{layer.path[len(path) + bool(path) :]}.{name}" for name in names)
    if not layer.by_row and not layer.twins and layer.kind != "other" and path in called:
        return Layer(path, layer.module, names, by_row=True)
    while path:
        path, _, own = path.rpartition(".")
        names = tuple(f"{own}.{name}" for name in names)
        if path in called:
            return Layer(path, trunk.get_submodule(path), names, by_row=True)
    return None


def around(layers: Sequence[Layer]) -> set[str]:
    """The paths of the layers and of every module around them."""
    found = {""}
    for layer in layers:
        for path, _ in layer.places:
            parts = path.split(".")
            found |= {".".join(parts[: n + 1]) for n in range(len(parts))}
    return found


def _check_trunk(trunk: "torch.nn.Module") -> None:
    from torch import nn

    if isinstance(trunk, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
        raise MethodError(
            f"{type(trunk).__name__} splits a batch over devices; record its .module on one device."
        )
    for path, module in trunk.named_modules():
        if hasattr(module, "_orig_mod") or getattr(module, "_compiled_call_impl", None):
            raise MethodError(
                f"Module {path or type(trunk).__name__!r} is compiled, and compiled code passes "
                "hooks by; record the module before torch.compile, and pass the observed batches "
                "through it (a compiled trunk keeps it as ._orig_mod)."
            )


def _owners(trunk: "torch.nn.Module") -> Mapping[int, list[Owner]]:
    """Of every parameter, all modules that have it."""
    found: dict[int, list[Owner]] = {}
    for path, module in trunk.named_modules():
        for name, part in module.named_parameters(recurse=False, remove_duplicate=False):
            found.setdefault(id(part), []).append((path, name))
    return found


def _are_twins(trunk: "torch.nn.Module", owners: Sequence[Owner]) -> bool:
    """Whether linear maps, or embeddings, share a weight: then it is one layer with more calls."""
    from torch import nn

    kinds = {type(trunk.get_submodule(path)) for path, _ in owners}
    names = {name for _, name in owners}
    return len(names) == 1 and kinds in ({nn.Linear}, {nn.Embedding})


def _user(trunk: "torch.nn.Module", path: str) -> str:
    """The module that is called where this one only keeps the parameter."""
    while path:
        outer = path.rpartition(".")[0]
        module, parent = trunk.get_submodule(path), trunk.get_submodule(outer)
        if _is_called(module) and write_out(parent) is None:
            return path
        path = outer
    return path


def _is_called(module: "torch.nn.Module") -> bool:
    from torch import nn

    is_container = type(module).forward is nn.Module.forward
    return not is_container and type(module).__name__ != "ParametrizationList"


def _common(paths: Sequence[str]) -> str:
    """The module around all of these."""
    parts = [path.split(".") if path else [] for path in paths]
    found = []
    for names in zip(*parts, strict=False):
        if len(set(names)) > 1:
            break
        found.append(names[0])
    return ".".join(found)


def _of_module(trunk: "torch.nn.Module", path: str, names: Sequence[str]) -> list[Layer]:
    """One layer, or one for every linear map of a module that is written out."""
    module = trunk.get_submodule(path)
    written = write_out(module)
    if written is None or set(names) - {n for one in written.products for n in one.names}:
        return [Layer(path, module, tuple(names))]
    return [
        Layer(path, module, own, product)
        for product in written.products
        if (own := tuple(name for name in product.names if name in names))
    ]
