"""What a reader must know beside the answer: limits, words, where the numbers come from."""

from typing import Any

from core.report.crosswalk import CROSSWALK, HELPS
from core.report.glossary import GLOSSARY, LIMITS, METRIC_TERMS
from core.report.story.blocks import ENGINEERS, EXPERTS, Grid, Lines, Section, Terms
from core.report.story.facts import Facts
from core.report.words import NOT_A_DEVICE


def limits_section(facts: Facts) -> Section:
    """Limits in plain words; for engineers the notes of the engine."""
    limits = LIMITS["always"] + LIMITS["tested" if facts.evidence else "untested"]
    notes = (*facts.document.get("notes", ()), *(facts.evidence or {}).get("notes", ()))
    return Section(
        "limits",
        "Limits",
        (
            Lines((NOT_A_DEVICE,)),
            Lines(limits, is_list=True),
            *([Lines(notes, is_list=True, audiences=ENGINEERS)] if notes else []),
        ),
    )


def glossary_section(facts: Facts) -> Section:
    """The words that the report uses, and the scores that its tasks are judged by."""
    rows = (facts.evidence or {}).get("alone", {}).get("per_task") or []
    used = dict.fromkeys(row["metric_name"] for row in rows)
    scores = tuple(METRIC_TERMS[key] for key in used if key in METRIC_TERMS)
    return Section("glossary", "Words used here", (Terms((*GLOSSARY, *scores)),))


def provenance_section(facts: Facts) -> Section:
    """Versions, seeds, data digest, plan: never a file name, a path or a user."""
    known = facts.document["provenance"]
    rows: list[tuple[str, str]] = [
        ("Made at (UTC)", str(known.get("created_at", "–"))),
        ("SHA-256 of the data", str(known.get("data_sha256", "–"))),
        ("Seed", str(known.get("seeds", {}).get("plan", "–"))),
        ("Device", str(known.get("device", "–"))),
    ]
    rows += [(str(name), str(version)) for name, version in known.get("versions", {}).items()]
    plan = tuple(_flat(known.get("plan", {})))
    settings = Grid("Settings", ("Setting", "Value"), plan, (False, False), ENGINEERS)
    return Section(
        "provenance",
        "Where the numbers come from",
        (
            Grid("Provenance", ("What", "Value"), tuple(rows), (False, False)),
            *([settings] if plan else []),
        ),
    )


def _flat(plan: dict[str, Any], above: str = "") -> list[tuple[str, str]]:
    found = []
    for key, value in plan.items():
        if isinstance(value, dict):
            found += _flat(value, f"{above}{key} · ")
        else:
            found.append((f"{above}{key}", "–" if value is None else str(value)))
    return found


def crosswalk_section(facts: Facts) -> Section:
    """Which items of reporting guidelines this report helps to fill."""
    columns = ("Guideline", "Item", "What it asks for", "What helps here")
    grid = Grid("Reporting guidelines", columns, CROSSWALK, (False,) * 4, EXPERTS)
    return Section("crosswalk", "Reporting guidelines", (Lines((HELPS,), audiences=EXPERTS), grid))
