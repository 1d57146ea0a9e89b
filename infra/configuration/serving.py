"""In which of its two places an environment runs, and whether the other one is lost.

`python -m operations recover region` writes these keys (docs/recovery.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.configuration import patterns
from infra.configuration.environments import those
from infra.configuration.keys import Varies
from infra.configuration.kinds import Text
from infra.configuration.validation import Reader
from infra.naming import Place

_ONE_OF_TWO = "`region` or `recoveryRegion`"
_NOT_SERVING = "the one of the two regions that does not serve"


def _region(name: str, meaning: str, default_words: str, rule: str, example: str) -> Text:
    return Text(
        name,
        meaning=meaning,
        pattern=patterns.REGION,
        words="the name of a region",
        default="",
        default_words=default_words,
        nothing=Varies(
            lambda environment: (
                ""
                if environment.standard.recovery_copies
                else f"nothing here: only {those(lambda standard: standard.recovery_copies)} has copies in"
                " another region"
            )
        ),
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


@dataclass(frozen=True)
class Serving:
    """Where an environment runs.

    Args:
        place: everything is in it.
        other_lost: the other place is gone: nothing is declared in it, and nothing is copied there.
    """

    place: Place = Place.HOME
    other_lost: bool = False


def read_serving(root: Reader, serving: Text, lost: Text, region: str, recovery_region: str) -> Serving:
    """The keys `serving` and `lost`.

    Args:
        root: the stack file.
        serving: the key, as the environment has it.
        lost: the other one.
        region: of the first day; empty where it is wrong, and nothing is compared with it.
        recovery_region: the other one, likewise.
    """
    named, gone = serving.read(root), lost.read(root)
    regions = {Place.HOME: region, Place.RECOVERY: recovery_region}
    if not all(regions.values()):
        return Serving()
    if named and named not in regions.values():
        root.problem(SERVING.name, named, f"{_ONE_OF_TWO}: {region} or {recovery_region}")
        return Serving()
    place = Place.RECOVERY if named == recovery_region else Place.HOME
    if gone and gone != regions[place.other]:
        root.problem(LOST.name, gone, f"{_NOT_SERVING}: {regions[place.other]}")
    return Serving(place, bool(gone))
