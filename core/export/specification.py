"""schema.json: all that a model is, but for its weights."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from core.convolutions import CONVOLUTIONS
from core.data import TableSchema
from core.errors import RunError, TableError
from core.frozen import Frozen
from core.hazard import N_INTERVALS
from core.values import Kind

SCHEMA_VERSION = 1


@dataclass(frozen=True, eq=False)
class ModelSpec(Frozen):
    """What the networks take, what they are, and what their outputs mean.

    A regression's value is centre + scale · output; `edges` cut the time of each time to event
    (empty for other kinds). `groups` number the tasks that share a network; `seeds` tells for each
    group the networks whose predictions are averaged.
    """

    table: TableSchema
    centre: Float[np.ndarray, " task"]
    scale: Float[np.ndarray, " task"]
    edges: tuple[tuple[float, ...], ...]
    n_inputs: int
    width: int
    depth: int
    trunk: str
    """The kind of a convolutional trunk, empty for plain layers."""
    shape: tuple[int, ...]
    """Of a sample that such a trunk sees, as it was given; empty for a row of a table."""
    groups: tuple[tuple[int, ...], ...]
    seeds: tuple[tuple[int, ...], ...]
    weights_sha256: str

    def check(self) -> None:
        tasks = self.table.task_names
        if not len(tasks) == len(self.centre) == len(self.scale) == len(self.edges):
            raise ValueError("every task needs its centre, scale and edges")
        if sorted(task for group in self.groups for task in group) != list(range(len(tasks))):
            raise ValueError("every task stands in one group")
        if len(self.groups) != len(self.seeds) or not all(self.seeds):
            raise ValueError("every group needs a network")
        if self.trunk not in ("", *CONVOLUTIONS):
            raise ValueError(f"an unknown trunk, {self.trunk!r}")
        if self.n_inputs != len(self.table.input_names):
            raise ValueError(f"{self.n_inputs} inputs, {len(self.table.input_names)} in the schema")

    @property
    def task_names(self) -> tuple[str, ...]:
        return self.table.task_names

    def n_outputs(self, task: int) -> int:
        """Width of a task's head."""
        kind = self.table.kinds[task]
        if kind is Kind.TIME_TO_EVENT:
            return N_INTERVALS
        return len(self.table.classes[task]) if kind is Kind.MULTICLASS else 1

    def to_text(self) -> str:
        """The JSON text that `parse_spec` reads back to the last bit."""
        document = {
            "schema_version": SCHEMA_VERSION,
            "weights_sha256": self.weights_sha256,
            "network": {
                "n_inputs": self.n_inputs,
                "width": self.width,
                "depth": self.depth,
                **({"trunk": self.trunk, "shape": list(self.shape)} if self.trunk else {}),
            },
            "groups": [
                {"tasks": list(group), "seeds": list(seeds)}
                for group, seeds in zip(self.groups, self.seeds, strict=True)
            ],
            "outputs": [
                {"task": name, "centre": centre, "scale": scale, "edges": list(edges)}
                for name, centre, scale, edges in zip(
                    self.task_names,
                    self.centre.tolist(),
                    self.scale.tolist(),
                    self.edges,
                    strict=True,
                )
            ],
            "inputs": self.table.to_spec(),
        }
        return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def parse_spec(text: str) -> ModelSpec:
    """The specification that `to_text` wrote.

    Raises:
        RunError: another version wrote it.
        TableError: it is damaged.
    """
    try:
        found = json.loads(text)
        _check_version(found["schema_version"])
        network, outputs = found["network"], found["outputs"]
        return ModelSpec(
            table=TableSchema.from_spec(found["inputs"]),
            centre=_numbers(outputs, "centre"),
            scale=_numbers(outputs, "scale"),
            edges=tuple(tuple(map(float, one["edges"])) for one in outputs),
            n_inputs=int(network["n_inputs"]),
            width=int(network["width"]),
            depth=int(network["depth"]),
            trunk=str(network.get("trunk", "")),
            shape=tuple(map(int, network.get("shape", ()))),
            groups=tuple(tuple(map(int, group["tasks"])) for group in found["groups"]),
            seeds=tuple(tuple(map(int, group["seeds"])) for group in found["groups"]),
            weights_sha256=str(found["weights_sha256"]),
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise TableError(
            "schema.json of the model is damaged; copy the folder or export the run again."
        ) from error


def _check_version(found: Any) -> None:
    if found == SCHEMA_VERSION:
        return
    is_newer = isinstance(found, int) and found > SCHEMA_VERSION
    raise RunError(
        f"The model's schema.json is of version {found!r} and this program reads {SCHEMA_VERSION}; "
        + ("update the program." if is_newer else "export the run again.")
    )


def _numbers(outputs: list[Mapping[str, Any]], key: str) -> Float[np.ndarray, " task"]:
    return np.array([one[key] for one in outputs], dtype=np.float64)
