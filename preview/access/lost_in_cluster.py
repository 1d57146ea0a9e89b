"""Rights in the cluster that are there before and not afterwards, of pods and of people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from preview.access.cluster import ASSOCIATION, BINDINGS, ROLES, rights, subject
from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk
from preview.values import some

_ENTRY = "aws:eks/accessEntry:AccessEntry"
_MOST = 2  # kinds of resources that are named in a line


def lost_in_cluster(change: Change) -> Iterator[Risk]:
    """What somebody may not do in the cluster any more; who goes with it misses nothing."""
    for step in change.of(*ROLES):
        if step.verb in (Verb.UPDATED, Verb.REPLACED):
            yield from _rules(step)
    for step in change.of(*BINDINGS):
        if step.verb in (Verb.UPDATED, Verb.REPLACED):
            left = {subject(each) for each in step.after.get("subjects") or []}
            gone = [each for each in map(subject, step.before.get("subjects") or []) if each not in left]
            if gone:
                what = f"is {', '.join(gone)}'s no more: what needs it fails"
                yield Risk(Kind.INTERRUPTION, step, what, ("subjects",))
    yield from _people(change)


def _people(change: Change) -> Iterator[Risk]:
    """Roles of AWS that are admitted no more, or are with fewer rights."""
    gone = set()
    for step in (*change.of(_ENTRY), *change.of(ASSOCIATION)):
        who = step.where, str(step.before.get("principalArn", ""))
        if step.verb not in (Verb.DELETED, Verb.FORGOTTEN) or change.goes_with_another(step) or who in gone:
            continue
        policy = str(step.before.get("policyArn", "")).rpartition("/")[2]
        what = f"has {policy} in the cluster no more" if policy else "is admitted to the cluster no more"
        gone |= set() if policy else {who}
        yield Risk(Kind.INTERRUPTION, step, what, subject=f"role {who[1].rpartition('/')[2]}")


def _rules(step: Step) -> Iterator[Risk]:
    lost: dict[str, list[str]] = defaultdict(list)
    left = set(rights(step.after))
    for resource, verb in rights(step.before):
        if not _covered(resource, verb, left):
            lost[resource].append(verb)
    told = [f"{', '.join(verbs)} {resource}" for resource, verbs in lost.items()]
    if told:
        what = f"may not {some(told, _MOST, '; ')} in the cluster any more: what needs it fails"
        yield Risk(Kind.INTERRUPTION, step, what, ("rules",))


def _covered(resource: str, verb: str, left: set[tuple[str, str]]) -> bool:
    """Whether a right is still there: also where it is one of more, of any name or of any kind."""
    kinds = {resource, resource.partition(" ")[0], "*"}
    return any((kind, each) in left for kind in kinds for each in (verb, "*"))
