"""Where the numbers of a report come from: versions, seeds, device, data digest, plan."""

import platform
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from core.values import Split, TaskTable

PACKAGES = ("taskscape", "torch", "torch-geometric", "scikit-learn", "scipy", "numpy", "pandas")


def describe(
    table: TaskTable, plan: dict[str, Any], device: str, data_sha256: str
) -> dict[str, Any]:
    """The provenance of a report, JSON-ready. Never a file name, a path or a user.

    Args:
        table: what was analysed; only counts and its digest are kept.
        plan: `Plan.to_spec()`.
        device: type of the device that computed.
        data_sha256: digest of the source file; of the table's arrays when empty.
    """
    return {
        "versions": {"python": platform.python_version(), **_versions()},
        "seeds": {"plan": plan["seed"]},
        "device": device,
        "data_sha256": data_sha256 or _digest(table),
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "plan": plan,
        "data": {
            "n_samples": len(table.features),
            "n_features": len(table.feature_names),
            **{f"n_{split}": len(table.rows(split)) for split in Split},
        },
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
