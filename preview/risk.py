"""One thing that a reviewer has to know of a change, and how such things are ranked."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from preview.change import Step


class Kind(StrEnum):
    """Kinds of risk, the worst first."""

    DATA = "data lost or replaced"
    NO_SECOND_COPY = "removed or replaced without a second copy"
    ACCESS = "access widened"
    PROTECTION = "protection weakened"
    INTERRUPTION = "interruption"
    FINAL = "cannot be undone"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Kind).index(self)

    @property
    def label(self) -> str:
        """Its name in a narrow column."""
        return _LABELS[self]


_LABELS: Mapping[Kind, str] = {
    Kind.DATA: "DATA",
    Kind.NO_SECOND_COPY: "OUTAGE",
    Kind.ACCESS: "ACCESS",
    Kind.PROTECTION: "WEAKER",
    Kind.INTERRUPTION: "INTERRUPTS",
    Kind.FINAL: "FINAL",
}


@dataclass(frozen=True)
class Risk:
    """A risk.

    Args:
        kind: what kind of risk it is.
        step: the resource that it comes from.
        what: in words that follow the resource's name (`is replaced: the new one is empty`).
        properties: the paths that cause it; empty where the resource as a whole comes or goes.
        subject: whom the words are about, where that is not the resource itself.
        key: of the stack file, where it comes from this one whatever the resource is called.
    """

    kind: Kind
    step: Step
    what: str
    properties: tuple[str, ...] = ()
    subject: Step | str = ""
    key: str = ""

    @property
    def who(self) -> str:
        """Whom it is about, as people say it."""
        about = self.about
        return about if isinstance(about, str) else f"{about.noun}{about.where}"

    @property
    def about(self) -> Step | str:
        """The resource that the words are about, or people."""
        return self.subject or self.step

    @property
    def needs_approval(self) -> bool:
        """Whether it may happen in staging and prod only when somebody has agreed to it."""
        return self.kind in (Kind.DATA, Kind.PROTECTION)


@dataclass(frozen=True)
class Group:
    """Risks that are the same for several resources, told in one line.

    Args:
        risks: at least one.
        places: where the cause stands in the files, `Pulumi.prod.yaml:12 database.tier`.
    """

    risks: tuple[Risk, ...]
    places: tuple[str, ...] = field(default=())

    @property
    def kind(self) -> Kind:
        """Of all of them."""
        return self.risks[0].kind

    @property
    def what(self) -> str:
        """What all of them say."""
        return self.risks[0].what

    @property
    def properties(self) -> tuple[str, ...]:
        """The causes that all have."""
        return self.risks[0].properties

    @property
    def who(self) -> str:
        """Whom it is about: `log group api`, or `27 log groups (api, worker, admin…)`."""
        first = self.risks[0]
        if not self._several:
            return first.who
        kinds = {step.kind for step in self._steps}
        # Of several kinds each name has its own.
        names = [f"{step.name}{step.where}" if len(kinds) == 1 else risk.who for step, risk in self._of_steps]
        shown = ", ".join(names[:3]) + ("…" if len(names) > 3 else "")
        return f"{self._counted} ({shown})"

    @property
    def short(self) -> str:
        """The same where there is no room for names: `27 log groups: each keeps 30 days`."""
        return f"{self._counted}: each {self.what}" if self._several else str(self)

    def __str__(self) -> str:
        return f"{self.who}: each {self.what}" if self._several else f"{self.who} {self.what}"

    @property
    def _counted(self) -> str:
        kinds = {step.kind for step in self._steps}
        noun = _plural(kinds.pop()) if len(kinds) == 1 else "resources"
        return f"{len(self._steps)} {noun}"

    @property
    def _steps(self) -> list[Step]:
        return [step for step, _ in self._of_steps]

    @property
    def _of_steps(self) -> list[tuple[Step, Risk]]:
        return [(risk.about, risk) for risk in self.risks if isinstance(risk.about, Step)]

    @property
    def _several(self) -> bool:
        """Whether it is about several resources; people or an environment are one, whatever it comes from."""
        return len(self.risks) > 1 and isinstance(self.risks[0].about, Step)

    @property
    def key(self) -> str:
        """The key of the stack file that it comes from; empty where that is told by its words."""
        return self.risks[0].key

    @property
    def needs_approval(self) -> bool:
        """Whether it may happen in staging and prod only when somebody has agreed to it."""
        return self.risks[0].needs_approval

    def fingerprint(self, environment: str) -> str:
        """Twelve characters that are others for any other change: another resource, property or value."""
        told = [
            [risk.step.urn, risk.step.verb.value, risk.what, *_values(risk)]
            for risk in sorted(self.risks, key=lambda each: each.step.urn)
        ]
        text = json.dumps([environment, self.kind.value, told], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def _values(risk: Risk) -> Iterable[Any]:
    """The values before and after of the properties that cause a risk.

    Ids that AWS has made up are left out: a rehearsal has others than the account that it stands for.
    """
    names = sorted({path.split(".")[0].split("[")[0] for path in risk.properties})
    for name in names:
        sides = (risk.step.before.get(name), risk.step.after.get(name))
        yield [name, *(_MADE_UP.sub("*", json.dumps(side, sort_keys=True, default=str)) for side in sides)]


# A UUID, as of keys, and the eight or seventeen digits of EC2's ids (EC2 user guide, "Resource IDs").
_MADE_UP = re.compile(
    r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[a-z]+-(?:[0-9a-f]{17}|[0-9a-f]{8})\b"
)


def _plural(noun: str) -> str:
    return f"{noun[:-1]}ies" if noun[-1] == "y" and noun[-2] not in "aeiou" else f"{noun}s"


def grouped(risks: Iterable[Risk]) -> list[Group]:
    """Risks that say the same of resources of one type as one, the worst kind first."""
    found: dict[tuple[Kind, str, str, tuple[str, ...]], list[Risk]] = {}
    for risk in risks:
        alike = risk.about.type if isinstance(risk.about, Step) else risk.about
        found.setdefault((risk.kind, alike, risk.what, risk.properties), []).append(risk)
    groups = [Group(tuple(sorted(each, key=lambda risk: risk.step.urn))) for each in found.values()]
    return sorted(groups, key=lambda each: (each.kind.rank, each.risks[0].step.type, each.who))
