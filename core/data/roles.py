"""Which column is what: target, feature, patient id or ignored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from core.data.kinds import check_kind, infer_kind
from core.data.names import listed, quoted, suggestion
from core.errors import TableError
from core.values import Kind

if TYPE_CHECKING:
    import pandas as pd

Patterns = str | Sequence[str]
"""Column names or shell globs ('y_*'): one, several, or several in one text with commas."""


@dataclass(frozen=True)
class Roles:
    """The role of every column, and the kind of every target in the order of `targets`."""

    targets: tuple[str, ...]
    features: tuple[str, ...]
    patient_id: str | None
    ignore: tuple[str, ...]
    kinds: tuple[tuple[str, Kind], ...]
    feature_shape: tuple[int, ...] = ()
    """Of one sample where the features are the pixels of an image; empty for a table."""

    def kind(self, target: str) -> Kind:
        """The kind of one target."""
        return dict(self.kinds)[target]

    def to_spec(self) -> dict[str, Any]:
        """A JSON-ready description; `from_spec` reads it back."""
        spec = {
            "targets": list(self.targets),
            "features": list(self.features),
            "patient_id": self.patient_id,
            "ignore": list(self.ignore),
            "kinds": {name: kind.value for name, kind in self.kinds},
        }
        shape = {"feature_shape": list(self.feature_shape)} if self.feature_shape else {}
        return spec | shape

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> "Roles":
        """The roles that `to_spec` described."""
        return cls(
            targets=tuple(spec["targets"]),
            features=tuple(spec["features"]),
            patient_id=spec["patient_id"],
            ignore=tuple(spec["ignore"]),
            kinds=tuple((name, Kind(kind)) for name, kind in spec["kinds"].items()),
            feature_shape=tuple(spec.get("feature_shape", ())),
        )


def assign_roles(
    frame: "pd.DataFrame",
    targets: Patterns,
    ignore: Patterns = (),
    patient_id: str | None = None,
    features: Patterns | None = None,
    kinds: Mapping[str, str] | None = None,
    feature_shape: tuple[int, ...] = (),
) -> Roles:
    """Give every column one role. A column both ignored and a target is ignored; the patient id is
    never a feature; every column left over is a feature where `features` is None.

    Raises:
        TableError: a name or glob matches no column, no target is left, a target is also listed
            among the features, or a kind does not fit its column.
    """
    columns = [str(name) for name in frame.columns]
    ignored = match_columns(columns, ignore, "--ignore")
    if patient_id is not None and patient_id not in columns:
        raise _no_match(patient_id, columns, "--patient-id")
    hidden = {*ignored, patient_id}
    chosen = tuple(n for n in match_columns(columns, targets, "--targets") if n not in hidden)
    if not chosen:
        raise TableError(
            f"No target column is left: --targets {_shown(targets)} matches only columns that are "
            "ignored or the patient id. Widen --targets or narrow --ignore."
        )
    asked = columns if features is None else match_columns(columns, features, "features")
    both = [name for name in chosen if features is not None and name in set(asked)]
    if both:
        raise TableError(
            f"Column {quoted(both[0])} is both a target and a feature. Choose one role for it."
        )
    hidden.update(chosen)
    return Roles(
        targets=chosen,
        features=tuple(name for name in asked if name not in hidden),
        patient_id=patient_id,
        ignore=ignored,
        kinds=_kinds(frame, chosen, kinds or {}),
        feature_shape=feature_shape,
    )


def match_columns(columns: Sequence[str], patterns: Patterns, where: str) -> tuple[str, ...]:
    """The columns that any pattern matches, in the order of the table.

    Raises:
        TableError: a pattern matches nothing; `where` names the option it came from.
    """
    known = set(columns)
    found: set[str] = set()
    for pattern in _split(patterns, known):
        hits = {pattern} & known or {name for name in columns if fnmatchcase(name, pattern)}
        if not hits:
            raise _no_match(pattern, columns, where)
        found |= hits
    return tuple(name for name in columns if name in found)


def _split(patterns: Patterns, known: set[str]) -> list[str]:
    listed_patterns = [patterns] if isinstance(patterns, str) else list(patterns)
    parts: list[str] = []
    for pattern in listed_patterns:
        whole = pattern in known or "," not in pattern
        parts += [pattern] if whole else [part.strip() for part in pattern.split(",")]
    return [part for part in parts if part]


def _no_match(pattern: str, columns: Sequence[str], where: str) -> TableError:
    return TableError(
        f"{where} {quoted(pattern)} matches no column. {suggestion(pattern, columns)}"
        f"The table has {listed(columns)}."
    )


def _shown(patterns: Patterns) -> str:
    return quoted(patterns if isinstance(patterns, str) else ",".join(patterns))


def _kinds(
    frame: "pd.DataFrame", targets: tuple[str, ...], asked: Mapping[str, str]
) -> tuple[tuple[str, Kind], ...]:
    for name in asked:
        if name not in targets:
            raise TableError(
                f"A kind was given for {quoted(name)}, which is no target. "
                f"{suggestion(name, targets)}The targets are {listed(targets)}."
            )
    return tuple(
        (
            name,
            check_kind(name, frame[name], asked[name])
            if name in asked
            else infer_kind(name, frame[name]),
        )
        for name in targets
    )
