"""A release that was taken back: what stands of it, and that nothing is migrated for the one before.

`python -m operations recover deployment` writes this section (docs/recovery.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.configuration.images import DIGEST, TAG
from infra.configuration.keys import Section
from infra.configuration.kinds import Text
from infra.configuration.validation import Reader


def _version(name: str, meaning: str, digit: str) -> Text:
    return Text(
        name,
        meaning=meaning,
        pattern=f"{DIGEST}|{TAG}",
        words="a version, as in `images`",
        example=f"sha256:{digit * 64}",
    )


FROM = _version(
    "from",
    "the version of the service that migrates which was taken back. Its snapshot of the database, from before"
    " its migration, stays",
    "1",
)
TO = _version(
    "to",
    "the version before. While `images` has it no migration runs, and no snapshot is waited for: its"
    " migrations have run already. With any other version the section is as good as not there",
    "0",
)
TAKEN_BACK = Section("takenBack", title="A release that was taken back", optional=True, parts=(FROM, TO))


@dataclass(frozen=True)
class TakenBack:
    """What was taken back.

    Args:
        left: the version that was left; empty when none was.
        now: the one that runs in its place.
    """

    left: str = ""
    now: str = ""

    def instead_of(self, version: str) -> str:
        """The version whose snapshot stands, while another one runs again; empty for a new release.

        Args:
            version: that the service which migrates is to have.
        """
        return self.left if version and version == self.now else ""


def read_taken_back(root: Reader) -> TakenBack:
    """The section `takenBack`; nothing when there is none."""
    reader = TAKEN_BACK.if_there(root)
    if reader is None:
        return TakenBack()
    found = TakenBack(FROM.read(reader), TO.read(reader))
    reader.finish()
    return found
