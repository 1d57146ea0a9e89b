"""Everything that an environment's account needs before the first deployment, and what follows then."""

from __future__ import annotations

from infra.configuration import Configuration
from infra.configuration.file_names import stack_file_name
from infra.configuration.regions import REGIONS
from infra.configuration.singletons import Singleton
from infra.configuration.source import preview_environment, reading_environment
from infra.configuration.validation import did_you_mean
from operations.bootstrap.connection import GitHubConnection
from operations.bootstrap.linked_roles import linked_roles
from operations.bootstrap.part import Found, Part
from operations.bootstrap.roles import Roles
from operations.bootstrap.state import StateStore
from operations.bootstrap.state_copy import StateCopy
from operations.console import OperationError
from operations.environments import Connection


def check_region(configuration: Configuration, region: str) -> None:
    """Sees that there is such a region for the engine's state, and that it is none of the environment's.

    Raises:
        OperationError: there is none, or it is.
    """
    own = (configuration.settings.region, configuration.settings.recovery_region)
    if region not in REGIONS or region in own:
        near = did_you_mean(region, REGIONS) or "For example REGION=eu-central-1."
        raise OperationError(
            f"REGION: found {region or 'nothing'}; allowed: a region for the engine's state that is "
            f"neither {own[0]} nor {own[1]}, so that the loss of one of them leaves it. {near}"
        )


class Account:
    """An environment's account.

    Args:
        configuration: the environment.
        connection: to it, as an administrator.
        region: for the engine's state, which `check_region` has seen.
    """

    def __init__(self, configuration: Configuration, connection: Connection, region: str) -> None:
        self._configuration, self._connection = configuration, connection
        self.store = StateStore(
            configuration.naming, region, lambda service: connection.client(service, region)
        )
        self._connection_to_github = GitHubConnection(
            configuration, lambda region: connection.client("codeconnections", region)
        )
        outside = configuration.naming.in_home.in_backup_account
        self._copy = StateCopy(configuration.naming, outside, self.store) if outside else None

    def look(self) -> list[tuple[Part, Found]]:
        """What there is of each part."""
        return [(part, part.look()) for part in self._parts()]

    def make(self) -> list[str]:
        """Makes what is missing and puts right what differs, in order; answers the names."""
        done = []
        for count in range(len(self._parts())):
            # Anew each time: a role's policy names the key that was just made.
            part = self._parts()[count]
            if part.look().state.to_do:
                part.make()
                done.append(part.name)
        return done

    def following(self) -> list[str]:
        """The commands that come next."""
        configuration, store = self._configuration, self.store
        naming, access = configuration.naming, configuration.system.access
        environment = naming.environment
        existing = Singleton.GITHUB_PROVIDER in configuration.settings.existing
        variables = {
            environment: (naming.deployment_role, access.deploy),
            reading_environment(environment): (self._roles().reading, access.read_only),
            preview_environment(environment): (self._roles().previewing, access.read_only),
        }
        return [
            *(
                []
                if existing
                else [
                    f"# in {stack_file_name(environment)}: groundwork:existing: [{Singleton.GITHUB_PROVIDER}]"
                ]
            ),
            f"pulumi login '{store.login}'",
            f"pulumi stack init {environment} --secrets-provider '{store.secrets_provider}'",
            *(
                f"gh variable set {name} --env {where} --body '{value}'"
                for where, (role, works_as) in variables.items()
                for name, value in (
                    ("AWS_ROLE", naming.role_arn(role)),
                    ("AWS_WORKS_AS", naming.role_arn(works_as)),
                    ("AWS_REGION", naming.region),
                    ("PULUMI_BACKEND_URL", store.login),
                )
            ),
            *self._connection_to_github.following(),
        ]

    def _parts(self) -> list[Part]:
        # The copy is last: it needs the bucket and the role, and what another account has.
        copy = [self._copy.part()] if self._copy else []
        linked = linked_roles(self._connection.client("iam"))
        return [
            *self.store.parts(),
            *linked,
            *self._roles().parts(),
            self._connection_to_github.part(),
            *copy,
        ]

    def _roles(self) -> Roles:
        more = [self._copy.role()] if self._copy else []
        state = (self.store.arn, self.store.key_arn())
        return Roles(self._configuration, self._connection.client("iam"), state, more)
