"""A validated run becomes a folder that others train from and predict with.

    networks       the run's trained networks of the recommended groups
    discreet       the schema of the table without what single rows or few patients tell
    recoding       inputs told otherwise, and weights that make up for it
    specification  schema.json: everything but the weights
    weights        weights.safetensors: named tensors ↔ modules
    module         one network as a plain torch.nn.Module
    model          load_model(folder) → predict, predict_proba, modules
    scores         the exported model on test rows, with intervals
    groups         groups.yaml, through as_yaml
    readme         README.md
    write          all of it, whole or not at all

Example:
    export_run(Run(path), folder)
    load_model(folder).predict(frame)
"""

from core.export.model import Model, load_model
from core.export.networks import Members, parse_members
from core.export.write import Export, export_run

__all__ = ["Export", "Members", "Model", "export_run", "load_model", "parse_members"]
