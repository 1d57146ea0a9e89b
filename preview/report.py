"""The report on a change for a reviewer, as a page, as JSON and as the comment of a pull request."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from costs.bill import Difference
from preview.access import unknown_policies
from preview.approvals import FILE, Approval, Approved, approved
from preview.change import Change, Step, Verb
from preview.money import cost_of
from preview.places import DifferingPlace, places_of
from preview.property import Property, shown
from preview.risk import Group
from preview.risks import ranked
from preview.support import support_notices
from timing.forecast import Forecast


@dataclass(frozen=True)
class Outside:
    """What becomes of the backup account, whose stack is one of its own and is deployed before.

    Args:
        change: what the engine would do there.
        forecast: how long AWS takes for it; None where the engine did not come to its end.
    """

    change: Change
    forecast: Forecast | None

    @property
    def counts(self) -> Counter[Verb]:
        """How many resources are changed, in which way."""
        return _counts(self.change)

    def as_json(self) -> dict[str, Any]:
        """Of it alone, for scripts; its risks are among the report's."""
        return {"changes": _named(self.counts), "onAws": self.forecast.as_json() if self.forecast else None}


@dataclass(frozen=True)
class Report:
    """Everything that there is to say of a change.

    Args:
        change: what the engine would do.
        base: what it is compared with, in people's words.
        places: what differs in the files.
        forecast: how long AWS takes; None where the engine did not come to its end.
        approvals: the lines of approvals.yaml.
        today: of these lines.
        outside: the backup account's part; None where it has none.
    """

    change: Change
    base: str
    places: tuple[DifferingPlace, ...] = ()
    forecast: Forecast | None = None
    approvals: tuple[Approval, ...] = ()
    today: date = date.min
    outside: Outside | None = None

    @cached_property
    def approved(self) -> Approved:
        """What needs a line of approvals.yaml, and whether it has one."""
        return approved(self.groups, self.change.environment, self.approvals, self.today)

    @property
    def agreement(self) -> str:
        """The same in a sentence; empty where nothing needs a line."""
        found = self.approved
        if found.missing:
            need = "1 of these needs" if len(found.missing) == 1 else f"{len(found.missing)} of these need"
            return f"{need} a line in {FILE} that holds"
        who = sorted({line.who for _, line in found.granted})
        return f"{len(found.granted)} of these by {', '.join(who)} in {FILE}" if who else ""

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The risks, the worst first, with their places."""
        places = list(self.places)
        found = [group for change in self._changes for group in ranked(change)]
        worst_first = sorted(found, key=lambda group: group.kind.rank)
        return tuple(Group(group.risks, places_of(group, places)) for group in worst_first)

    @property
    def _changes(self) -> tuple[Change, ...]:
        return (self.change, *([self.outside.change] if self.outside else []))

    @cached_property
    def safe(self) -> Mapping[str, Counter[Verb]]:
        """Changes that no risk is about, counted by part."""
        told = {risk.step.urn for group in self.groups for risk in group.risks}
        found: dict[str, Counter[Verb]] = {}
        for change in self._changes:
            where = IN_BACKUP_ACCOUNT if change is not self.change else ""
            for step in change.changed:
                if step.urn not in told and is_resource(step):
                    found.setdefault(f"{step.area}{where}", Counter())[step.verb] += 1
        return dict(sorted(found.items()))

    @property
    def counts(self) -> Counter[Verb]:
        """How many resources of the environment are changed, in which way."""
        return _counts(self.change)

    @property
    def empty(self) -> bool:
        """Whether nothing changes at all."""
        return not self.counts and not (self.outside and self.outside.counts)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What could not be judged, and what ends soon."""
        ending = tuple(support_notices(self.change, self.today))
        unknown = [step for change in self._changes for step in unknown_policies(change)]
        if not unknown:
            return ending
        names = ", ".join(sorted(step.noun for step in unknown)[:3]) + ("…" if len(unknown) > 3 else "")
        policies = f"{len(unknown)} changed policies allow ({names})"
        return (f"not judged: what {policies}; they name what is not there yet", *ending)

    @property
    def refusals(self) -> list[str]:
        """Why the engine refuses, each on a line; of files with mistakes the first ones."""
        found = []
        for text in self.change.reasons:
            first, *mistakes = (line.strip() for line in text.strip().splitlines())
            whose = ""
            if first.endswith(":") and mistakes:  # of the backup account (rehearsal/review/review.py)
                whose, first, *mistakes = f"{first} ", *mistakes
            if _MISTAKES.match(first):
                rest = f" (and {len(mistakes) - _SHOWN} more)" if len(mistakes) > _SHOWN else ""
                first = " ".join([first, *mistakes[:_SHOWN]]) + rest
            found.append(f"{whose}{first}")
        return found

    @property
    def time(self) -> str:
        """How long AWS takes; empty for no time worth a line."""
        said = [self.forecast.sentence()] if self.forecast else []
        if self.outside and self.outside.forecast and (before := self.outside.forecast.sentence()):
            said.append(f"in the backup account, before all else: {before}")
        return "; ".join(each for each in said if each)

    @cached_property
    def headline(self) -> str:
        """The whole change in a sentence."""
        environment, base = self.change.environment, _called(self.base)
        if self.change.refused:
            return f"{environment} against {base}: REFUSED by the engine; the change as far as it goes"
        if self.empty:
            return f"{environment} against {base}: nothing changes."
        count = len(self.groups)
        risks = "no risk" if not count else f"{count} risk{'s' if count > 1 else ''}"
        parts = [counted(self.counts)] if self.counts else []
        if self.outside and self.outside.counts:
            parts.append(f"{counted(self.outside.counts)}{IN_BACKUP_ACCOUNT}")
        return f"{environment} against {base}: {'; '.join([risks, *parts])}"

    @cached_property
    def cost(self) -> Difference:
        """What it costs a month more or less."""
        found = cost_of(self.change)
        if self.outside is None:
            return found
        more = cost_of(self.outside.change)
        parts = {f"{area}{IN_BACKUP_ACCOUNT}": dollars for area, dollars in more.parts.items()}
        return Difference(
            found.dollars + more.dollars, {**found.parts, **parts}, (*found.missing, *more.missing)
        )

    def safe_lines(self) -> Iterator[str]:
        """`4 updated in Workloads`."""
        for area, counts in self.safe.items():
            yield f"{area}: {counted(counts)}"

    def as_json(self) -> dict[str, Any]:
        """All of it for scripts; docs/output.schema.json describes it."""
        return {
            "environment": self.change.environment,
            "base": self.base,
            "changes": _named(self.counts),
            "backupAccount": self.outside.as_json() if self.outside else None,
            "refused": list(self.change.refused),
            "risks": [_group_as_json(group, self.change.environment) for group in self.groups],
            "safe": {area: _named(counts) for area, counts in self.safe.items()},
            "notes": list(self.notes),
            "approvals": self.approved.as_json(self.change.environment),
            "cost": {
                "dollars": round(self.cost.dollars, 2),
                "parts": {area: round(dollars, 2) for area, dollars in self.cost.parts.items()},
                "priceNotKnown": list(self.cost.missing),
            },
            "onAws": self.forecast.as_json() if self.forecast else None,
        }


# How a configuration with mistakes begins (infra/configuration/validation.py); how many of them are shown.
_MISTAKES = re.compile(r"\d+ mistakes? in the configuration")
_SHOWN = 3

# As a step's place is told (`Step.where`).
IN_BACKUP_ACCOUNT = " in the backup account"


def _counts(change: Change) -> Counter[Verb]:
    return Counter(step.verb for step in change.changed if is_resource(step))


def _named(counts: Mapping[Verb, int]) -> dict[str, int]:
    return {verb.value: count for verb, count in sorted(counts.items())}


def _called(base: str) -> str:
    """A revision as people call it: a commit by its first digits."""
    if re.fullmatch(r"[0-9a-f]{40}", base):
        return base[:8]
    return "the last commit" if base == "HEAD" else base


def is_resource(step: Step) -> bool:
    """Whether something is in AWS, in the cluster, or has a value: components are names alone."""
    return not step.type.startswith(("groundwork:", "pulumi:pulumi:"))


def counted(counts: Mapping[Verb, int]) -> str:
    """`1 replaced, 4 updated`, in the order in which they matter."""
    return ", ".join(f"{counts[verb]} {verb}" for verb in Verb if counts.get(verb))


def _group_as_json(group: Group, environment: str) -> dict[str, Any]:
    return {
        "kind": group.kind.name.lower().replace("_", "-"),
        "title": group.kind.value,
        "who": group.who,
        "what": group.what,
        "resources": [
            {
                "urn": risk.step.urn,
                "type": risk.step.type,
                "name": risk.step.name,
                "operation": risk.step.verb.value,
                "properties": [_property(risk.step, path).as_json() for path in risk.properties],
            }
            for risk in group.risks
        ],
        "places": list(group.places),
        "needsApproval": group.needs_approval,
        "fingerprint": group.fingerprint(environment),
    }


def _property(step: Step, path: str) -> Property:
    return Property(path, shown(step.before, path), shown(step.after, path))


def cause(group: Group) -> str:
    """The property that a risk comes from, with its values where there is room, and where it stands."""
    said = ""
    if group.properties:
        risk = group.risks[0]
        first = _property(risk.step, group.properties[0])
        more = f" and {len(group.properties) - 1} more" if len(group.properties) > 1 else ""
        said = f"{first if len(group.risks) == 1 else first.path}{more}"
    return "; ".join([*([said] if said else []), *group.places])


__all__ = ["Outside", "Report", "cause", "counted", "is_resource"]
