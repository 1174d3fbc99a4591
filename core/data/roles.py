"""Which column is what: target, feature, patient id, origin or ignored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from core.data.earlier_split import find_splits
from core.data.kinds import check_kind, infer_kind
from core.data.names import listed, quoted, suggestion
from core.data.patterns import Patterns, match_columns, no_match
from core.data.survival import signed_times
from core.errors import TableError
from core.values import Kind

if TYPE_CHECKING:
    import pandas as pd

_ORIGINS = "groups"
"""What the origins are called in the files of runs, the first ones too."""


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
    events: tuple[tuple[str, str], ...] = ()
    """Of each target that is a time to an event, the column that tells whether it happened."""
    mends: tuple[tuple[str, str], ...] = ()
    """The mends that were made to the frame (`core.data.mends`), for those who bring new rows."""
    origins: tuple[str, ...] = ()
    """Columns that say where a row comes from (a site, a ward): looked at, never a feature."""

    def kind(self, target: str) -> Kind:
        """The kind of one target."""
        return dict(self.kinds)[target]

    def event(self, target: str) -> str:
        """The column that tells whether the event of a target happened."""
        return dict(self.events)[target]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is used, each once."""
        patient = () if self.patient_id is None else (self.patient_id,)
        events = (event for _, event in self.events)
        return tuple(
            dict.fromkeys((*self.features, *self.targets, *events, *patient, *self.origins))
        )

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
        events = {"events": dict(self.events)} if self.events else {}
        mends = {"mends": dict(self.mends)} if self.mends else {}
        origins = {_ORIGINS: list(self.origins)} if self.origins else {}
        # as ever where there is none of them: old runs are compared
        return spec | shape | events | mends | origins

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
            events=tuple(spec.get("events", {}).items()),
            mends=tuple(spec.get("mends", {}).items()),
            origins=tuple(spec.get(_ORIGINS, ())),
        )


def assign_roles(
    frame: "pd.DataFrame",
    targets: Patterns,
    ignore: Patterns = (),
    patient_id: str | None = None,
    kinds: Mapping[str, str] | None = None,
    feature_shape: tuple[int, ...] = (),
    mends: Mapping[str, str] | None = None,
    origins: Patterns = (),
    learn_from: Patterns = (),
) -> Roles:
    """Give every column one role. A column both ignored and a target is ignored; the patient id is
    never a feature; every column left over is a feature, but for one that names a split made
    before: it is ignored, unless `learn_from` names it. `kinds` are of targets (names or globs);
    `time_to_event:EVENT` names the column that tells whether the event happened, which then is
    neither feature nor target. `mends` are those the frame went through. `origins` say where a row
    comes from; one that is ignored too is ignored, and none is a target.

    Raises:
        TableError: a name or glob matches no column, no target is left, or a kind does not fit its
            column.
    """
    columns = [str(name) for name in frame.columns]
    ignored = match_columns(columns, ignore, "--ignore")
    if patient_id is not None and patient_id not in columns:
        raise no_match(patient_id, columns, "--patient-id")
    events = event_columns(kinds or {}, columns)
    origin = _origin_columns(columns, origins, {*ignored, *events}, patient_id)
    hidden = {*ignored, *events, *origin, patient_id}
    chosen = tuple(n for n in match_columns(columns, targets, "--targets") if n not in hidden)
    if not chosen:
        raise TableError(
            f"No target column is left: --targets {_shown(targets)} matches only columns that are "
            "ignored, origins or the patient id. Widen --targets or narrow --ignore."
        )
    hidden.update(chosen)
    left = [name for name in columns if name not in hidden]
    splits = find_splits(frame, left) - set(match_columns(columns, learn_from, "--feature"))
    out = {*ignored, *splits} - events
    wanted = _wanted_kinds(chosen, kinds or {})
    return Roles(
        targets=chosen,
        features=tuple(name for name in left if name not in splits),
        patient_id=patient_id,
        ignore=tuple(name for name in columns if name in out),
        kinds=tuple((name, _kind(frame, name, wanted.get(name))) for name in chosen),
        feature_shape=feature_shape,
        mends=tuple((mends or {}).items()),
        origins=origin,
        events=tuple((name, asked[1]) for name, asked in wanted.items() if asked[1]),
    )


def _origin_columns(
    columns: Sequence[str], origins: Patterns, taken: set[str], patient_id: str | None
) -> tuple[str, ...]:
    found = match_columns(columns, origins, "--origin")
    if patient_id in found:
        raise TableError(
            f"Column {quoted(str(patient_id))} is both the patient id and an origin. Choose one "
            "role for it."
        )
    return tuple(name for name in found if name not in taken)


def _shown(patterns: Patterns) -> str:
    return quoted(patterns if isinstance(patterns, str) else ",".join(patterns))


def _parse_kind(text: str) -> tuple[str, str]:
    """A kind, and the column of its events ('' where none is named)."""
    kind, _, event = str(text).partition(":")
    return kind.strip(), event.strip() if kind.strip() == Kind.TIME_TO_EVENT else ""


def event_columns(asked: Mapping[str, str], columns: Sequence[str]) -> set[str]:
    """The columns that kinds name as those of an event; TableError where one is not there."""
    events = {_parse_kind(text)[1] for text in asked.values()} - {""}
    for event in sorted(events):
        if event not in columns:
            raise no_match(event, columns, "The event column")
    return events


def _wanted_kinds(targets: tuple[str, ...], asked: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The kind and event column asked for, by target; a name says more than a glob."""
    wanted: dict[str, tuple[str, str]] = {}
    for pattern, text in sorted(asked.items(), key=lambda pair: pair[0] in targets):
        hits = [pattern] if pattern in targets else [n for n in targets if fnmatchcase(n, pattern)]
        if not hits:
            raise TableError(
                f"A kind was given for {quoted(pattern)}, which is no target. "
                f"{suggestion(pattern, targets)}The targets are {listed(targets)}."
            )
        wanted |= dict.fromkeys(hits, _parse_kind(text))
    return wanted


def _kind(frame: "pd.DataFrame", name: str, wanted: tuple[str, str] | None) -> Kind:
    if wanted is None:
        return infer_kind(name, frame[name])
    kind, event = wanted
    if event:
        signed_times(name, frame[name], event, frame[event])
        return Kind.TIME_TO_EVENT
    return check_kind(name, frame[name], kind)
