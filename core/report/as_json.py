"""report.json itself, and its groups as YAML for a training script."""

import json
from collections.abc import Mapping
from typing import Any

from core.as_yaml import to_yaml
from core.report.letters import letter
from core.report.story import Story

SCHEMA_VERSION = 1


def to_json(document: Mapping[str, Any], story: Story) -> bytes:
    """report.json with the names that people gave the groups; the same for every audience."""
    named = [
        {"tasks": group, "name": name}
        for group, name in zip(document["recommended"]["groups"], story.group_names, strict=True)
        if name
    ]
    found = {**document, **({"group_names": named} if named else {})}
    return (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode()


def to_yaml_groups(document: Mapping[str, Any], story: Story) -> bytes:
    """The recommended groups, as few lines as a training script needs."""
    recommended = document["recommended"]
    groups = [
        {"name": letter(number), "title": name or None, "tasks": list(group)}
        for number, (group, name) in enumerate(
            zip(recommended["groups"], story.group_names, strict=True)
        )
    ]
    found = {
        "schema_version": SCHEMA_VERSION,
        "decision": recommended["decision"],
        "verdict": story.verdict or None,
        "groups": groups,
        "data_sha256": document["provenance"].get("data_sha256"),
    }
    return to_yaml(found).encode()
