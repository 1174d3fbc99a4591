"""A table of the user's becomes a run folder: read as a whole, or streamed where it is large."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.errors import MethodError
from core.landscape import NOTHING, Brought
from core.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

    from core.runs import Run

STREAM = ("auto", "always", "never")


@dataclass(frozen=True)
class Columns:
    """What the options say of the columns."""

    targets: Sequence[str]
    ignore: Sequence[str]
    patient_id: str | None
    kinds: Mapping[str, str]
    mends: Mapping[str, str]
    origins: Sequence[str] = ()
    learn_from: Sequence[str] = ()


def make_run(
    data: Path, path: Path, columns: Columns, plan: Plan, stream: str, weights: Brought = NOTHING
) -> "Run":
    """A run folder at `path` on the table at `data`; notes go to the terminal.

    Args:
        data: the table.
        path: where the folder shall be.
        columns: what the options say of the columns.
        plan: every setting.
        stream: a choice of `STREAM`.
        weights: a start of the shared layers, kept in the folder.

    Raises:
        TaskGroupingError: bad input; then nothing was written.
    """
    from core.runs import keep_weights

    if is_large(data, stream):
        run = _make_streamed(data, path, columns, plan, weights)
    else:
        run = _make_whole(data, path, columns, plan, weights)
    keep_weights(run.path, weights.weights)
    return run


def is_large(data: Path, stream: str) -> bool:
    """Whether to stream a file.

    Raises:
        MethodError: an unknown choice, or a file that cannot be streamed is to be.
    """
    from core.data import streamed

    if stream not in STREAM:
        raise MethodError(f"--stream {stream!r} is unknown; choose one of {', '.join(STREAM)}.")
    if stream == "always" and data.exists() and not streamed.can_stream(data):
        raise MethodError(
            f"Only CSV, TSV and Parquet are streamed and {data.name} is none; leave out --stream."
        )
    if stream == "never" or not streamed.can_stream(data):
        return False
    return stream == "always" or streamed.is_large(data)


def _make_streamed(data: Path, path: Path, columns: Columns, plan: Plan, weights: Brought) -> "Run":
    from core.data import digest_source
    from core.data.streamed import open_file, streamable
    from core.landscape import check_start
    from core.runs import Run
    from core.runs.spec import partial_name
    from core.runs.streamed import save_opened, streamed_spec

    place = next(folder for folder in path.absolute().parents if folder.is_dir())
    with streamable(data, place, partial_name(path)) as (file, notices):
        opened = open_file(
            file,
            columns.targets,
            columns.ignore,
            columns.patient_id,
            columns.kinds,
            plan.seed,
            columns.mends,
            origins=columns.origins,
            learn_from=columns.learn_from,
        )
        plan.check_fit(len(opened.roles.targets))
        check_start(opened.table, plan.landscape, weights)
        _tell((*notices, *opened.rows.notices, *(issue.message for issue in opened.issues)))
        spec = streamed_spec(opened, plan, _name(data), digest_source(data))
        return Run.make(path, partial(save_opened, opened), spec)


def _make_whole(data: Path, path: Path, columns: Columns, plan: Plan, weights: Brought) -> "Run":
    from core.data import (
        assign_roles,
        digest_source,
        find_issues,
        match_columns,
        mend_columns,
        read_source,
        stop_at_errors,
    )
    from core.runs import Run
    from core.runs.startable import check_frame

    source = read_source(data, columns.targets or None, columns.ignore)
    frame = mend_columns(source.frame, columns.mends)
    roles = assign_roles(
        frame,
        targets=source.targets,
        ignore=source.ignore,
        patient_id=columns.patient_id,
        kinds=columns.kinds,
        feature_shape=source.feature_shape,
        mends=columns.mends,
        origins=columns.origins,
        learn_from=columns.learn_from,
    )
    plan.check_fit(len(roles.targets))
    issues = find_issues(frame, roles)
    stop_at_errors(issues)
    check_frame(frame, roles, plan, weights)
    unseen = match_columns([str(name) for name in frame.columns], source.ignore, "--ignore")
    _tell((*source.notices, *_idle(source.frame, frame, columns.mends)))
    _tell([issue.message for issue in issues if issue.column not in unseen])
    return Run.create(path, frame, roles, plan, _name(data), digest_source(data))


def _idle(
    before: "pd.DataFrame", after: "pd.DataFrame", mends: Mapping[str, str]
) -> tuple[str, ...]:
    """What to say of mends that changed nothing."""
    from core.data.mend_words import say_mend

    same = [name for name in mends if after[name].equals(before[name])]
    return tuple(f"{say_mend(name, mends[name])} found nothing to change." for name in same)


def _name(data: Path) -> str:
    return data.resolve().stem or "table"


def _tell(notes: Sequence[str]) -> None:
    for note in notes:
        click.echo(f"Note: {note}", err=True)
