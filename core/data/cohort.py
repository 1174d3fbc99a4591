"""The words and units of the generated cohort: an intensive-care unit's first day."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Measurement:
    """A column in clinical units: middle + spread · z, or the exponential of that when `skewed`
    (then `spread` is that of the logarithm), or two texts by the sign of z."""

    name: str
    middle: float
    spread: float
    skewed: bool = False
    texts: tuple[str, str] | None = None

    def express(self, latent: Float[np.ndarray, " sample"]) -> np.ndarray:
        """The measurement of standard-normal latent values, rounded as a laboratory would."""
        if self.texts is not None:
            return np.where(latent > 0, self.texts[1], self.texts[0]).astype(object)
        if self.skewed:
            return np.round(self.middle * np.exp(self.spread * latent), 3)
        return np.round(self.middle + self.spread * latent, 2)


COHORT = (
    Measurement("sex", 0.0, 1.0, texts=("F", "M")),
    Measurement("age", 63.0, 14.0),
    Measurement("bmi", 27.0, 4.5),
    Measurement("heart_rate", 92.0, 17.0),
    Measurement("systolic_bp", 121.0, 20.0),
    Measurement("diastolic_bp", 68.0, 12.0),
    Measurement("respiratory_rate", 20.0, 4.0),
    Measurement("temperature", 37.1, 0.7),
    Measurement("oxygen_saturation", 94.0, 2.0),
    Measurement("lactate", 1.8, 0.5, skewed=True),
    Measurement("creatinine", 1.1, 0.45, skewed=True),
    Measurement("urea", 7.5, 0.5, skewed=True),
    Measurement("sodium", 139.0, 4.0),
    Measurement("potassium", 4.2, 0.5),
    Measurement("bicarbonate", 24.0, 3.5),
    Measurement("glucose", 7.2, 0.3, skewed=True),
    Measurement("haemoglobin", 11.8, 1.8),
    Measurement("platelets", 220.0, 0.35, skewed=True),
    Measurement("white_cells", 10.5, 0.4, skewed=True),
    Measurement("crp", 48.0, 0.9, skewed=True),
    Measurement("albumin", 34.0, 5.0),
    Measurement("bilirubin", 14.0, 0.6, skewed=True),
    Measurement("troponin", 0.06, 1.0, skewed=True),
    Measurement("urine_output", 1500.0, 380.0),
)

GROUP_NAMES = (
    ("y_heart_failure", "y_arrhythmia", "y_cardiogenic_shock", "y_cardiac_arrest"),
    ("y_kidney_injury", "y_dialysis", "y_hyperkalaemia", "y_fluid_overload"),
    ("y_pneumonia", "y_ventilation", "y_ards", "y_reintubation"),
    ("y_sepsis", "y_bacteraemia", "y_vasopressors", "y_fever"),
    ("y_delirium", "y_stroke", "y_seizure", "y_coma"),
    ("y_bleeding", "y_transfusion", "y_thrombosis", "y_coagulopathy"),
)
"""Outcomes of each planted group, heart, kidney, lung, infection, brain, blood."""
