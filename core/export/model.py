"""An exported model: predicts for new rows, and hands out its networks for further training."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Float32

from core.errors import RunError, TableError
from core.export.specification import ModelSpec, parse_spec
from core.export.weights import FILE as WEIGHTS
from core.export.weights import build_modules
from core.values import Kind

if TYPE_CHECKING:
    import pandas as pd
    import torch

    from core.export.module import GroupNetwork

SCHEMA = "schema.json"
ROWS_AT_ONCE = 65_536


@dataclass(frozen=True, eq=False)
class Model:
    """The networks of an export, and what their inputs and outputs mean.

    `modules` holds a `GroupNetwork` for every group and seed; the predictions of a group's seeds
    are averaged. Further training of a module changes what the model predicts.
    """

    spec: ModelSpec
    modules: "tuple[GroupNetwork, ...]"

    def predict(self, frame: "pd.DataFrame") -> "pd.DataFrame":
        """A column a task: the probability of the second class (binary), the most probable class
        by name (multiclass), the value in its units (regression), or how many of the intervals
        of time are expected to be lost to the event, larger is sooner (time to event).

        Columns may stand in any order; those that the model does not know are not looked at.

        Raises:
            TableError: a column is missing, or holds something else than in training.
        """
        import pandas as pd

        found = self.predict_inputs(_inputs(self.spec, frame))
        columns = [self._name(task, values) for task, values in enumerate(found)]
        made = dict(enumerate(columns))
        return pd.DataFrame(made, index=frame.index).set_axis(list(self.spec.task_names), axis=1)

    def predict_proba(self, frame: "pd.DataFrame") -> "pd.DataFrame":
        """Columns (task, class): the probability of every class of the binary and multiclass tasks,
        and the chance of no event by the end of each interval of a time to event. Intervals that
        end at one time, as where many events share it, are told once.

        Raises:
            TableError: a column is missing, or holds something else than in training.
        """
        import pandas as pd

        found = self.predict_inputs(_inputs(self.spec, frame))
        parts, names = [np.zeros((len(frame), 0))], []
        for task, values in enumerate(found):
            kind = self.spec.table.kinds[task]
            if kind is Kind.REGRESSION:
                continue
            columns = self._columns(task)
            last = [place for place, name in enumerate(columns) if name not in columns[place + 1 :]]
            shares = np.hstack([1 - values, values]) if kind is Kind.BINARY else values
            parts.append(shares[:, last])
            names += [(self.spec.task_names[task], columns[place]) for place in last]
        index = pd.MultiIndex.from_tuples(names, names=["task", "class"]) if names else None
        return pd.DataFrame(np.hstack(parts), index=frame.index, columns=index)

    def inputs(self, frame: "pd.DataFrame") -> "torch.Tensor":
        """What `modules` take for the rows of a frame: [row, input], in their type and place.

        Raises:
            TableError: a column is missing, or holds something else than in training.
        """
        return _tensor(_inputs(self.spec, frame), self.modules[0])

    def predict_inputs(
        self, inputs: Float32[np.ndarray, "row input"]
    ) -> tuple[Float[np.ndarray, "row output"], ...]:
        """Of every task the mean prediction of its networks: probabilities, values in their units,
        or chances of no event; one output for a binary task, that of the second class."""
        starts = range(0, max(len(inputs), 1), ROWS_AT_ONCE)
        parts = [self._predict_some(inputs[at : at + ROWS_AT_ONCE]) for at in starts]
        return tuple(np.concatenate(one) for one in zip(*parts, strict=True))

    def _predict_some(
        self, inputs: Float32[np.ndarray, "row input"]
    ) -> list[Float[np.ndarray, "row output"]]:
        import torch

        found: dict[str, list[np.ndarray]] = {name: [] for name in self.spec.task_names}
        with torch.no_grad():
            for module in self.modules:
                for name, raw in module(_tensor(inputs, module)).items():
                    task = self.spec.task_names.index(name)
                    found[name].append(self._read(task, raw.double()).cpu().numpy())
        return [np.mean(found[name], axis=0) for name in self.spec.task_names]

    def _read(self, task: int, raw: "torch.Tensor") -> "torch.Tensor":
        """The prediction that the raw outputs of one network stand for."""
        import torch

        kind = self.spec.table.kinds[task]
        if kind is Kind.BINARY:
            return torch.sigmoid(raw)
        if kind is Kind.MULTICLASS:
            return torch.softmax(raw, dim=1)
        if kind is Kind.TIME_TO_EVENT:
            return torch.exp(-torch.cumsum(torch.nn.functional.softplus(raw), dim=1))
        return float(self.spec.centre[task]) + float(self.spec.scale[task]) * raw

    def _name(self, task: int, values: Float[np.ndarray, "row output"]) -> np.ndarray:
        kind = self.spec.table.kinds[task]
        if kind is Kind.MULTICLASS:
            classes = np.array(self.spec.table.classes[task], dtype=object)
            return np.asarray(classes[values.argmax(axis=1)])
        if kind is Kind.TIME_TO_EVENT:
            return np.asarray((1 - values).sum(axis=1))
        return values[:, 0]

    def _columns(self, task: int) -> tuple[str, ...]:
        if self.spec.table.kinds[task] is Kind.TIME_TO_EVENT:
            return (*(f"no event by {edge:g}" for edge in self.spec.edges[task]), "no event at all")
        return self.spec.table.classes[task]


def load_model(folder: str | Path) -> Model:
    """The model that `taskscape export` wrote into a folder.

    Raises:
        RunError: the folder holds no model, one of another version, or damaged weights.
        TableError: schema.json is damaged.
    """
    path = Path(folder)
    try:
        text = (path / SCHEMA).read_bytes().decode()
        content = (path / WEIGHTS).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RunError(
            f"{path} is not an exported model: it has no {Path(error.filename).name}; give the "
            "folder that `taskscape export` wrote."
        ) from error
    except OSError as error:
        raise RunError(f"Cannot read the model in {path}: {error.strerror}.") from error
    except ValueError as error:
        raise TableError(f"{SCHEMA} of the model is damaged; copy the folder again.") from error
    spec = parse_spec(text)
    return Model(spec, build_modules(spec, content))


def _inputs(spec: ModelSpec, frame: "pd.DataFrame") -> Float32[np.ndarray, "row input"]:
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise TableError(
            f"A model predicts for a pandas DataFrame, not for {type(frame).__name__}; make one "
            "with the columns of schema.json."
        )
    return spec.table.apply(frame)


def _tensor(inputs: Float32[np.ndarray, "row input"], module: "GroupNetwork") -> "torch.Tensor":
    import torch

    return torch.tensor(inputs).to(next(module.parameters()))
