"""Where the numbers of a report come from: versions, seeds, device, data digest, plan."""

import platform
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from core.frozen import Frozen
from core.streamed import StreamedTable
from core.values import Split, TaskTable

PACKAGES = ("taskscape", "torch", "torch-geometric", "scikit-learn", "scipy", "numpy", "pandas")


class Source(StrEnum):
    """What a run was made from."""

    TABLE = "table"
    LANDSCAPE = "landscape"
    """Recorded in a model of the user's own: no row, no label, no null."""
    MATRIX = "matrix"
    """Affinities that somebody measured: no samples either."""


def describe(
    table: TaskTable | StreamedTable, plan: dict[str, Any], device: str, data_sha256: str
) -> dict[str, Any]:
    """The provenance of a report, JSON-ready. Never a file name, a path or a user.

    Args:
        table: what was analysed; only counts and its digest are kept.
        plan: `Plan.to_spec()`.
        device: type of the device that computed.
        data_sha256: digest of the source file; of the table's arrays when empty.
    """
    if isinstance(table, StreamedTable):
        held, digest = table.sample, table.fingerprint
        n_samples, n_in = table.survey.n_rows, table.survey.n_in
    else:
        held, digest = table, _digest(table)
        n_samples, n_in = len(table.features), lambda split: len(table.rows(split))
    sizes = {f"n_{split}": n_in(split) for split in Split}
    n_features = len(held.feature_names)
    return {
        **_common(plan, device, data_sha256 or digest),
        "data": {
            "source": str(Source.TABLE),
            "n_samples": n_samples,
            "n_features": n_features,
            **({"shape": list(held.feature_shape)} if held.feature_shape else {}),
            **sizes,
        },
    }


def describe_given(
    source: Source, given: Frozen, n_samples: int, plan: dict[str, Any], data_sha256: str
) -> dict[str, Any]:
    """The provenance of a report that was not made from a table; `given` is what it was made from,
    and all that is known of the samples is how many there were."""
    sizes = {"n_samples": n_samples, "n_features": 0}
    return {
        **_common(plan, "cpu", data_sha256 or given.fingerprint),
        "data": {"source": str(source), **sizes, **{f"n_{split}": 0 for split in Split}},
    }


def _common(plan: dict[str, Any], device: str, digest: str) -> dict[str, Any]:
    return {
        "versions": {"python": platform.python_version(), **_versions()},
        "seeds": {"plan": plan["seed"]},
        "device": device,
        "data_sha256": digest,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "plan": plan,
    }


def own_version() -> str:
    """The version of this program."""
    return _version("taskscape")


def _versions() -> dict[str, str]:
    return {package: _version(package) for package in PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _digest(table: TaskTable) -> str:
    digest = sha256()
    for array in (table.features, table.labels, table.split, table.patient):
        digest.update(array.tobytes())
    return digest.hexdigest()
