"""Values that AWS's provider refuses by themselves: the rehearsal must refuse them as well.

In the place of each text that is declared stands another one, one place at a time: it is in no list of
allowed values, no ARN, no number, no JSON and no name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rehearsal.providers.provider import Properties
from rehearsal.terraform.convert import NotInSchema, configuration
from rehearsal.terraform.findings import Finding, Rule
from rehearsal.terraform.graph import Deployed
from rehearsal.terraform.mutations import replaced_texts
from rehearsal.terraform.plugin import Plugin, Refused

# The rehearsal's own check of a resource with these inputs: what it refuses.
Check = Callable[[Deployed, Properties], list[str]]

WRONG = "not-allowed!"


class Values:
    """Puts the wrong value into places.

    Args:
        check: the rehearsal's.
        tried: types and properties that were asked about, here or in another environment; one time is enough.
    """

    def __init__(self, check: Check, tried: set[tuple[str, str]]) -> None:
        self._check = check
        self._tried = tried
        self.asked = 0

    def ask(self, plugin: Plugin, resource: Deployed) -> Iterator[Finding]:
        """What the provider refuses and the rehearsal takes, of the places that were not tried yet."""
        kind, schema = resource.kind, plugin.schema(resource.kind)
        for path, inputs in replaced_texts(resource.inputs, WRONG):
            if (resource.token, path) in self._tried:
                continue
            self._tried.add((resource.token, path))
            self.asked += 1
            try:
                plugin.validate(kind, configuration(schema, inputs, kind))
            except NotInSchema:
                continue
            except Refused as refused:
                if not self._check(resource, inputs):
                    text = f"AWS's provider refuses {WRONG!r}, the rehearsal takes it: {refused}"
                    yield Finding(Rule.VALUE, resource.token, path, text, resource.name)
