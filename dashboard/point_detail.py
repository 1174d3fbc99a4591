"""What the landscape tells of one point, on the screen only."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Int

from core.report.letters import letter
from core.runs import Run
from core.selection.one_sample import OneSample, OnTask, Unusual, describe_sample
from core.values import Kind, Projection, Report, Task
from dashboard.charts.text import clean, number
from dashboard.components import Detail, DetailPart
from dashboard.results import any_table_of, landscape_of

MOST_TASKS = 6


def teller(
    run: Run, report: Report, flat: Projection, places: Int[np.ndarray, " drawn"]
) -> Callable[[int], Detail]:
    """A function that says what there is to say of the sample behind a drawn point.

    Args:
        run: whose landscape it is.
        report: of the run.
        flat: the map.
        places: of the drawn points in it.
    """

    def tell(place: int) -> Detail:
        points = landscape_of(run, run.plan.heads).points
        table = any_table_of(run)
        return say_sample(describe_sample(points, int(flat.index[places[place]]), table), report)

    return tell


def say_sample(found: OneSample, report: Report) -> Detail:
    """A sample in words."""
    shown = (found.here, *found.elsewhere[: MOST_TASKS - 1])
    rows = [_task_row(report, one) for one in shown]
    if hidden := len(found.elsewhere) + 1 - len(shown):
        rows.append((f"{hidden} more with smaller losses", "", ""))
    parts = [DetailPart(("Task (its group)", "label", "loss"), tuple(rows))]
    if found.unusual:
        unusual = tuple(_unusual_row(one) for one in found.unusual)
        parts.append(DetailPart(("Furthest from average", "value", "by"), unusual))
    task = clean(report.tasks[found.here.task].name)
    return Detail(f"Row {found.sample:,} as {task} sees it", tuple(parts))


def say_label(task: Task, label: float) -> str:
    """A label as people read it: the name of its class, a number, or a time."""
    if label != label:
        return "unknown"
    if task.classes and 0 <= int(label) < len(task.classes):
        return clean(task.classes[int(label)])
    if task.kind is Kind.TIME_TO_EVENT:
        return f"{'event' if label > 0 else 'no event'} until {number(abs(label))}"
    return number(label)


def _task_row(report: Report, one: OnTask) -> tuple[str, str, str]:
    task, group = report.tasks[one.task], report.recommended.grouping.labels[one.task]
    name = f"{clean(task.name)} ({letter(int(group))})"
    return name, say_label(task, one.label), number(one.loss)


def _unusual_row(one: Unusual) -> tuple[str, str, str]:
    return clean(one.column), number(one.value), f"{one.score:+.1f} SD".replace("-", "−")
