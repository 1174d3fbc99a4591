"""From a validated run to a folder that others can load: whole or not at all."""

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.as_yaml import to_yaml
from core.data import Roles, fit_schema
from core.errors import RunError
from core.export.discreet import Discreet, make_discreet
from core.export.groups import to_groups
from core.export.model import SCHEMA, Model
from core.export.networks import Members, Network, find_networks
from core.export.readme import to_readme
from core.export.recoding import Recoding
from core.export.scores import score_model
from core.export.specification import ModelSpec
from core.export.weights import FILE as WEIGHTS
from core.export.weights import build_modules, digest, prefix
from core.outputs import make_parents
from core.runs import Run
from core.runs.spec import load_frame
from core.training import Examples, to_examples
from core.trials import Evidence
from core.values import Report


@dataclass(frozen=True)
class Export:
    """What was written, and where."""

    folder: Path
    groups: dict[str, Any]
    n_networks: int


def export_run(run: Run, folder: Path, members: Members = Members.ALL) -> Export:
    """Write the recommended grouping of a validated run and its networks into a new folder.

    Args:
        run: validated before.
        folder: absent or empty.
        members: all networks of a group, whose predictions are averaged, or the `best` by
            validation loss.

    Raises:
        RunError: no evidence, or one of an earlier plan; networks that are gone; a folder that
            holds something. Then nothing was written.
    """
    _stop_if_taken(folder)
    report, evidence = _validated(run)
    table = run.table()
    examples = to_examples(table)
    networks = find_networks(run, table, evidence, members)
    frame = load_frame(run.path)
    schema = fit_schema(frame, Roles.from_spec(run.spec.roles), table)
    told = make_discreet(schema, table, examples)
    content = pack_weights(networks, told.recoding)
    spec = specify(told, examples, networks, content)
    model = Model(spec, build_modules(spec, content))
    seen = replace(examples, inputs=told.schema.apply(frame))
    groups = to_groups(spec, report, score_model(model, seen))
    files = {
        WEIGHTS: content,
        SCHEMA: spec.to_text().encode(),
        "groups.yaml": to_yaml(groups).encode(),
        "README.md": to_readme(spec, groups).encode(),
    }
    _write(folder, files)
    return Export(folder, groups, len(model.modules))


def _stop_if_taken(folder: Path) -> None:
    try:
        is_free = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    except OSError as error:
        raise RunError(f"Cannot look into {folder}: {error.strerror}.") from error
    if not is_free:
        raise RunError(f"{folder} exists and is not an empty folder; choose another with -o.")


def _validated(run: Run) -> tuple[Report, Evidence]:
    report = run.report()
    if report.provenance.get("plan") != run.spec.plan:
        raise RunError(f"The report of {run.id} is of an earlier plan; resume the run first.")
    if report.evidence is None or not report.evidence.is_final:
        raise RunError(
            f"The run {run.id} was not validated, so nothing is trained yet; run "
            f"`taskscape validate {run.path}` first."
        )
    return report, report.evidence


def pack_weights(networks: Sequence[Sequence[Network]], recoding: Recoding) -> bytes:
    """The content of the weights file: the same networks give the same bytes."""
    from safetensors.numpy import save

    tensors = {
        prefix(number, network.seed) + name: np.ascontiguousarray(values)
        for number, group in enumerate(networks)
        for network in group
        for name, values in network.tensors(recoding).items()
    }
    return save(tensors, metadata={"format": "pt"})


def specify(
    told: Discreet,
    examples: Examples,
    networks: Sequence[Sequence[Network]],
    content: bytes,
) -> ModelSpec:
    """What the networks of each group, packed as `content`, are and mean."""
    one = networks[0][0].part
    return ModelSpec(
        table=told.schema,
        centre=told.centre,
        scale=told.scale,
        edges=tuple(tuple(edges.tolist()) for edges in examples.edges),
        n_inputs=one.n_inputs,
        width=one.width,
        depth=one.depth,
        trunk=one.module,
        shape=examples.layout.shape if one.module else (),
        groups=tuple(group[0].predicts for group in networks),
        seeds=tuple(tuple(network.seed for network in group) for group in networks),
        weights_sha256=digest(content),
    )


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """Fill a folder beside the asked one, then give it its name."""
    target = folder.resolve()  # a link stays a link
    partial = target.parent / f".partial-{secrets.token_hex(8)}"
    make_parents(target)
    try:
        partial.mkdir()
        for name, content in files.items():
            (partial / name).write_bytes(content)
        if target.exists():
            target.rmdir()  # refuses where somebody has put something there meanwhile
        partial.rename(target)
    except OSError as error:
        raise RunError(f"Cannot write {folder}: {error.strerror}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
