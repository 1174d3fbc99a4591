"""Texts that keep a column from being what it is: those among numbers, and words for missing."""

from collections.abc import Iterator, Mapping

from core.data.coding import CodedTable
from core.data.issues.issue import Issue, about_each
from core.data.mend_words import say_mend
from core.data.odd_texts import OddTexts


def odd_issues(odd: Mapping[str, OddTexts], coded: CodedTable) -> Iterator[Issue]:
    """A warning for each column of numbers that is read as text, a notice for words for missing.

    Args:
        odd: the odd texts of a column, by its name.
        coded: says which are targets, and which could not be used.
    """
    become = {name: _become(name, one, coded) for name, one in odd.items()}
    mends = {name: one.how for name, one in odd.items() if one.how}
    yield from about_each(
        "warning",
        [name for name in mends if odd[name].among_numbers],
        lambda name: (
            f"has numbers but for {odd[name]}, so it was read as text and {become[name]}: "
            f"{say_mend(name, mends[name])} reads those cells as missing"
        ),
        "Leave it where the texts are meant; put numbers in their place where they stand for some.",
        mends.__getitem__,
    )
    yield from about_each(
        "warning",
        [name for name in odd if odd[name].among_numbers and name not in mends],
        lambda name: f"has numbers but for {odd[name]}, so it was read as text and {become[name]}",
        "Put numbers or empty cells in their place, or drop it with --ignore.",
    )
    yield from about_each(
        "notice",
        [name for name in mends if not odd[name].among_numbers],
        lambda name: (
            f"has {odd[name]} that may stand for missing, and {become[name]}: "
            f"{say_mend(name, mends[name])} reads those cells as missing"
        ),
        "Leave it where the texts are meant.",
        mends.__getitem__,
    )


def _become(name: str, one: OddTexts, coded: CodedTable) -> str:
    """What becomes of a column with odd texts in it."""
    if name in dict(coded.left_out):
        return "left out" if one.among_numbers else "was left out"
    what = "class" if name in {task.name for task in coded.tasks} else "category"
    return f"each of its {len(one.texts) + one.n_others} values is a {what} of its own"
