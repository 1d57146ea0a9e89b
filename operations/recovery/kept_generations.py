"""`recover status`, `finish` and `retire`: the generations of the database that stand beside each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.configuration import Configuration
from operations.console import OperationError, OperationFailed
from operations.environments import Connection
from operations.recovery import generations_file
from operations.recovery.instances import Instances, minute_of


class KeptGenerations:
    """The generations that an environment's stack file names.

    Args:
        configuration: the environment, as its files say.
        connection: to its account.
        file: its stack file.
    """

    def __init__(self, configuration: Configuration, connection: Connection, file: Path) -> None:
        self._declared, self._file = configuration.settings.database.generations, file
        self._instances = Instances(configuration, connection)

    def told(self) -> list[dict[str, Any]]:
        """What there is, for `recover status`."""
        return [self._generation(each) for each in self._declared.declared]

    def _generation(self, generation: int) -> dict[str, Any]:
        found = self._instances.find(generation)
        window = self._instances.window(generation)
        return {
            "generation": generation,
            "instance": self._instances.name(generation),
            "role": "serves" if generation == self._declared.current else "retired",
            "status": str(found["DBInstanceStatus"]) if found else "gone",
            "restorable": minute_of(window.latest) if window else "",
        }

    def finish(self) -> bool:
        """Takes `adopt` out of the stack file; answers whether there was anything to do.

        Raises:
            OperationFailed: the engine has not adopted the instance yet.
        """
        if not self._declared.adopt:
            return False
        name = self._instances.name(self._declared.current)
        if not self._instances.is_adopted(self._declared.current):
            raise OperationFailed(f"{name} is not adopted yet: `pulumi up` first.")
        generations_file.write(self._file, replace(self._declared, adopt=False))
        return True

    def check_retired(self, generation: int) -> str:
        """The instance's name.

        Raises:
            OperationError: it is no retired one.
        """
        if generation not in self._declared.retired:
            there = ", ".join(map(str, self._declared.retired)) or "there is none"
            raise OperationError(f"--generation: found {generation}; allowed, as retired: {there}.")
        return self._instances.name(generation)

    def retire(self, generation: int) -> list[str]:
        """Unprotects it in AWS and takes it out of the file; answers what a person does then."""
        names = self._instances.unprotect(generation)
        left = self._declared.but(
            retired=tuple(each for each in self._declared.retired if each != generation),
            lost=tuple(each for each in self._declared.lost if each != generation),
        )
        generations_file.write(self._file, left)
        return [
            *(
                f"pulumi state unprotect URN, of {name} in `pulumi stack --show-urns` "
                f"(aws:rds/instance:Instance)"
                for name in names
            ),
            "pulumi up: deletes it, with its logs and role; a final snapshot is left",
        ]
