"""The embedded clusters: objects in memory, behind the rules of the API server that clients notice.

Nothing runs: there are no nodes and no controllers (see `server_fields`). Every change is handed to
`record` as a JSON value, and `replay` makes the same objects of such values again, uids included.
"""

from __future__ import annotations

import datetime
import secrets
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from rehearsal.kubernetes.immutable import refused_changes
from rehearsal.kubernetes.kinds import Kind, kind_of_object
from rehearsal.kubernetes.server_fields import complete, encoded, not_ready
from rehearsal.providers.provider import ProviderError

Content = dict[str, Any]
# API group, kind, namespace ("" for cluster-scoped), name.
Key = tuple[str, str, str, str]
_INITIAL_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")


class MissingNamespace(ProviderError):
    """The object's namespace is not there, or not yet."""


@dataclass
class Stored:
    """An object as it is, what was applied to make it so, and the URN of the resource that created it.

    The cluster's own objects were applied and created by nobody.
    """

    live: Content
    applied: Content | None
    owner: str | None = None


def always_reached(_: str) -> str | None:
    """The `lost` of clusters whose region is never switched off."""
    return None


def pods_come_up(_: Content) -> str | None:
    """The `rollout` of clusters in which nothing goes wrong."""
    return None


def record_nothing(entry: dict[str, Any]) -> None:
    """The `record` of clusters that need not outlive the process."""


class Cluster:
    """One cluster's objects. All methods may be called from any thread, and give copies."""

    def __init__(
        self,
        name: str,
        record: Callable[[dict[str, Any]], None] = record_nothing,
        lost: Callable[[str], str | None] = always_reached,
    ) -> None:
        self.name = name
        self._lost = lost
        self._record = record
        self._objects: dict[Key, Stored] = {}
        self._version = 0
        self._lock = threading.RLock()
        self._unreachable: str | None = None

    def get(self, kind: Kind, namespace: str, name: str) -> Content | None:
        """The object as it is now, or None."""
        with self._lock:
            stored = self._objects.get(_key(kind, namespace, name))
            return deepcopy(stored.live) if stored else None

    def objects(self) -> list[Stored]:
        """Every object of the cluster."""
        with self._lock:
            return deepcopy(list(self._objects.values()))

    def create(self, content: Content, owner: str | None = None) -> Content:
        """Stores a new object. Refused when its namespace is missing or its name is taken.

        An `owner` that created the object before gets it again: it asks a second time only when a
        killed deployment lost the first answer.
        """
        with self._lock:
            self._start()
            content = _placed(content)
            kind = kind_of_object(content)
            metadata = content["metadata"]
            if "name" not in metadata:
                metadata["name"] = metadata["generateName"] + secrets.token_hex(3)[:5]
            namespace = metadata.get("namespace", "")
            if namespace and _key(_NAMESPACE, "", namespace) not in self._objects:
                raise MissingNamespace(f'namespaces "{namespace}" not found')
            key = _key(kind, namespace, metadata["name"])
            if key in self._objects:
                if owner is not None and self._objects[key].owner == owner:
                    return self.apply(content)
                raise ProviderError(f'{kind.resource} "{metadata["name"]}" already exists')
            now = _now()
            return self._put(key, Stored(_new(content, now), content, owner), None, now)

    def provide(self, namespaces: Iterable[str]) -> None:
        """Namespaces that somebody else than the program has made, if they are not there yet."""
        with self._lock:
            self._start()
            for name in namespaces:
                self._provide(name)

    def _provide(self, name: str) -> None:
        if _key(_NAMESPACE, "", name) not in self._objects:
            live = _new({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, now := _now())
            self._put(_key(_NAMESPACE, "", name), Stored(live, None), None, now)

    def apply(self, content: Content, owner: str | None = None) -> Content:
        """Server-side apply: creates the object, or makes it what `content` says.

        Fields that an earlier apply set and this one leaves out are removed; fields that others set
        stay. An immutable field that differs is refused.
        """
        with self._lock:
            self._start()
            content = _placed(content)
            key = _key_of(content)
            stored = self._objects.get(key)
            if stored is None:
                return self.create(content, owner)
            live = self.merged(content)
            if live == stored.live and content == stored.applied:
                return deepcopy(live)
            if live.get("spec") != stored.live.get("spec"):
                live["metadata"]["generation"] += 1
            return self._put(key, Stored(live, content, stored.owner), stored.live, _now())

    def merged(self, content: Content) -> Content:
        """What `apply` would make of `content`, without doing it (the server's dry run)."""
        content = _placed(content)
        kind = kind_of_object(content)
        with self._lock:
            stored = self._objects.get(_key_of(content))
            if stored is None:
                return content
            live: Content = _merge(stored.live, stored.applied or {}, content)
            refused = refused_changes(kind, stored.live, live)
            if refused:
                name = f"{kind.name}.{kind.group}" if kind.group else kind.name
                reasons = ", ".join(f"{path}: Forbidden: field is immutable" for path in refused)
                raise ProviderError(f'{name} "{content["metadata"]["name"]}" is invalid: {reasons}')
            complete(live, stored.live, self._others(_key_of(content)), _now())
            return live

    def delete(self, kind: Kind, namespace: str, name: str) -> bool:
        """Removes the object, a namespace with everything in it; False when there was none."""
        with self._lock:
            key = _key(kind, namespace, name)
            if key not in self._objects:
                return False
            if (kind.group, kind.name) == ("", "Namespace"):
                for other in [other for other in self._objects if other[2] == name]:
                    self._remove(other)
            self._remove(key)
            return True

    def change(self, kind: Kind, namespace: str, name: str, change: Callable[[Content], None]) -> Content:
        """Lets `change` edit the object as somebody else's client would, past Pulumi."""
        with self._lock:
            key = _key(kind, namespace, name)
            stored = self._objects.get(key)
            if stored is None:
                raise ProviderError(f'{kind.resource} "{name}" not found')
            live = deepcopy(stored.live)
            change(live)
            if live.get("spec") != stored.live.get("spec"):
                live["metadata"]["generation"] += 1
            return self._put(key, Stored(live, stored.applied, stored.owner), stored.live, _now())

    def fail(self, content: Content, reason: str) -> Content:
        """The object with pods that do not come up, until it is applied again."""
        with self._lock:
            stored = self._objects[_key_of(content)]
            not_ready(stored.live, reason, _now())
            self._version += 1
            stored.live["metadata"]["resourceVersion"] = str(self._version)
            entry = {"object": stored.live, "applied": stored.applied, "owner": stored.owner}
            self._record(deepcopy({"op": "put", "cluster": self.name, **entry}))
            return deepcopy(stored.live)

    @property
    def unreachable(self) -> str | None:
        """Why the cluster does not answer who asks now; None while it does."""
        return self._unreachable or self._lost(self.name)

    def set_unreachable(self, reason: str | None) -> None:
        """Cuts the cluster off, or with None connects it again; its objects stay."""
        self._unreachable = reason

    def restore(self, entry: Mapping[str, Any]) -> None:
        """Takes over one recorded change, without recording it again."""
        with self._lock:
            live = deepcopy(entry["object"])
            self._version = max(self._version, int(live["metadata"]["resourceVersion"]))
            if entry["op"] == "delete":
                self._objects.pop(_key_of(live), None)
            else:
                self._objects[_key_of(live)] = Stored(live, deepcopy(entry["applied"]), entry["owner"])

    def _start(self) -> None:
        """A cluster begins with its own namespaces; at the first change, so that reading changes nothing."""
        if self._version:
            return
        for name in _INITIAL_NAMESPACES:
            self._provide(name)

    def _put(self, key: Key, stored: Stored, before: Content | None, now: str) -> Content:
        live = stored.live
        complete(live, before, self._others(key), now)
        self._version += 1
        live["metadata"]["resourceVersion"] = str(self._version)
        self._objects[key] = stored
        entry = {"object": live, "applied": stored.applied, "owner": stored.owner}
        self._record(deepcopy({"op": "put", "cluster": self.name, **entry}))
        return deepcopy(live)

    def _others(self, key: Key) -> list[Content]:
        return [stored.live for other, stored in self._objects.items() if other != key]

    def _remove(self, key: Key) -> None:
        live = self._objects.pop(key).live
        self._version += 1
        live["metadata"]["resourceVersion"] = str(self._version)
        self._record(deepcopy({"op": "delete", "cluster": self.name, "object": live}))


class Clusters:
    """All clusters of a session by name (see `configuration.cluster_name`), made when first asked for.

    Args:
        record: is handed every change.
        lost: says of the cluster of a name why it does not answer; None while it does.

    `rollout` is asked of each Deployment and Job that was made or changed why its pods do not come up; None
    when they do. It may wait, as a rollout does.
    """

    def __init__(
        self,
        record: Callable[[dict[str, Any]], None] = record_nothing,
        lost: Callable[[str], str | None] = always_reached,
    ) -> None:
        self._record = record
        self._lost = lost
        self._clusters: dict[str, Cluster] = {}
        self._lock = threading.Lock()
        self.rollout: Callable[[Content], str | None] = pods_come_up

    def cluster(self, name: str) -> Cluster:
        """The cluster of this name, empty when it is new."""
        with self._lock:
            return self._clusters.setdefault(name, Cluster(name, self._record, self._lost))

    def names(self) -> list[str]:
        """The names of the clusters that there are."""
        with self._lock:
            return sorted(self._clusters)

    def replay(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Makes the objects again that recorded entries tell of, in the order of recording."""
        for entry in entries:
            self.cluster(entry["cluster"]).restore(entry)


_NAMESPACE = Kind("", "v1", "Namespace")


def _key(kind: Kind, namespace: str, name: str) -> Key:
    return kind.group, kind.name, "" if kind.cluster_scoped else namespace or "default", name


def _key_of(content: Content) -> Key:
    metadata = content["metadata"]
    return _key(kind_of_object(content), metadata.get("namespace", ""), metadata["name"])


def _placed(content: Content) -> Content:
    """A copy of `content` as the API server takes it up: in a namespace, a Secret's text encoded."""
    placed = deepcopy(content)
    kind = kind_of_object(content)
    if (kind.group, kind.name) == ("", "Secret"):
        placed = encoded(placed)
    if not kind.cluster_scoped:
        placed["metadata"].setdefault("namespace", "default")
    return placed


def _new(content: Content, now: str) -> Content:
    given = {"uid": str(uuid.uuid4()), "creationTimestamp": now, "generation": 1}
    return {**deepcopy(content), "metadata": {**deepcopy(content["metadata"]), **given}}


def _merge(live: Any, applied: Any, wanted: Any) -> Any:
    if not (isinstance(live, dict) and isinstance(wanted, dict)):
        return deepcopy(wanted)
    owned = applied if isinstance(applied, dict) else {}
    kept = {key: deepcopy(value) for key, value in live.items() if key in wanted or key not in owned}
    for key, value in wanted.items():
        kept[key] = _merge(live.get(key), owned.get(key), value)
    return kept


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
