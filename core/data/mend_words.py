"""How mends are asked for: on the command line, and two of one column."""

from collections.abc import Sequence

from core.data.mends import BETWEEN, MENDS, THEN
from core.errors import MethodError

_WITH_MARKS = ("missing", "numbers_but", "thousands")


def parse_mends(pairs: Sequence[str]) -> dict[str, str]:
    """Columns and how each is mended, from texts such as `age=missing:-999`.

    Raises:
        MethodError: a text is not of this form, or a column has two mends that are not one.
    """
    mends: dict[str, str] = {}
    for pair in pairs:
        starts = [at for mend in MENDS.values() if (at := _start(pair, mend.written)) > 0]
        at = min(starts, default=pair.rfind("="))
        if at < 1:
            raise MethodError(f"--mend {pair!r} is not COLUMN=HOW, for example age=missing:-999.")
        column, how = pair[:at], pair[at + 1 :]
        both = join_mends(mends.get(column, ""), how)
        if not both:
            raise MethodError(
                f"--mend reads {column!r} as {mends[column]} and as {how}; choose one of them."
            )
        mends[column] = both
    return mends


def join_mends(first: str, then: str) -> str:
    """One mend that does what two do to a column; '' where there is none such."""
    *before, last = first.split(THEN)
    both = _joined(last, then)
    if not both and {"lower_case", "missing"} >= {one.partition(":")[0] for one in (last, then)}:
        both = f"{last}{THEN}{then}"
    return THEN.join([*before, both]) if both else ""


def _joined(first: str, then: str) -> str:
    """The same of single mends, made in one."""
    kind, marks = first.partition(":")[0], then.partition(":")[2]
    if not first or first == then:
        return then
    if then.startswith("missing:"):
        return f"{first}{BETWEEN}{marks}" if kind in _WITH_MARKS else ""
    if kind == "missing" and then.partition(":")[0] in _WITH_MARKS:
        return f"{then}{BETWEEN}{first.partition(':')[2]}"
    return ""


def say_mend(name: str, how: str) -> str:
    """How a mend is asked for on the command line, whatever the name and the texts hold."""
    asked = f"{name}={how}".replace("'", "'\"'\"'")
    return f"--mend '{asked}'"


def _start(pair: str, written: str) -> int:
    """Where `=` and a mend begin in a text; below 1 where they do not."""
    if written.endswith(":"):
        return pair.find(f"={written}")
    if pair.endswith(f"={written}"):
        return pair.rfind(f"={written}")
    return pair.find(f"={written}{THEN}")
