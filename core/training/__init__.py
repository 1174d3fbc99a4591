"""Networks for groups of tasks: thousands of small models trained side by side.

    examples   a TaskTable → rows and labels as a loss takes them
    trainer    groups × seeds → trained networks, chunk by chunk
    trained    their best states, and how they got there
    predict    what they say about rows: predictions, losses
    metrics    how good that is, over bootstrap weights at once

Inside: draws (everything random), times (intervals of times to events), problem (rows as tensors),
stack (models that train at once, of a trunk in mlp or modules, and heads), losses, optimiser,
stopping, chunk (the loop), halves (where memory runs out), parallel (a worker a core), scores
(the formulas of the metrics).

Example:
    >>> from core.data import load_example, load_table
    >>> frame, targets = load_example("cohort")
    >>> examples = to_examples(load_table(frame, targets=targets))
    >>> trained = Trainer(max_steps=100)(examples, groups=[(0,), (0, 1)], seeds=[0, 1])
    >>> trained.validation_loss.shape
    (2, 2, 12)
"""

from core.training.examples import Examples, to_examples
from core.training.metrics import METRICS, Metric, main_metric
from core.training.modules import TrunkFactory
from core.training.parallel import OnChunk
from core.training.predict import predict, raw_outputs, row_losses, to_prediction
from core.training.trained import Group, Trained, join
from core.training.trainer import Cost, Trainer

__all__ = [
    "METRICS",
    "Cost",
    "Examples",
    "Group",
    "Metric",
    "OnChunk",
    "Trained",
    "Trainer",
    "TrunkFactory",
    "join",
    "main_metric",
    "predict",
    "raw_outputs",
    "row_losses",
    "to_examples",
    "to_prediction",
]
