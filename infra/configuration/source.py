"""The repository on GitHub that this program and its CI are in, by its names and by its numbers."""

from __future__ import annotations

from dataclasses import dataclass

from infra.configuration.keys import Section
from infra.configuration.kinds import Number, Text
from infra.configuration.validation import MISSING, Reader

# Who signs the tokens of GitHub's runners, and whom they are for (its documentation, "OpenID Connect").
GITHUB_ISSUER = "token.actions.githubusercontent.com"
GITHUB_AUDIENCE = "sts.amazonaws.com"
# How long a runner has its role: the first deployment of prod takes two hours where every step is slow (`make
# timeline`), and a job four at most.
GITHUB_SESSION_SECONDS = 4 * 3600


def reading_environment(environment: str) -> str:
    """The environment of GitHub in which main looks at an account, and nobody is asked before."""
    return f"{environment}-read"


def preview_environment(environment: str) -> str:
    """The one in which a pull request's program looks at it, after somebody has agreed."""
    return f"preview-{environment}"


# The one in which the backup account's own stack is deployed, after somebody has agreed.
BACKUP_ACCOUNT_ENVIRONMENT = "backup-account"

# GitHub's numbers are 64 bits wide at most; a number of more digits is a mistake.
IDENTIFIER_MAXIMUM = 10**15


_BOTH = "both numbers of GitHub or none"

REPOSITORY = Text(
    "repository",
    meaning="the repository whose CI may deploy",
    pattern=r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}",
    words="owner and name on GitHub of this program's repository",
    example="example/platform",
)


def _number(name: str, whose: str, example: int) -> Number:
    return Number(
        name,
        meaning=f"GitHub's number of the {whose}: its tokens name every repository by it that was made,"
        " renamed or transferred since 2026-07-15; without it such a repository cannot deploy."
        " `gh api repos/OWNER/NAME --jq '.owner.id, .id'` shows both",
        minimum=1,
        maximum=IDENTIFIER_MAXIMUM,
        default=0,
        default_words="none",
        rules=(_BOTH,),
        example=example,
    )


NUMBERS = (_number("ownerId", "owner", 100000001), _number("repositoryId", "repository", 200000001))
SOURCE = Section("source", title="Source", parts=(REPOSITORY, *NUMBERS))


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub.

    Args:
        owner: the name of the organization or person.
        name: the repository's.
        owner_id: the owner's number, which survives a rename; 0 where the file has none.
        repository_id: the repository's, likewise.
    """

    owner: str
    name: str
    owner_id: int = 0
    repository_id: int = 0

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner}/{self.name}"

    @property
    def subjects(self) -> tuple[str, ...]:
        """How GitHub's tokens name it: by its names and, since 2026-07-15, with the numbers beside them.

        A repository that was made, renamed or transferred since that day has the second form, an older one
        the first until its owner switches it over; so both are known where the numbers are (GitHub,
        "Immutable subject claims for GitHub Actions OIDC tokens", and Microsoft Entra's page on them).
        """
        if not self.owner_id:
            return (f"repo:{self.full_name}",)
        with_numbers = f"repo:{self.owner}@{self.owner_id}/{self.name}@{self.repository_id}"
        return f"repo:{self.full_name}", with_numbers


def read_repository(root: Reader) -> Repository:
    """The section `source`."""
    reader = SOURCE.read(root)
    text = REPOSITORY.read(reader)
    owner, _, name = text.partition("/")
    owner_id, repository_id = (key.read(reader) for key in NUMBERS)
    missing = [key.name for key in NUMBERS if not reader.has(key.name)]
    if len(missing) == 1:
        shows = f"`gh api repos/{text} --jq '.owner.id, .id'` shows them."
        reader.problem(missing[0], MISSING, _BOTH, shows)
    reader.finish()
    return Repository(owner, name, owner_id, repository_id)
