"""Objects that EKS installs besides the program's: add-ons, and identities for pods.

moto has neither, so that the embedded AWS only records them; what it records is also written down here, for
the embedded Kubernetes to act as the real one does with them.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.configuration.add_ons import ADD_ON_NAMESPACES

ADD_ON = "aws:eks/addon:Addon"
IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"

Entry = dict[str, Any]


@dataclass(frozen=True)
class AddOn:
    """An add-on's version, and its configuration values as they were given."""

    version: str
    settings: Mapping[str, Any]

    @property
    def major(self) -> int:
        """Of the version; 0 of one that is none."""
        match = re.match(r"v(\d+)\.", self.version)
        return int(match[1]) if match else 0

    def setting(self, path: str, default: Any) -> Any:
        """The value at a path of the values (`manager.image.tag`), or what the chart has."""
        value: Any = self.settings
        for name in path.split("."):
            if not isinstance(value, Mapping) or name not in value:
                return default
            value = value[name]
        return value


def record_nothing(entry: Entry) -> None:
    """The `record` of what need not outlive the process."""


class Installed:
    """The add-ons and identities of all clusters, by the name of the cluster. May be called from any thread.

    Every change is handed to `record` as a JSON value; `replay` takes such values up again.
    """

    def __init__(self, record: Callable[[Entry], None] = record_nothing) -> None:
        self._record = record
        self._parts: dict[str, Entry] = {}
        self._lock = threading.Lock()

    def note(self, urn: str, token: str, inputs: Mapping[str, Any] | None) -> None:
        """A resource of AWS is like this now, or gone (None); what matters to no cluster is passed over."""
        if token in (ADD_ON, IDENTITY):
            entry = {"urn": urn, "type": token, "inputs": None if inputs is None else dict(inputs)}
            self._take(entry)
            self._record(entry)

    def replay(self, entries: Iterable[Entry]) -> None:
        """Takes over changes that were recorded, in their order."""
        for entry in entries:
            self._take(entry)

    def add_on(self, cluster: str | None, name: str) -> AddOn | None:
        """An add-on of the cluster, or None when it has none of this name."""
        for inputs in self._of(ADD_ON, cluster):
            if inputs.get("addonName") == name:
                settings = json.loads(inputs.get("configurationValues") or "{}")
                return AddOn(str(inputs.get("addonVersion", "")), settings)
        return None

    def namespaces(self, cluster: str | None) -> list[str]:
        """The namespaces that the cluster's add-ons have made."""
        names = [str(inputs.get("addonName")) for inputs in self._of(ADD_ON, cluster)]
        return [ADD_ON_NAMESPACES[name] for name in names if name in ADD_ON_NAMESPACES]

    def has_identity(self, cluster: str | None, namespace: str, service_account: str) -> bool:
        """Whether pods of a service account get credentials of AWS."""
        wanted = (namespace, service_account)
        return any(
            (inputs.get("namespace"), inputs.get("serviceAccount")) == wanted
            for inputs in self._of(IDENTITY, cluster)
        )

    def _of(self, token: str, cluster: str | None) -> Iterator[Mapping[str, Any]]:
        with self._lock:
            parts = list(self._parts.values())
        for entry in parts:
            if entry["type"] == token and cluster is not None and entry["inputs"]["clusterName"] == cluster:
                yield entry["inputs"]

    def _take(self, entry: Entry) -> None:
        with self._lock:
            if entry["inputs"] is None:
                self._parts.pop(entry["urn"], None)
            else:
                self._parts[entry["urn"]] = entry
