"""Fixed texts for readers who train no models: what words mean, and what the report cannot say."""

GLOSSARY: tuple[tuple[str, str], ...] = (
    ("Outcome", "Something that a model shall predict, such as a diagnosis or a lab value."),
    ("Model", "A rule, learned from records, that turns what is known into a prediction."),
    ("Alone", "Each outcome has a model of its own."),
    ("Shared model", "One model learns several outcomes at once."),
    ("Group", "Outcomes that share one model."),
    ("Pull", "How one record would change a model that learns an outcome from it."),
    ("Chance", "What the same sums give when the labels of each outcome are dealt out by lot."),
    ("Re-run", "The groups are found again on patients drawn anew from the same records."),
    (
        "Very likely, likely, uncertain, unlikely",
        "It held in at least 80, in 60 to 79, in 40 to 59, or in fewer than 40 of 100 re-runs.",
    ),
    ("Patients kept aside", "Records that no model learned from. They are used once, to test."),
    (
        "95 % range",
        "With the test patients drawn anew from the same records, the gain fell in it 95 times in "
        "100.",
    ),
    ("Harm", "An outcome that is predicted worse in a shared model than alone."),
    ("Random grouping", "Groups drawn by lot. A real grouping should beat them."),
)

METRIC_TERMS: dict[str, tuple[str, str]] = {
    "auroc": (
        "AUROC",
        "How often the model ranks a patient with the event above one without it. "
        "0.5 is chance, 1 is perfect.",
    ),
    "auprc": ("AUPRC", "How pure the list of patients at highest risk is. 1 is perfect."),
    "balanced_accuracy": ("Balanced accuracy", "The share of right answers, each class alike."),
    "r2": ("R²", "The share of the spread of a value that the model explains. 1 is perfect."),
    "c_index": (
        "Harrell's C",
        "How often the patient with the earlier event had the higher risk. 0.5 is chance.",
    ),
}

LIMITS: dict[str, tuple[str, ...]] = {
    "always": (
        "The groups say which outcomes should share a model. They do not say that the outcomes "
        "share a cause.",
        "All of this rests on one set of records. Another clinic may see other groups.",
        "A column that goes with an outcome need not cause it.",
        "Rare outcomes leave few events, so what is said of them is less sure.",
        "The models were not checked for fairness between groups of people.",
    ),
    "tested": (
        "The test compares ways to train small models. It does not show that a model is good "
        "enough to use.",
        "The range covers chance in drawing patients and in training. It does not cover errors "
        "in the records.",
    ),
    "untested": (
        "The groups come from a map of what each outcome asks of a model. The map proposes; only "
        "training can decide.",
    ),
}
