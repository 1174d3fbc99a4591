"""report.json as a dict, of any number of tasks, with and without evidence; no engine behind it."""

import numpy as np


def document(n_tasks=6, groups=None, evidence=None, names=None, features=("age", "creatinine")):
    """A report before training; `groups` are lists of task numbers."""
    names = list(names or (f"outcome {number}" for number in range(n_tasks)))
    numbers = groups or [list(range(n_tasks // 2)), list(range(n_tasks // 2, n_tasks))]
    named = [[names[task] for task in group] for group in numbers]
    decision = {1: "together", n_tasks: "alone"}.get(len(named), "grouped")
    similarity = np.full((n_tasks, n_tasks), 0.25)
    np.fill_diagonal(similarity, 1)
    return {
        "schema_version": 1,
        "tasks": [
            {"name": name, "kind": "binary", "n_labelled": 500, "prevalence": 0.2} for name in names
        ],
        "affinity": {"measure": "abs_cosine", "similarity": similarity.tolist()},
        "groupings": [
            {"n_groups": len(named), "groups": named, "stability": 0.92},
            {"n_groups": 3, "groups": [names[:1], names[1:2], names[2:]], "stability": 0.5},
        ][: 1 + (n_tasks > 3)],
        "recommended": {"groups": named, "decision": decision, "reason": "Because."},
        "co_assignment": np.where(similarity < 1, 0.9, 1.0).tolist(),
        "why": [_why(group, features, names) for group in named],
        "drivers": {"reason": None, "has_columns": True, "driving": 0.1},
        "data": _data(names),
        "evidence": evidence and evidence(names, named),
        "notes": ["A note for engineers."],
        "provenance": {
            "versions": {"taskscape": "0.1.0"},
            "seeds": {"plan": 0},
            "device": "cpu",
            "data_sha256": "ab" * 32,
            "created_at": "2026-01-02T03:04:05+00:00",
            "plan": {"n_replicates": 200, "measure": {"key": "abs_cosine"}},
        },
    }


def _why(group, features, names):
    several = len(group) > 1
    return {
        **(_driven(features, names) if several else {"holds": None, "columns": [], "traits": []}),
        "tasks": group,
        "inside": 0.62 if several else None,
        "outside": 0.31,
        "stayed_together": 0.92 if several else None,
        "chance": 0.12,
        "features": [
            {
                "name": name,
                "n_tasks": len(group),
                "strength": 0.3,
                "direction": "more",
                "is_flag": False,
            }
            for name in features
        ],
        "together": 2.4 if several else None,
    }


def _driven(features, names):
    return {
        "holds": True,
        "agreement": 0.31,
        "agreement_chance": 0.04,
        "columns": [
            {"name": name, "share": 0.4 / (1 + place), "is_recording": place == 1}
            for place, name in enumerate(features)
        ],
        "column_chance": 0.06,
        "carried": 0.43,
        "carried_chance": 0.52,
        "traits": [
            trait(names[0], True, True, 0.64, 0.18),
            trait(features[0], False, False, 71.2, 63.5),
            trait(features[-1], False, False, 1.02, 1.34),
        ],
    }


def trait(name, is_label, is_share, inside, outside):
    return {
        "name": name,
        "is_label": is_label,
        "is_share": is_share,
        "inside": inside,
        "outside": outside,
    }


def _data(names):
    places = ("train", "validation", "test", "total")
    return {
        "records": 500,
        "patients": 480,
        "records_used": None,
        "records_of": dict(zip(places, (300, 100, 100, 500), strict=True)),
        "tasks": [
            {
                "task": name,
                "labelled": dict(zip(places, (300, 100, 100, 500), strict=True)),
                "events": dict(zip(places, (60, "≤ 10", None, 87), strict=True)),
                "others": dict(zip(places, (240, None, None, 413), strict=True)),
            }
            for name in names
        ],
    }


def evidence_of(verdict="grouped", judged_by="metric", not_counted=0, lost=0):
    """What makes the evidence of a report: a function of its names and groups."""

    def make(names, groups):
        def rows(base):
            return [
                {
                    "task": name,
                    "metric_name": "auroc",
                    "metric": base + 0.001 * number,
                    "gain": base - 0.7,
                    "gain_low": base - 0.75,
                    "gain_high": base - 0.65,
                    "outcome": "loss" if number < lost else "win" if base > 0.7 else "tie",
                }
                for number, name in enumerate(names)
            ]

        def trial(base, parts):
            return {"groups": parts, "gain_mean": base - 0.7, "per_task": rows(base)}

        def contrast(value):
            return {"value": value, "low": value - 0.02, "high": value + 0.03}

        best = trial(0.742, groups)
        has_best = 1 < len(groups) < len(names)
        return {
            "verdict": verdict,
            "judged_by": judged_by,
            "candidates": [best],
            "best_grouping": 0 if has_best else None,
            "alone": trial(0.7, [[name] for name in names]),
            "together": trial(0.712, [names]),
            "random": {"gains": [0.01, -0.02, None, 0.005], "n": 3, "gain_mean": -0.0017},
            "grouped_over_alone": contrast(0.042 if has_best else None) if has_best else EMPTY,
            "grouped_over_together": contrast(0.031) if has_best else EMPTY,
            "together_over_alone": contrast(0.012),
            "not_counted": [{"task": name, "reason": "too few"} for name in names[:not_counted]],
            "n_seeds": 5,
            "n_networks_trained": 580,
            "n_groups_trained": 185,
            "notes": [],
        }

    return make


EMPTY = {"value": None, "low": None, "high": None}
