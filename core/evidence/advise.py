"""Which way to train a verdict amounts to, within the rules of who shares a network."""

from collections.abc import Sequence

from core.evidence.candidate import Candidate
from core.evidence.contest import Contest
from core.evidence.decide import Answer
from core.evidence.partitions import alone, together
from core.evidence.pins import broken_rule, keeps
from core.trials import Verdict

HELPERS = "Some tasks also help in a network that does not predict them."


def advise(
    contest: Contest, answer: Answer, best: Candidate | None, ranked: Sequence[Candidate]
) -> tuple[Candidate, str]:
    """What the answer amounts to, with its reason. Where that breaks the rules: instead of alone
    what the rules ask for at least, instead of together the best, and where alone is better but
    takes too many networks whatever does best in as many as there may be."""
    n_tasks, rules = len(contest.is_counted), contest.rules
    meant, instead = Candidate("each task alone", alone(n_tasks)), contest.least
    if answer.verdict is Verdict.GROUPED and best is not None:
        meant = best
    elif answer.verdict is Verdict.TOGETHER:
        meant, instead = Candidate("all tasks together", together(n_tasks)), best or contest.least
    elif answer.verdict is Verdict.ALONE and rules.networks is not None:
        instead = next((one for one in ranked if keeps(rules, one)), contest.least)
    chosen, reason = meant, answer.reason
    if not keeps(rules, meant):
        broken = broken_rule(rules, len(meant.groups))
        chosen, reason = (
            instead,
            f"{reason} {meant.origin.capitalize()} {broken}; what is advised keeps to it.",
        )
    return chosen, f"{reason} {HELPERS}" if chosen.learned else reason
