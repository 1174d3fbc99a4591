"""The sentences about which patients and columns drive a group.

Names come in as text and go out as they came.
"""

from collections.abc import Sequence

from core.report.amounts import in_100, join, measured

NOT_KNOWN = {
    "own samples": "Each outcome has patients of its own, so none can be said to drive a group.",
    "few patients": "There are too few patients to say which of them drive a group.",
    "too large": "There are too many outcomes for this model to say which patients drive a group.",
    "other inputs": (
        "Among the patients looked at, some columns that the model reads never change. So who "
        "drives a group was not measured."
    ),
    "no records": "No records came with this run, so which patients drive a group is not known.",
    "not measured": (
        "Which patients and columns drive these groups was not measured. Resume the run to see it."
    ),
    "no columns": (
        "This model does not read the columns one by one, so their shares are not known. What goes "
        "with an outcome still is."
    ),
}
"""Why something is not said of the patients and columns behind the groups."""


def through(columns: Sequence[tuple[str, bool, int]], chance: int) -> str:
    """The columns that carry what a group asks of the first layer: name, whether it is the
    recording that counts, share of 100."""
    if not columns:
        return f"Of what these outcomes share, no column carries more than chance gives ({chance})."
    (name, is_rec, of_100), *others = columns
    named = [f"{of_100} parts in 100 come through {column(name, is_rec)}"]
    named += [f"{of_100} through {column(name, is_rec)}" for name, is_rec, of_100 in others]
    return f"Of what these outcomes share, {join(named)}. Chance gives a column up to {chance}."


def column(name: str, is_recording: bool) -> str:
    """A column, or whether it was filled in."""
    return f"whether {name} was recorded" if is_recording else name


def carried(of_patients: int, of_100: int, chance: int) -> str:
    """How much of the pull the driving patients carry; rare events rest on few patients anyway."""
    who = f"The {of_patients} in 100 patients who pull most"
    text = f"{who} carry {of_100} parts in 100 of what is shared"
    if of_100 > chance:
        return f"{text}, more than the {chance} that unrelated outcomes as frequent would reach."
    return f"{text}. Unrelated outcomes as frequent would reach up to {chance}."


def traits(found: Sequence[tuple[str, bool, float, float]]) -> str:
    """How those patients differ: name, whether it is a share, among them, among the others."""
    if not found:
        return "Those patients differ from the others no more than chance explains."
    return f"Those patients show {join([_trait(*one) for one in found])}."


def _trait(name: str, is_share: bool, inside: float, outside: float) -> str:
    if is_share:
        way = "more often" if inside > outside else "less often"
        return f"{name} {way} ({in_100(inside)} in 100 against {in_100(outside)})"
    way = "higher" if inside > outside else "lower"
    return f"a {way} {name} ({measured(inside)} against {measured(outside)})"


def nothing_drives(has_others: bool) -> str:
    """A group whose tasks agree no more than chance has it."""
    than = "with each other than with the other outcomes" if has_others else "than chance gives"
    aside = ", chance aside" if has_others else ""
    return (
        f"In the patients' records, these outcomes share no more {than}{aside}. "
        "So no patients and no columns are named as what drives them."
    )
