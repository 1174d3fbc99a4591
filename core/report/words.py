"""The sentences of the report that are filled in: short words, right plurals. Those about who and
what drives a group stand in `core.report.driven_words`.

Names are the caller's business: they come in as text and go out as they came.
"""

from collections.abc import Collection, Sequence

from core.gain_words import amount, interval, is_something, places_of_both
from core.report.amounts import count, in_100, join, join_some

VERY_LIKELY, LIKELY, UNCERTAIN = 80, 60, 40
"""From how many of 100 re-runs a grouping is called so."""
NOT_A_DEVICE = "Not a medical device. It does not diagnose or treat, and it advises no patient."
SMALL_NOTE = (
    "Counts from 1 to 10 are shown as “≤ 10”. A dash marks a count that is not shown, "
    "because a small one could be worked out from it."
)
NO_EVENTS = "n/a"
NO_EVENTS_NOTE = (
    f"“{NO_EVENTS}” marks an outcome that has no events to count: a number, or one of many classes."
)
NOT_TESTED = "This has not been tested by training, so treat it as a first guess."
MISSING_EVIDENCE = "Nothing was trained. So this report cannot say whether sharing a model helps."
MISSING_DATA = "The records behind this run are not known here, so none are counted."
MISSING_RERUNS = "How stable the groups are is not known for this run."
ALL_IN_ONE = "All outcomes are in one group, so there is no split that re-runs could upset."
NONE_TOGETHER = "No two outcomes are in one group, so there is none that re-runs could part."


def likelihood(of_100: int) -> str:
    """What so many of 100 re-runs are called."""
    if of_100 >= VERY_LIKELY:
        return "very likely"
    if of_100 >= LIKELY:
        return "likely"
    return "uncertain" if of_100 >= UNCERTAIN else "unlikely"


def advice(decision: str, verdict: str | None, n_tasks: int, n_groups: int) -> str:
    """What to do, in one sentence. `verdict` is None before anything was trained."""
    tasks = count(n_tasks, "outcome")
    if verdict is None:
        return {
            "alone": f"The map finds no groups among the {tasks}: start with each on its own.",
            "together": f"The map shows that all {tasks} pull a model the same way.",
            "grouped": f"The map suggests {count(n_groups, 'group')} among the {tasks}.",
        }[decision]
    return {
        "alone": f"Train each of the {tasks} on its own.",
        "together": f"Train all {tasks} in one shared model.",
        "grouped": f"Train the {tasks} in {count(n_groups, 'group')}.",
    }.get(verdict, f"It makes no clear difference whether the {tasks} share a model.")


def comparison(better: str, worse: str, metric: str, value: float, low: float, high: float) -> str:
    """How one way to train did against another, on patients kept aside."""
    is_share = metric == "loss"
    way = "higher" if value >= 0 else "lower"
    what = "error" if is_share else metric
    if is_share:
        way = "lower" if value >= 0 else "higher"
    sure = " The range includes no difference." if low <= 0 <= high else ""
    told = amount(abs(value), is_share, places_of_both(low, high, is_share))
    apart = f"{told} {way} than" if is_something(told) else "the same as"
    return (
        f"In patients kept aside, the mean {what} of {better} was {apart} of {worse} "
        f"(95\u00a0% range of the gain {interval(low, high, is_share)}).{sure}"
    )


def rerun(names: Sequence[str], of_100: int, n_reruns: int | None) -> str:
    """How often the tasks of a group stayed together."""
    who = join(names) if len(names) == 2 else f"any two of {join_some(names, 3)}"
    made = "" if n_reruns is None else f" ({count(n_reruns, 're-run')} made)"
    return (
        f"In {of_100} of 100 re-runs on resampled patients, {who} stayed together: "
        f"{likelihood(of_100)}{made}."
    )


def likeness(inside: float, outside: float | None) -> str:
    """How alike the tasks of a group pull a model."""
    text = f"These outcomes pull the model {in_100(inside)}\u00a0% alike"
    if outside is None:
        return f"{text}."
    return f"{text}; with the outcomes outside the group it is {in_100(outside)}\u00a0%."


def meeting(times: float) -> str:
    """How often two events of a group meet in one record."""
    if 0.9 <= times <= 1.1:
        return "Two of these events meet in one record about as often as chance would have it."
    return f"Two of these events meet in one record {times:.1f} times as often as by chance."


def driver(
    name: str, is_flag: bool, n_tasks: int, n_members: int, direction: str, kinds: Collection[str]
) -> str:
    """What one column has to do with the tasks of a group. `kinds` are those of the tasks."""
    if n_members == 1:
        who, are = "This outcome", "is"
    elif n_tasks == n_members:
        who, are = "All of these outcomes", "are"
    else:
        who, are = f"{n_tasks} of these {n_members} outcomes", "is" if n_tasks == 1 else "are"
    if direction == "mixed":
        goes = "goes" if are == "is" else "go"
        return f"{who} {goes} with {name}, some of them the other way."
    is_event, is_amount = "more frequent", "higher"
    if direction == "less":
        is_event, is_amount = "less frequent", "lower"
    rates = {"binary", "time_to_event", "multiclass"}
    if set(kinds) <= rates:
        how = is_event
    else:
        how = f"{is_event} or {is_amount}" if set(kinds) & rates else is_amount
    return f"{who} {are} {how} with {name if is_flag else f'higher {name}'}."


def no_driver(n_members: int) -> str:
    """No column stands out."""
    who = "this outcome" if n_members == 1 else "at least half of these outcomes"
    return f"No single column is tied to {who} more than chance explains."


def singles(names: Sequence[str]) -> str:
    """The tasks that share with no other."""
    if not names:
        return "Every outcome shares its model with another."
    stands = "stands" if len(names) == 1 else "each stand"
    return f"{count(len(names), 'outcome')} {stands} alone: {join_some(names, 12)}."


def score(way: str, wins: int, ties: int, losses: int) -> str:
    """Wins, ties and losses against training alone."""
    return (
        f"With {way}, {count(wins, 'outcome')} did clearly better than alone, {ties} showed no "
        f"clear change and {losses} did clearly worse."
    )


def harmed(names: Sequence[str]) -> str:
    """Negative transfer."""
    if not names:
        return "No outcome was clearly harmed by sharing."
    return f"Clearly harmed by sharing: {join_some(names, 8)}. Leave such an outcome on its own."


def random_band(n: int, low: float, high: float, n_worse: int, is_share: bool) -> str:
    """The best grouping beside random ones."""
    return (
        f"{count(n, 'random grouping')} of the same sizes gained {interval(low, high, is_share)}; "
        f"the best grouping did better than {n_worse} of {n}."
    )


def budget(n_networks: int, n_groups: int, n_seeds: int) -> str:
    """What was trained, and how it was judged."""
    return (
        f"{count(n_networks, 'network')} were trained for {count(n_groups, 'group')} of outcomes, "
        f"with {count(n_seeds, 'start')} of each that was tested. All had the same layers, batches "
        "and most steps. Choices were made on one part of the patients and judged once on another."
    )


def not_counted(names: Sequence[str]) -> str:
    """The tasks that no mean counts."""
    if not names:
        return "Every outcome had enough events to be judged."
    has = "has" if len(names) == 1 else "have"
    return (
        f"{join_some(names, 8)} {has} too few events to be judged and {has} no part in the means."
    )


def alternative(n_groups: int, n_tasks: int, of_100: int | None) -> str:
    """Another number of groups."""
    text = f"{count(n_groups, 'group')} for {count(n_tasks, 'outcome')}"
    if of_100 is None:
        return f"{text}."
    return f"{text}: pairs stayed together in {of_100} of 100 re-runs ({likelihood(of_100)})."


def without(name: str, group: str, before: int, after: int) -> str:
    """A group when one task leaves it."""
    change = f"in {after} instead of {before}" if after != before else f"still in {after}"
    return f"without {name}, pairs of {group} stayed together {change} of 100 re-runs."
