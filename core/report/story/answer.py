"""The answer: what to do, how it did in the test, how stable it is."""

from core.report import amounts, words
from core.report.story.blocks import EXPERTS, Lines, Section
from core.report.story.contrasts import sentence_of, telling_contrast
from core.report.story.facts import Facts


def answer_section(facts: Facts) -> Section:
    """Three sentences, and for experts the reason as the engine gives it."""
    return Section(
        "answer",
        "The answer",
        (
            Lines((advice(facts), tested(facts), stability(facts))),
            Lines((str(facts.recommended["reason"]),), audiences=EXPERTS),
        ),
    )


def advice(facts: Facts) -> str:
    """What to do."""
    n_tasks = len(facts.task_names)
    return words.advice(facts.decision, facts.verdict, n_tasks, len(facts.groups))


def tested(facts: Facts) -> str:
    """What the test showed, or that there was none."""
    contrast = telling_contrast(facts)
    if contrast is None:
        return words.NOT_TESTED if facts.evidence is None else words.not_counted(facts.task_names)
    return sentence_of(facts, contrast)


def stability(facts: Facts) -> str:
    """How often the most stable group stayed together."""
    shares = [
        (facts.why(number).get("stayed_together"), members)
        for number, members in enumerate(facts.groups)
        if len(members) > 1
    ]
    known = [(share, members) for share, members in shares if share is not None]
    if not facts.has_split:
        return words.ALL_IN_ONE if len(facts.groups) == 1 else words.NONE_TOGETHER
    if not known:
        return words.MISSING_RERUNS
    share, members = max(known, key=lambda pair: pair[0])
    return words.rerun(members, amounts.in_100(share), facts.n_reruns)
