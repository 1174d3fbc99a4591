"""What one visitor is looking at; the only file that touches session state and the address bar."""

from dataclasses import fields, replace
from typing import Any, TypeVar

import streamlit as st

from dashboard.view_state import PRIVATE, ViewState, read_small

_VIEW, _PAST, _FUTURE = "view", "past", "future"
_ADDRESS, _KNOWN = "saved_view", "known_views"
MOST_STEPS = 100
V = TypeVar("V")


def view() -> ViewState:
    """The visitor's view; on the first visit the run named in the address is opened, and the
    small fields of a link are taken over."""
    if _VIEW not in st.session_state:
        asked = st.query_params.to_dict()
        start = ViewState(run=asked.get("run", ""), draft=asked.get("draft", ""))
        st.session_state[_VIEW] = read_small(start, asked)
    state: ViewState = st.session_state[_VIEW]
    return state


def change_view(**changes: Any) -> None:
    """Replace fields of the view, as a step that can be undone; opening another run forgets what
    was picked in the last one."""
    old = view()
    if changes.get("run", old.run) != old.run:
        st.session_state[_ADDRESS] = ""
        st.session_state[_PAST] = st.session_state[_FUTURE] = ()
        settle_view(**_blank(old) | changes)
        return
    new = replace(old, **changes)
    if _public(new) != _public(old):
        st.session_state[_PAST] = (*st.session_state.get(_PAST, ()), old)[-MOST_STEPS:]
        st.session_state[_FUTURE] = ()
    settle_view(**changes)


def settle_view(**changes: Any) -> None:
    """Replace fields of the view on the page's own account: nothing to undo."""
    st.session_state[_VIEW] = replace(view(), **changes)
    _write_address()


def undo() -> None:
    """Back to the view before the last change."""
    _step(_PAST, _FUTURE)


def redo() -> None:
    """Forward again after an undo."""
    _step(_FUTURE, _PAST)


def can_undo() -> bool:
    """Whether there is a view to go back to."""
    return bool(st.session_state.get(_PAST))


def can_redo() -> bool:
    """Whether an undo can be taken back."""
    return bool(st.session_state.get(_FUTURE))


def _step(source: str, target: str) -> None:
    views = st.session_state.get(source, ())
    if views:
        st.session_state[target] = (*st.session_state.get(target, ()), view())[-MOST_STEPS:]
        st.session_state[source] = views[:-1]
        kept = {name: getattr(view(), name) for name in PRIVATE}
        settle_view(**_items(views[-1]) | kept)


def _public(state: ViewState) -> ViewState:
    blank: dict[str, Any] = dict.fromkeys(PRIVATE, "")
    return replace(state, **blank)


def _blank(old: ViewState) -> dict[str, Any]:
    return _items(ViewState(upload=old.upload))


def _items(state: ViewState) -> dict[str, Any]:
    return {field.name: getattr(state, field.name) for field in fields(state)}


def asked_view() -> str:
    """The id of a saved view in the address that this visit has not opened yet; empty for none."""
    asked: str = st.query_params.get("view", "")
    return "" if asked in st.session_state.get(_KNOWN, ()) else asked


def small_in_address() -> dict[str, str]:
    """What the address says beside the run."""
    return st.query_params.to_dict()


def remember_view(view_id: str) -> None:
    """Name the saved view that every address of this visit carries from now on, so that a reload
    brings the selections back; empty for none."""
    asked = st.query_params.get("view", "")
    st.session_state[_KNOWN] = {*st.session_state.get(_KNOWN, ()), view_id, asked}
    st.session_state[_ADDRESS] = view_id
    _write_address()


def follow_address() -> None:
    """Open the run that the address names; a change of page drops it there, so put it back."""
    named = st.query_params.get("run", "")
    if named not in ("", view().run):
        small = small_in_address()
        change_view(run=named, draft="")
        settle_view(**_items(read_small(view(), small)))
    _write_address()


def address() -> dict[str, str]:
    """What the address of every page says of this view."""
    parts = {
        "run": view().run,
        "view": st.session_state.get(_ADDRESS, ""),
        "draft": view().draft,
    }
    return {name: value for name, value in parts.items() if value}


def page_address() -> str:
    """The address of the page on show, without what it says of the view."""
    return str(st.context.url or "").partition("?")[0]


def _write_address() -> None:
    wanted = address()
    for name in ("run", "draft", *(() if asked_view() else ("view",))):
        if name not in wanted:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != wanted[name]:
            st.query_params[name] = wanted[name]


def newly(key: str, value: V | None) -> V | None:
    """`value` where it is another one than on the last drawing, so that a selection that a chart
    keeps does not undo what the visitor picked elsewhere since."""
    last = st.session_state.get(f"seen_{key}")
    st.session_state[f"seen_{key}"] = value
    return value if value != last else None


def component_value(key: str, name: str) -> Any:
    """What a component of the page has sent last, also before the page is drawn again."""
    state = st.session_state.get(key)
    return state.get(name) if state is not None else None


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


def widget_value(key: str) -> Any:
    """What a widget holds, for the callback of its change."""
    return st.session_state[key]


def bound(field: str, value: Any = None) -> dict[str, Any]:
    """Arguments that tie a widget to a field of the view, whatever page it is drawn on.

    Args:
        field: of the view.
        value: what the widget shows where it is not the field as it is: a start that the page
            knows and the view leaves open.
    """
    if field not in {known.name for known in fields(ViewState)}:
        raise KeyError(field)
    key = f"widget_{field}"
    st.session_state[key] = getattr(view(), field) if value is None else value
    return {"key": key, "on_change": _take, "args": (field, key)}


def _take(field: str, key: str) -> None:
    value = st.session_state[key]
    if value is not None:
        change_view(**{field: value})


def is_dark() -> bool:
    """Whether the visitor's theme is dark."""
    return bool(st.context.theme.type == "dark")
