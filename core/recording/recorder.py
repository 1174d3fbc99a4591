"""What becomes of a batch: pulled back task by task, aligned by sample, summed up, forgotten."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float, Int, UInt64

from core.errors import MethodError
from core.keys import block_of
from core.machine.device import full_precision
from core.recording.align import align_calls
from core.recording.batch import Batch, read_batch
from core.recording.call import Call, Place
from core.recording.choose import around, find_layers
from core.recording.finish import Recorded, as_landscape, as_tasks
from core.recording.labels import as_keys, read_labels
from core.recording.layout import Placing, find_placing
from core.recording.prove import Proof, prove
from core.recording.reservoir import Reservoir, Seen
from core.recording.sums import Part, Sums
from core.recording.trace import Found, find_marks, note_observed, working_type
from core.recording.trail import follow
from core.recording.watch import Watch
from core.values import Landscape, Task

if TYPE_CHECKING:
    import torch
    from torch import Tensor


TOGETHER = 4
"""Rows one after another that share a block where no ids are given (ours): neighbours in a loop are
often of one origin, and fewer blocks in a batch cost less."""


class Recorder:
    """Watches a trunk until it is closed; made by `record_landscape`."""

    def __init__(
        self,
        trunk: "torch.nn.Module",
        tasks: Sequence[str | Task] | Mapping[str, str],
        parameters: Sequence[str] = (),
        max_points: int = 20_000,
        n_blocks: int = 50,
        seed: int = 0,
    ) -> None:
        self.tasks = as_tasks(tasks)
        self.n_rows = 0
        """Samples observed."""
        self._names = tuple(task.name for task in self.tasks)
        self._trunk = trunk
        layers = find_layers(trunk, parameters)
        counted = {id(part): part for layer in layers for part in layer.parameters()}
        self._weights = list(counted.values())
        self._dtype = working_type(self._weights)
        self._n_blocks, self._seed = n_blocks, seed
        self._sums: Sums | None = None
        self._reservoir = Reservoir(len(self.tasks), max_points, seed)
        self._layers = layers
        self._proof: Proof | None = None
        self._labels: list[Float[np.ndarray, "sample task"]] = []
        self._blocks: list[Int[np.ndarray, " sample"]] = []
        self._versions: set[int] = set()
        self._known: list[Bool[np.ndarray, "sample task"]] = []
        self._keys: list[UInt64[np.ndarray, " sample"]] = []
        self._lacks_ids = False
        self._is_spoilt = False
        self._watch = Watch({path: trunk.get_submodule(path) for path in around(layers)})

    def observe(
        self,
        losses: "Mapping[str, Tensor]",
        *,
        mask: Mapping[str, Any] | None = None,
        labels: Mapping[str, Any] | None = None,
        sample: Any = None,
        rows: "Tensor | None" = None,
    ) -> None:
        """Take in a batch; call it after the forward pass and before the backward pass.

        Args:
            losses: by task, one a sample [batch], on the graph; NaN where a label is missing. Tasks
                may be left out of a batch. Sample k must be the same for all of them.
            mask: by task, true where the label is there, in place of NaN or beside it.
            labels: by task, numbers [batch], for the pictures and for label agreement; a time to
                an event is −t where it was cut off at t.
            sample: ids [batch] of patients; rows with one id stay in one block of the bootstrap,
                and count as one patient where every batch has ids.
            rows: [node], the sample that each node of a graph belongs to (the batch vector).

        Raises:
            MethodError: what was given is not that, or single samples have no gradient here.
        """
        import torch

        batch = read_batch(self._names, losses, mask, self._weights[0].device)
        known_labels = read_labels(self.tasks, labels, batch)
        if not bool(batch.known.any()):
            return
        found = self._find(batch)
        placing = None if rows is None else _as_placing(rows, batch.n_samples)
        self._watch.is_paused = True
        try:
            with torch.autocast(batch.known.device.type, enabled=False), full_precision():
                self._observe(batch, found, placing, known_labels, sample)
        finally:
            self._watch.is_paused = False
        note_observed(found, self._watch.key)

    def close(self) -> None:
        """Take the hooks off the trunk."""
        self._watch.close()

    def landscape(self) -> Landscape:
        """What was observed so far.

        Raises:
            MethodError: nothing was, or a batch was taken in only in part.
        """
        if self._is_spoilt:
            raise MethodError(
                "A batch was taken in only in part, as observe failed on it; record again."
            )
        if self._sums is None:
            raise MethodError("Nothing was observed; call observe with the losses of a batch.")
        full, block = np.unique(np.concatenate(self._blocks), return_inverse=True)
        return as_landscape(
            Recorded(
                tasks=self.tasks,
                n_rows=self.n_rows,
                sums=self._sums.finish(full),
                points=self._reservoir.finish(),
                labels=np.concatenate(self._labels),
                block=block,
                n_weights=sum(weight.numel() for weight in self._weights),
                n_layers=len({layer.path for layer in self._layers}),
                n_versions=len(self._versions),
                means_share=self._sums.means.share,
                known=np.concatenate(self._known),
                patient=None if self._lacks_ids else np.concatenate(self._keys),
            )
        )

    def _find(self, batch: Batch) -> tuple[Found, ...]:
        found = find_marks(batch.losses, self._watch.key)
        if not found:
            raise MethodError(
                "No loss is connected to the trunk: run the forward pass inside the with block, "
                "with gradients on, not compiled, and without reentrant gradient checkpointing "
                "(use_reentrant=False works)."
            )
        return found

    def _observe(
        self,
        batch: Batch,
        found: tuple[Found, ...],
        placing: Placing | None,
        labels: Float[np.ndarray, "sample task"],
        sample: Any,
    ) -> None:
        if self._proof is None:
            self._proof = prove(self._trunk, self._layers, batch, found, placing)
            self._layers = self._proof.layers
            self._watch.keep(path for one in self._layers for path, _ in one.places)
        trail, ways = follow(found, self._layers), self._proof.ways
        calls = align_calls(batch, trail, self._names, ways, placing, self._dtype)
        self._take_in(batch, calls, labels, sample)

    def _take_in(
        self,
        batch: Batch,
        calls: Mapping[Place, Sequence[Call]],
        labels: Float[np.ndarray, "sample task"],
        sample: Any,
    ) -> None:
        import torch

        n, device = batch.n_samples, batch.known.device
        number = np.arange(self.n_rows, self.n_rows + n)
        alone = (number // TOGETHER).astype(np.uint64)
        keys = alone if sample is None else as_keys(sample, n, self.n_rows)
        block = block_of(keys, self._n_blocks, self._seed)
        if self._sums is None:
            n_weights = sum(weight.numel() for weight in self._weights)
            self._sums = Sums(len(self.tasks), self._n_blocks, n_weights, device)
        part = Part(calls, batch.known, block)
        with torch.no_grad():
            self._is_spoilt = True
            self._sums.add(self._layers, part)
            self._reservoir.add(self._layers, part, Seen(number, batch.values(), labels))
            self._is_spoilt = False
        self._labels.append(labels.astype(np.float32))
        self._blocks.append(block)
        self._known.append(batch.known.cpu().numpy())
        self._keys.append(keys)
        self._versions.add(sum(weight._version for weight in self._weights))
        self._lacks_ids |= sample is None
        self.n_rows += n


def _as_placing(rows: "Tensor", n_samples: int) -> Placing:
    import torch

    if rows.dim() != 1 or rows.is_floating_point() or not len(rows):
        raise MethodError(f"rows has the shape {tuple(rows.shape)}; give a sample number a node.")
    if int(rows.min()) < 0 or int(rows.max()) >= n_samples:
        raise MethodError(
            f"rows names the samples {int(rows.min())} to {int(rows.max())}, but the batch has "
            f"{n_samples}; number them from 0."
        )
    return find_placing(rows.to(torch.int64), n_samples)
