"""The modules of a trunk that own the parameters which count."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.errors import MethodError
from core.landscape.trunks.parameters import choose_parameters
from core.recording.pulls import Layer

if TYPE_CHECKING:
    import torch


def find_layers(trunk: "torch.nn.Module", parameters: Sequence[str]) -> tuple[Layer, ...]:
    """The modules that own the parameters which count.

    Raises:
        MethodError: no such parameter, or a trunk spread over several devices.
    """
    from torch import nn

    if isinstance(trunk, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
        raise MethodError(
            f"{type(trunk).__name__} splits a batch over devices; record its .module on one device."
        )
    owners: dict[str, list[str]] = {}
    for name in choose_parameters(trunk, parameters):
        path, _, own = name.rpartition(".")
        owners.setdefault(path, []).append(own)
    return tuple(
        Layer(path, trunk.get_submodule(path), tuple(names)) for path, names in owners.items()
    )
