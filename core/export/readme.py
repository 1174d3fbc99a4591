"""README.md of an export: what it is, how good it was, how to load it, what it is not."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.export.specification import ModelSpec
from core.fewest import FEWEST_SHOWN
from core.gain_words import score

SNIPPET = """\
from pathlib import Path
from core import load_model  # comes with taskscape
from core.data import read_frame

model = load_model(".")  # this folder
frame, _ = read_frame(Path("new.csv"))  # or any DataFrame with the columns of schema.json
print(model.predict(frame))  # a column a task
print(model.predict_proba(frame))  # every class of the tasks that have some
for module in model.modules:  # a torch.nn.Module for every group and seed, to train further
    outputs = module(model.inputs(frame))  # {task: [row, output]}
    print(module.seed, {task: tuple(raw.shape) for task, raw in outputs.items()})
"""

TEXT = """\
# A model for {n_tasks} in {n_groups}

The tasks of a group share {trunk}; each has a linear head.
{ensemble}

Decision: **{decision}** (training showed: {verdict}). {reason}

## How good it was

Scores of exactly this model on test rows, which neither training nor the choice among candidates
looked at, with 95 % bootstrap intervals over patients:

| task | group | kind | metric | test | 95 % interval | test patients |
|---|---|---|---|---|---|---|
{rows}
{no_intervals}{others}
The decision rests on the same test rows. `groups.yaml` holds its intervals, and what each task
gained over training it alone (single networks compared, not means of several).

## Use

```python
{snippet}```

`predict` gives

{meanings}

## Limits

- **Not a medical device.** Made for research; no prediction here is medical advice.
- It knows rows like those it was trained on. Check it on rows of your own before use, and again
  when the population, the devices or the coding change.
- Probabilities were not calibrated after training.
- A number more than 10 standard deviations from its training mean is cut off; a text that was
  not there in training counts with the rare ones, or as missing.
- No row of the data is in this folder. `schema.json` names the columns, the levels of text columns
  and the classes, and holds means and spreads: read it before you share the folder. A text that
  fewer than {fewest} training patients have is not named, so a new row with it counts as one with a
  text that was not there in training; nor do means tell of so few, but for pixels and steps of a
  series: those of a column or outcome that so few set apart are rough. The ends of intervals of
  time are means of {fewest} patients or more. Classes of outcomes are named, however rare, as
  predictions need them.
"""

MEANINGS = {
    "binary": "binary: the probability of the second of the two classes in `schema.json`",
    "multiclass": "multiclass: the name of the most probable class",
    "regression": "regression: the value in the units of the data (a module's output is "
    "standardised: value = centre + scale · output, both in `schema.json`)",
    "time_to_event": "time to event: how many intervals of time are expected to be lost to the "
    "event, larger is sooner (the intervals are in `schema.json`)",
}


def to_readme(spec: ModelSpec, groups: Mapping[str, Any]) -> str:
    """The text, from the specification and what `to_groups` made."""
    kinds = dict.fromkeys(str(kind) for kind in spec.table.kinds)
    return TEXT.format(
        n_tasks=_count(len(spec.task_names), "prediction task"),
        n_groups=_count(len(spec.groups), "group"),
        trunk=_trunk(spec),
        ensemble=_ensemble(spec),
        decision=groups["decision"],
        verdict=groups["verdict"],
        reason=_escaped(groups["reason"]),
        rows="\n".join(map(_row, groups["tasks"])),
        no_intervals=_no_intervals(groups["tasks"]),
        others=_others(groups["tasks"]),
        snippet=SNIPPET,
        fewest=FEWEST_SHOWN,
        meanings="\n".join(f"- {MEANINGS[kind]}" for kind in kinds),
    )


def _trunk(spec: ModelSpec) -> str:
    if not spec.trunk:
        return f"a trunk of {spec.depth} × {spec.width} rectified units"
    what = "a small CNN" if spec.trunk == "cnn" else "convolutions along the steps of a series"
    return f"{what} ({spec.depth} layers and {spec.width} features)"


def _ensemble(spec: ModelSpec) -> str:
    most, n_networks = max(map(len, spec.seeds)), sum(map(len, spec.seeds))
    if most == 1:
        return "Of each group there is one network: the one with the best validation loss."
    return (
        f"Each group was trained with {most} seeds ({n_networks} networks in all, diverged ones "
        "left out); their predictions, not their logits, are averaged."
    )


def _row(task: Mapping[str, Any]) -> str:
    test = task["test"]
    bounds = "–" if test["low"] is None else f"{score(test['low'])} to {score(test['high'])}"
    kind = task["kind"].replace("_", " ")
    cells = (
        _escaped(task["name"]),
        task["group"],
        kind,
        task["metric"],
        score(test["value"]),
        bounds,
    )
    n_patients = "–" if test["patients"] is None else test["patients"]
    return f"| {' | '.join(cells)} | {n_patients} |"


def _no_intervals(tasks: Sequence[Mapping[str, Any]]) -> str:
    """Why some tasks have no score, as a list with a blank line around it."""
    found = [
        f"- {_escaped(task['name'])} has no score: {task['no_interval']}.\n"
        for task in tasks
        if task["no_interval"]
    ]
    return "\n" + "".join(found) if found else ""


def _others(tasks: Sequence[Mapping[str, Any]]) -> str:
    """The metrics beside the main one, as a list; a random order has an AUPRC of the prevalence."""
    found = [
        f"- {_escaped(task['name'])}: "
        + ", ".join(f"{title} {score(value)}" for title, value in task["other_metrics"].items())
        for task in tasks
        if task["other_metrics"]
    ]
    if not found:
        return ""
    text = "\nBy other metrics (by chance an AUPRC is the share of events; errors are lower when"
    return "\n".join([f"{text} better):", "", *found, ""])


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number > 1 else ''}"


def _escaped(text: str) -> str:
    """A text that Markdown shows as it is, on one line."""
    return re.sub(r"([\\`*_{}\[\]<>()#|~&!$])", r"\\\1", re.sub(r"\s+", " ", text))
