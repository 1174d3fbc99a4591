"""Which items of two reporting guidelines the report helps to fill. It fills none on its own.

TRIPOD+AI: Collins et al., BMJ 2024;385:e078378. MI-CLAIM: Norgeot et al., Nature Medicine 2020.
"""

HELPS = (
    "This report helps fill the items below in a paper about the models. It does not fill them on "
    "its own, and it is no statement that a guideline was followed."
)

_TRIPOD, _CLAIM = "TRIPOD+AI", "MI-CLAIM"

CROSSWALK: tuple[tuple[str, str, str, str], ...] = (
    (_TRIPOD, "8a", "Define the outcomes", "The list of outcomes and their kinds"),
    (_TRIPOD, "10", "Explain the sample size", "Records and events for each part of the data"),
    (_TRIPOD, "11", "Handling of missing data", "Known labels for each outcome"),
    (_TRIPOD, "12a", "How the data were used and split", "Records to learn, to choose, to test"),
    (_TRIPOD, "12c", "Type of model and how it was chosen", "Settings; choice on validation rows"),
    (_TRIPOD, "12e", "Measures of performance", "The scores of each outcome, and what they mean"),
    (_TRIPOD, "18f", "Sharing of code", "Versions, seeds and settings"),
    (_TRIPOD, "20a", "Flow of participants", "From records to patients kept aside"),
    (_TRIPOD, "21", "Participants and events in each analysis", "Known labels and events"),
    (_TRIPOD, "23a", "Performance with intervals", "Every outcome on the test patients"),
    (_TRIPOD, "26", "Limitations", "The section Limits"),
    (_CLAIM, "Part 1", "Study design: cohort and baseline", "The data; training alone as baseline"),
    (_CLAIM, "Part 2", "Separate parts to train and to test", "Split by patient, made once"),
    (_CLAIM, "Part 3", "How the final model was chosen", "Candidates ranked on validation rows"),
    (_CLAIM, "Part 4", "Performance with uncertainty", "Gains with 95 % ranges; random groupings"),
    (_CLAIM, "Part 5", "What the model looks at", "Why together: columns that drive each group"),
    (_CLAIM, "Part 6", "Reproducible work", "Digest of the data, seeds, versions, settings"),
)
