"""What one visitor is looking at; the only file that touches session state and the address bar."""

from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import streamlit as st

_VIEW = "view"
V = TypeVar("V")


@dataclass(frozen=True)
class ViewState:
    """One visitor's choices. No field ever holds a value of the data."""

    run: str = ""
    """Id of the run on show; empty for the built-in example."""
    draft: str = ""
    """Id of an uploaded table that has no run yet."""
    upload: str = ""
    """The last upload that was taken, so that it is not taken twice."""
    measure: str = ""
    """Affinity on show; empty for the one the graph was made from."""
    beside: str = ""
    """A second measure to compare with."""
    pair: tuple[str, str] | None = None
    """Two tasks looked at in detail."""
    task: str = ""
    """One task looked at in the graph."""
    map_method: str = "pca"
    colour_by: str = "task"
    n_components: int = 0
    """Position of the components slider; 0 follows the first choice."""
    way: str = ""
    """Way to group on show, a covariance of the mixture or a method; empty: the first choice."""
    show_attention: bool = False
    """Draw edges as wide as the encoder's attention."""
    minimum_weight: float = 0.0
    """Edges lighter than this are hidden in the graph."""
    networks: float = 0.0
    """Budget of a selection among measured groups; 0 is none."""
    overlap: bool = False
    """Whether a task may be in several of the selected networks."""
    larger_is_better: bool = False
    """Whether a table of measured groups holds scores, not losses."""


def view() -> ViewState:
    """The visitor's view; on the first visit the run named in the address is opened."""
    if _VIEW not in st.session_state:
        st.session_state[_VIEW] = ViewState(run=st.query_params.get("run", ""))
    state: ViewState = st.session_state[_VIEW]
    return state


def change_view(**changes: Any) -> None:
    """Replace fields of the view; opening another run forgets what was picked in the last one."""
    old = view()
    if changes.get("run", old.run) != old.run:
        old = ViewState(upload=old.upload)
    new = replace(old, **changes)
    st.session_state[_VIEW] = new
    _write_address(new.run)


def follow_address() -> None:
    """Open the run that the address names; a change of page drops it there, so put it back."""
    named = st.query_params.get("run", "")
    if named not in ("", view().run):
        change_view(run=named, draft="")
    elif view().run:
        _write_address(view().run)


def address() -> dict[str, str]:
    """What the address of every page says of this view."""
    return {"run": view().run} if view().run else {}


def _write_address(run: str) -> None:
    if run and st.query_params.get("run") != run:
        st.query_params["run"] = run
    elif not run:
        st.query_params.pop("run", None)


def newly(key: str, value: V | None) -> V | None:
    """`value` where it is another one than on the last drawing, so that a selection that a chart
    keeps does not undo what the visitor picked elsewhere since."""
    last = st.session_state.get(f"seen_{key}")
    st.session_state[f"seen_{key}"] = value
    return value if value != last else None


def is_drawn(key: str) -> bool:
    """Whether this visitor was shown `key` before; from now on, yes."""
    known = bool(st.session_state.get(f"drawn_{key}"))
    st.session_state[f"drawn_{key}"] = True
    return known


def keep(key: str, value: Any) -> None:
    """Remember something of a form while its widgets are not drawn."""
    st.session_state[f"kept_{key}"] = value


def kept(key: str) -> Any:
    """What was last kept under `key`, None where nothing was."""
    return st.session_state.get(f"kept_{key}")


def bound(field: str) -> dict[str, Any]:
    """Arguments that tie a widget to a field of the view, whatever page it is drawn on."""
    if field not in {known.name for known in fields(ViewState)}:
        raise KeyError(field)
    key = f"widget_{field}"
    st.session_state[key] = getattr(view(), field)
    return {"key": key, "on_change": _take, "args": (field, key)}


def _take(field: str, key: str) -> None:
    value = st.session_state[key]
    if value is not None:
        change_view(**{field: value})


def is_dark() -> bool:
    """Whether the visitor's theme is dark."""
    return bool(st.context.theme.type == "dark")
