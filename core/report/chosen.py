"""What there is to know of a run but for the measures that were not chosen."""

from core.values import Report


def chosen_notes(report: Report) -> tuple[str, ...]:
    """The notes without those that only measures give which the groups do not rest on; they stand
    where these are looked at, and in report.json."""
    chosen, *others = report.affinities
    aside = {note for affinity in others for note in affinity.notes} - set(chosen.notes)
    return tuple(note for note in report.notes if note not in aside)
