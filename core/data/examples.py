"""The built-in tables: one generated, two that scikit-learn carries. All work offline."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.data.patterns import match_columns
from core.data.planted import plant_groups
from core.errors import TableError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Example:
    """A built-in table: `make(seed)` returns the frame, `targets` is the glob of its tasks."""

    title: str
    summary: str
    make: Callable[[int], "pd.DataFrame"]
    targets: str = "y_*"


def _cohort(seed: int) -> "pd.DataFrame":
    return plant_groups(missing=0.05, missing_features=0.03, seed=seed).frame


def _breast_cancer(seed: int) -> "pd.DataFrame":
    """Malignancy, and seven `worst` measurements in their top 30 %, from the `mean` ones."""
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer(as_frame=True)
    table: pd.DataFrame = data.frame[
        [name for name in data.frame if str(name).startswith("mean ")]
    ].copy()
    table["y_malignant"] = 1 - data.frame["target"]
    parts = ("texture", "smoothness", "compactness", "concavity", "concave points", "symmetry")
    for part in (*parts, "fractal dimension"):
        worst = data.frame[f"worst {part}"]
        table[f"y_{part.replace(' ', '_')}"] = (worst > worst.quantile(0.7)).astype(int)
    return table


def _diabetes(seed: int) -> "pd.DataFrame":
    """Progression after a year and six serum values, from age, sex, body mass and pressure."""
    from sklearn.datasets import load_diabetes

    frame = load_diabetes(as_frame=True, scaled=False).frame
    table: pd.DataFrame = frame[["age", "sex", "bmi", "bp"]].copy()
    table["y_progression"] = frame["target"]
    serum = ("cholesterol", "ldl", "hdl", "cholesterol_ratio", "log_triglycerides", "glucose")
    for place, name in enumerate(serum, start=1):
        table[f"y_{name}"] = frame[f"s{place}"]
    return table


EXAMPLES: dict[str, Example] = {
    "cohort": Example(
        "Generated intensive-care cohort",
        "1,500 generated patients, 24 measurements, 12 outcomes in three planted groups "
        "(heart, kidney, lung), so that the true answer is known.",
        _cohort,
    ),
    "breast_cancer": Example(
        "Breast cancer (Wisconsin)",
        "569 tumours: malignancy and seven findings of the worst nuclei, from ten mean values.",
        _breast_cancer,
    ),
    "diabetes": Example(
        "Diabetes progression",
        "442 patients: disease progression and six serum values, from age, sex, body-mass index "
        "and blood pressure.",
        _diabetes,
    ),
}


def load_example(key: str, seed: int = 0) -> tuple["pd.DataFrame", tuple[str, ...]]:
    """The frame of a built-in example and the names of its targets.

    Raises:
        TableError: unknown key; the known ones are listed.
    """
    if key not in EXAMPLES:
        raise TableError(f"Unknown example {key!r}; choose one of {', '.join(EXAMPLES)}.")
    example = EXAMPLES[key]
    frame = example.make(seed)
    names = [str(name) for name in frame.columns]
    return frame, match_columns(names, example.targets, "targets")
