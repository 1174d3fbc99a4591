"""How the job `evidence` shall train: settings, and groupings of the user's own."""

import json
from dataclasses import dataclass
from pathlib import Path

from core.errors import MethodError, RunError
from core.evidence import Validation
from core.runs.status import replace_text

FILE = "validation.json"


@dataclass(frozen=True)
class Asked:
    """The settings, and hand-made groupings by task names."""

    settings: Validation = Validation()
    hand_made: tuple[tuple[tuple[str, ...], ...], ...] = ()

    def save(self, folder: Path) -> None:
        """Write it into a run folder, whole or not at all."""
        asked = {"settings": self.settings.to_spec(), "hand_made": self.hand_made}
        replace_text(folder / FILE, json.dumps(asked, indent=1))

    @classmethod
    def load(cls, folder: Path) -> "Asked":
        """What a run folder asks for; the defaults where it asks for nothing.

        Raises:
            RunError: the file is damaged, or of another version.
        """
        try:
            found = json.loads((folder / FILE).read_text(encoding="utf-8"))
            made = tuple(tuple(map(tuple, groups)) for groups in found["hand_made"])
            return cls(Validation.from_spec(found["settings"]), made)
        except FileNotFoundError:
            return cls()
        except MethodError as error:
            raise RunError(
                f"{FILE} of the run {folder.name} is of another version: {error} Delete it, and "
                "validate the run again."
            ) from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RunError(f"{FILE} of the run {folder.name} is damaged; delete it.") from error
