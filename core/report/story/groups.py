"""The groups: who is in them, why together, how stable."""

from core.report import amounts, words
from core.report.letters import letter
from core.report.story.blocks import EXPERTS, Card, Cards, Grid, Lines, Section
from core.report.story.driven import (
    columns_grid,
    columns_of,
    patients_grid,
    patients_of,
    unknown_drivers,
)
from core.report.story.facts import Facts


def groups_section(facts: Facts) -> Section:
    """A card for every group of two tasks or more, and a line for the rest."""
    cards = tuple(
        card(facts, number) for number, members in enumerate(facts.groups) if len(members) > 1
    )
    alone = [members[0] for members in facts.groups if len(members) == 1]
    return Section(
        "groups",
        "The groups",
        (
            *([Cards(cards)] if cards else []),
            Lines((words.singles(alone), *unknown_drivers(facts))),
            *_correlations(facts),
            *columns_grid(facts),
            *patients_grid(facts),
            *_alternatives(facts),
        ),
    )


def card(facts: Facts, number: int) -> Card:
    """A group of several tasks."""
    members, why = facts.groups[number], facts.why(number)
    share = why.get("stayed_together") if facts.has_split else None
    of_100 = None if share is None else amounts.in_100(share)
    return Card(
        number=number,
        letter=letter(number),
        name=facts.name(number),
        members=members,
        why=reasons(facts, number),
        stability=(
            _unknown(facts) if of_100 is None else words.rerun(members, of_100, facts.n_reruns)
        ),
        likelihood="" if of_100 is None else words.likelihood(of_100),
        in_100=of_100,
    )


def _unknown(facts: Facts) -> str:
    return words.MISSING_RERUNS if facts.has_split else words.ALL_IN_ONE


def reasons(facts: Facts, number: int) -> tuple[str, ...]:
    """Why the tasks of a group go together, as far as it is known."""
    return (*likeness(facts, number), *drivers(facts, number))


def likeness(facts: Facts, number: int) -> tuple[str, ...]:
    """How alike the tasks of a group are."""
    why, found = facts.why(number), []
    if why.get("inside") is not None:
        found.append(words.likeness(why["inside"], why.get("outside")))
    if why.get("together") is not None:
        found.append(words.meeting(why["together"]))
    return tuple(found)


def drivers(facts: Facts, number: int, most: int = 3) -> tuple[str, ...]:
    """What goes with the tasks of a group, and who and what drives it."""
    why, n_members, found = facts.why(number), len(facts.groups[number]), []
    columns = columns_of(facts, number)
    most = 2 if columns else most
    if features := why.get("features"):
        found += [
            words.driver(
                one["name"],
                one.get("is_flag", False),
                one["n_tasks"],
                n_members,
                one["direction"],
                facts.kinds(number),
            )
            for one in features[:most]
        ]
    elif why.get("chance") is not None and not columns:
        found.append(words.no_driver(n_members))
    return (*found, *columns, *patients_of(facts, number))


def _correlations(facts: Facts) -> tuple[Grid, ...]:
    """Every column that goes with the outcomes of a group, and how strongly, beside chance."""
    rows = [
        (
            facts.title(number),
            one["name"],
            f"{one['n_tasks']} of {len(members)}",
            one["direction"],
            f"{one['strength']:.2f}",
            f"{facts.why(number)['chance']:.2f}",
        )
        for number, members in enumerate(facts.groups)
        for one in facts.why(number).get("features", ())
    ]
    if not rows:
        return ()
    grid = Grid(
        "What goes with each group",
        ("Group", "Column", "Outcomes", "Direction", "Correlation", "Chance stays below"),
        tuple(rows),
        (False, False, True, False, True, True),
        EXPERTS,
    )
    return (grid,)


def _alternatives(facts: Facts) -> tuple[Grid, ...]:
    """The most stable grouping for every other number of groups."""
    best = alternatives(facts)
    if not best:
        return ()
    rows = tuple(
        (
            str(n_groups),
            " · ".join(amounts.join_some(group, 6) for group in groups),
            "–" if share is None else f"{amounts.in_100(share)} of 100",
        )
        for n_groups, groups, share in best
    )
    columns = ("Groups", "Which", "Pairs stayed together")
    return (Grid("Other numbers of groups", columns, rows, (True, False, True), EXPERTS),)


Alternative = tuple[int, tuple[tuple[str, ...], ...], float | None]


def alternatives(facts: Facts, most: int = 8) -> tuple[Alternative, ...]:
    """Number of groups, the groups and their stability: the most stable of each number."""
    best: dict[int, Alternative] = {}
    for one in facts.document.get("groupings", ()):
        groups = tuple(tuple(group) for group in one["groups"])
        is_known = {frozenset(group) for group in groups} == {frozenset(g) for g in facts.groups}
        if is_known or not 1 < len(groups) < len(facts.task_names):
            continue
        share = one["stability"]
        known = best.get(len(groups))
        if known is None or (share or 0.0) > (known[2] or 0.0):
            best[len(groups)] = (len(groups), groups, share)
    return tuple(best[number] for number in sorted(best))[:most]
