"""The place in which an environment runs, of its two, and whether the other one is lost.

`python -m operations recover region` writes these keys (docs/recovery.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.configuration import patterns
from infra.configuration.environments import Environment, those
from infra.configuration.keys import Varies
from infra.configuration.kinds import Choice, Text
from infra.configuration.validation import Reader
from infra.naming import Place

_ONE_OF_TWO = "`region` or `recoveryRegion`"
_WITH_LOST = "only together with `lost`"
_NOT_SERVING = "the one of the two regions that does not serve"


def only_with_copies(environment: Environment) -> str:
    """Why a key about the other region is not allowed; empty where it is."""
    if environment.standard.recovery_copies:
        return ""
    return f"nothing here: only {those(lambda each: each.recovery_copies)} has copies in another region"


def _region(name: str, meaning: str, default_words: str, rule: str, example: str) -> Text:
    return Text(
        name,
        meaning=meaning,
        pattern=patterns.REGION,
        words="the name of a region",
        default="",
        default_words=default_words,
        nothing=Varies(only_with_copies),
        rules=(rule,),
        example=example,
    )


SERVING = _region(
    "serving",
    "in which of the two regions everything runs; the other one has copies, and a replica",
    "`region`",
    _ONE_OF_TWO,
    "us-west-2",
)
LOST = _region(
    "lost",
    "the region that is lost: nothing is declared there and nobody calls it. Taken out when it is back",
    "none",
    _NOT_SERVING,
    "us-east-2",
)

SERVICES_FIRST = "services"
RECOVERING = Choice(
    "recovering",
    meaning=f"`{SERVICES_FIRST}`: what people need comes first; the second nodes of Redis, the database's"
    " standby and a snapshot before a migration are there when it is taken out again",
    choices=(SERVICES_FIRST,),
    default=None,
    default_words="nothing is left out",
    nothing=Varies(only_with_copies),
    rules=(_WITH_LOST,),
    example=SERVICES_FIRST,
)


@dataclass(frozen=True)
class Serving:
    """Where an environment runs.

    Args:
        place: everything is in it.
        other_lost: the other place is gone: nothing is declared in it, and nothing is copied there.
        recovering: what people need comes first, and what makes it redundant later.
    """

    place: Place = Place.HOME
    other_lost: bool = False
    recovering: bool = False


def read_serving(root: Reader, environment: Environment, region: str, recovery_region: str) -> Serving:
    """The keys `serving`, `lost` and `recovering`.

    Args:
        root: the stack file.
        environment: whose file it is.
        region: of the first day; empty where it is wrong, and nothing is compared with it.
        recovery_region: the other one, likewise.
    """
    named, gone = SERVING.of(environment).read(root), LOST.of(environment).read(root)
    recovering = RECOVERING.of(environment).read(root)
    regions = {Place.HOME: region, Place.RECOVERY: recovery_region}
    if not all(regions.values()):
        return Serving()
    if named and named not in regions.values():
        root.problem(SERVING.name, named, f"{_ONE_OF_TWO}: {region} or {recovery_region}")
        return Serving()
    place = Place.RECOVERY if named == recovery_region else Place.HOME
    if gone and gone != regions[place.other]:
        root.problem(LOST.name, gone, f"{_NOT_SERVING}: {regions[place.other]}")
    if recovering and not gone:
        root.problem(RECOVERING.name, recovering, _WITH_LOST)
    return Serving(place, bool(gone), bool(recovering))
