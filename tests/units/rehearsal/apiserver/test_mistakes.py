"""Objects that are wrong on purpose: the embedded cluster says of each what a real API server says.

The real one's answers come from `make apiserver` with Kubernetes 1.35.4, which fails where they differ from
the embedded cluster's; what both take is listed here.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy

import pytest

from rehearsal.apiserver.mistakes import MISTAKES, updated_objects, wrong_objects
from rehearsal.apiserver.mistakes.updates import UPDATES
from rehearsal.apiserver.verdicts import EmbeddedCluster
from rehearsal.kubernetes import provider
from rehearsal.kubernetes.cluster import Content
from tests.support.declared_cluster import declared_cluster
from tests.support.recordings import recording_of

# Names of these kinds are only parts of paths, whatever else they are.
_BY_PATH = ("ClusterRole", "ClusterRoleBinding", "PodDisruptionBudget", "Role", "RoleBinding")
_POD_MAKERS = ("CronJob", "Deployment", "Job")
# What is no mistake in some kinds: both servers take it.
TAKEN = {
    "a name with a capital": _BY_PATH,
    "a name with an underscore": _BY_PATH,
    "a name that is too long": _BY_PATH,
    # The bits are passed over.
    "addresses with bits behind the prefix": ("NetworkPolicy",),
    # It is one of the binding's own namespace.
    "an account without a namespace": ("RoleBinding",),
    # A Deployment's pods have 30 s here: their hook sleeps, and no longer than that is allowed.
    "a pod that ends before it begins": ("CronJob", "Job"),
    # Only whoever pulls the image finds out.
    "a pod that pulls with a secret of no name": _POD_MAKERS,
    "a container that has an image with a space": _POD_MAKERS,
    # There is no other port in them.
    "a container that has a port's name twice": ("CronJob", "Job"),
    # Only whoever mounts it finds out.
    "a container that mounts at a place with a colon": _POD_MAKERS,
    # It is the root.
    "a container that is asked how it is at no path": ("Deployment",),
}


# All else changes in place.
IMMUTABLE = {
    ("another selector", "Deployment"),
    ("another image", "Job"),
    ("another number of runs", "Job"),
    ("another way of completion", "Job"),
    ("other rules for failures", "Job"),
    ("another address", "Service"),
    ("another role", "ClusterRoleBinding"),
    ("another role", "RoleBinding"),
}


@pytest.fixture(scope="module")
def given() -> list[tuple[str, Content, str | None]]:
    """Each mistake, the object with it, and why the embedded cluster refuses it."""
    cluster = declared_cluster(recording_of("prod"))
    embedded = EmbeddedCluster(cluster)
    with pytest.MonkeyPatch.context() as patch:
        # Nobody makes the namespace meanwhile.
        patch.setattr(provider, "_NAMESPACE_SECONDS", 0.0)
        return [
            (name, content, embedded.refusal(deepcopy(content)))
            for name, content in wrong_objects(cluster.objects)
        ]


def test_the_embedded_cluster_refuses_what_a_real_one_refuses(
    given: list[tuple[str, Content, str | None]],
) -> None:
    taken = {(name, content["kind"]) for name, content, refusal in given if refusal is None}
    assert taken == {(name, kind) for name, kinds in TAKEN.items() for kind in kinds}


def test_the_embedded_cluster_lets_change_what_a_real_one_lets_change() -> None:
    cluster = declared_cluster(recording_of("prod"))
    embedded = EmbeddedCluster(cluster)
    given = [
        (name, content["kind"], embedded.update_refusal(content))
        for name, content in updated_objects(cluster.objects)
    ]
    assert {(name, kind) for name, kind, refusal in given if refusal is not None} == IMMUTABLE
    assert {name for name, _, _ in given} == {update.name for update in UPDATES}


def test_each_mistake_is_made_in_some_object_and_has_a_name_of_its_own(
    given: list[tuple[str, Content, str | None]],
) -> None:
    made = {name for name, _, _ in given}
    assert {mistake.name for mistake in MISTAKES} == made
    several = Counter(
        (mistake.name, kind) for mistake in MISTAKES for kind in mistake.kinds or ("any",)
    ).most_common(1)
    assert several[0][1] == 1


def test_ours_are_as_they_were_and_refused_by_nobody() -> None:
    cluster = declared_cluster(recording_of("prod"))
    before = deepcopy(cluster.objects)
    list(wrong_objects(cluster.objects))
    assert cluster.objects == before
    embedded = EmbeddedCluster(cluster)
    for content in cluster.objects:
        renamed = deepcopy(content)
        renamed["metadata"]["name"] = f"{content['metadata']['name'][:40]}-right"
        assert embedded.refusal(renamed) is None, content["metadata"]["name"]
