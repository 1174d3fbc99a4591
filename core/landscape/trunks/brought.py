"""What a user brings to a landscape beside its settings: a module, its weights, names of layers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import MethodError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Weights = Mapping[str, Any]
"""A state dict: tensors by the names of a module's parameters."""


@dataclass(frozen=True, eq=False)
class Brought:
    """A trunk of the user's own, or weights for one of ours; nothing by default."""

    trunk: "torch.nn.Module | None" = None
    weights: "Mapping[str, Tensor] | None" = None
    parameters: tuple[str, ...] = ()
    """Names or globs of the parameters that count; empty for the weights of all layers."""

    def __post_init__(self) -> None:
        for name, part in (self.weights or {}).items():
            if not part.isfinite().all():
                raise MethodError(
                    f"Weight {name!r} holds numbers that are not finite, so no loss is; save the "
                    "weights from before the training broke down."
                )

    @property
    def is_trained(self) -> bool:
        """Whether there is a start of the user's, so that none is drawn."""
        return self.trunk is not None or self.weights is not None

    def loaded(self, module: "torch.nn.Module") -> "torch.nn.Module":
        """The module with the weights that were brought; the module itself where none were.

        Raises:
            MethodError: names or shapes that do not fit.
        """
        from copy import deepcopy

        if self.weights is None:
            return module
        module = deepcopy(module)
        try:
            module.load_state_dict(dict(self.weights))
        except RuntimeError as error:
            reason = " ".join(str(error).split()).partition(": ")[2]
            raise MethodError(f"The weights do not fit the trunk: {reason}") from error
        return module

    @property
    def fingerprint(self) -> str:
        """Hex digest of the numbers brought and the names, by which a stage is kept."""
        digest = blake2b(digest_size=16)
        state = {} if self.trunk is None else dict(self.trunk.state_dict())
        for name, part in (*state.items(), *(self.weights or {}).items()):
            digest.update(f"{name}{tuple(part.shape)}{part.dtype}".encode())
            digest.update(part.detach().cpu().contiguous().float().numpy().tobytes())
        digest.update(repr((self.trunk, self.parameters)).encode())
        return digest.hexdigest()


NOTHING = Brought()


def bring(
    trunk: "torch.nn.Module | None" = None,
    weights: "Weights | Path | str | None" = None,
    parameters: Sequence[str] = (),
) -> Brought:
    """What was given, with weights read from their file where a path was.

    Raises:
        MethodError: no module, a file that is no safetensors file, or weights that are not finite.
    """
    import torch

    if trunk is not None and not isinstance(trunk, torch.nn.Module):
        raise MethodError(
            f"trunk is a {type(trunk).__name__}; give a torch.nn.Module that maps rows to features."
        )
    if isinstance(weights, str | Path):
        weights = load_weights(Path(weights))
    return Brought(trunk, weights, tuple(parameters))


def load_weights(path: Path) -> "dict[str, Tensor]":
    """The tensors of a safetensors file, which holds numbers and never code.

    Raises:
        MethodError: no such file, or not of that format.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except FileNotFoundError as error:
        raise MethodError(f"There is no file {path}. Check the path of the weights.") from error
    except (SafetensorError, OSError) as error:
        raise MethodError(
            f"{path.name} is no safetensors file; save the weights with "
            "safetensors.torch.save_file (pickled files are never loaded)."
        ) from error
