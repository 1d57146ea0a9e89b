"""Roles that the program names and does not make: who works in the account from the beginning.

A role that is there already and trusts others is used as it is: that is told, and left to whoever made it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from infra import iam
from infra.configuration import Configuration
from infra.configuration.source import (
    GITHUB_AUDIENCE,
    GITHUB_ISSUER,
    GITHUB_SESSION_SECONDS,
    preview_environment,
    reading_environment,
)
from operations.bootstrap.part import Found, Part, State

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DEFAULT_SESSION = 3600  # seconds; of a role that says nothing of it (IAM, CreateRole)


@dataclass(frozen=True)
class Role:
    """A role.

    Args:
        name: in IAM.
        trust: the statement of who may take it.
        managed: ARN of AWS's policy that it has; empty for none.
        own: statements of its own policy.
        session: seconds that it can be taken for at most.
        does: what it is for, where that is not said by its policy.
        trusted: how an earlier release made that statement: it is made anew.
    """

    name: str
    trust: Mapping[str, Any]
    managed: str = ""
    own: tuple[Mapping[str, Any], ...] = ()
    session: int = DEFAULT_SESSION
    does: str = ""
    trusted: Mapping[str, Any] | None = None


class Roles:
    """The roles of an environment's account.

    Args:
        configuration: the environment.
        client: boto3's of IAM.
        state: ARN of the state's bucket, and of its key; the key's is empty while there is none.
        more: roles beside those that `access` names.
    """

    def __init__(
        self, configuration: Configuration, client: Any, state: tuple[str, str], more: Sequence[Role]
    ) -> None:
        self._configuration, self._naming, self._iam = configuration, configuration.naming, client
        self._state, self._more = state, more

    @property
    def reading(self) -> str:
        """The role of GitHub's environment that only looks."""
        return self._naming.named("github-read")

    @property
    def previewing(self) -> str:
        """The role of the one in which a pull request's program looks."""
        return self._naming.named("github-preview")

    @property
    def provider_arn(self) -> str:
        """Of GitHub's identity provider."""
        return self._naming.identity_provider_arn(GITHUB_ISSUER)

    def parts(self) -> list[Part]:
        """The identity provider, and the roles."""
        provider = Part(f"identity provider {GITHUB_ISSUER}", self._look_at_provider, self._make_provider)
        roles = [
            Part(f"role {role.name}", partial(self._look, role), partial(self._make, role))
            for role in (*self._roles(), *self._more)
        ]
        return [provider, *roles]

    def _roles(self) -> list[Role]:
        naming, access = self._naming, self._configuration.system.access
        bucket, key = self._state
        may_read = iam.take_roles([naming.role_arn(access.read_only)])
        reading, previewing = naming.role_arn(self.reading), naming.role_arn(self.previewing)
        return [
            Role(
                access.deploy,
                _trust_roles(naming.root_arn, naming.role_arn(naming.deployment_role)),
                ADMINISTRATOR,
            ),
            Role(access.on_call, _trust_people(naming.root_arn), READ_ONLY),
            Role(
                access.read_only,
                _trust_roles(naming.root_arn, reading, previewing),
                READ_ONLY,
                tuple(iam.read_state(bucket, key)),
                trusted=_trust_roles(naming.root_arn, reading),
            ),
            Role(
                self.reading,
                self._trust_github(reading_environment(naming.environment)),
                own=(may_read,),
                session=GITHUB_SESSION_SECONDS,
            ),
            # An hour is enough to look, and a pull request's program has it no longer.
            Role(
                self.previewing,
                self._trust_github(preview_environment(naming.environment)),
                own=(may_read,),
            ),
        ]

    def _trust_github(self, environment: str) -> Mapping[str, Any]:
        subjects = self._configuration.system.repository.subjects
        return iam.trust_github(self.provider_arn, subjects=subjects, environment=environment)

    def _look_at_provider(self) -> Found:
        there = [
            each["Arn"] for each in self._iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
        ]
        if self.provider_arn in there:
            return Found(State.THERE)
        return Found(State.MISSING, "then the stack file's `existing` has to name github-provider")

    def _make_provider(self) -> None:
        self._iam.create_open_id_connect_provider(
            Url=f"https://{GITHUB_ISSUER}", ClientIDList=[GITHUB_AUDIENCE]
        )

    def _look(self, role: Role) -> Found:
        try:
            found = self._iam.get_role(RoleName=_last(role.name))["Role"]
        except self._iam.exceptions.NoSuchEntityException:
            return Found(State.MISSING, _words(role))
        trusts = found["AssumeRolePolicyDocument"]
        if role.trusted is not None and trusts == _document([role.trusted]):
            return Found(State.DIFFERS, "it trusts fewer roles than it should")
        if trusts != _document([role.trust]):
            return Found(State.ADOPTED, "it trusts somebody else; needed: " + json.dumps(role.trust))
        lacks = self._lacks(role, found)
        # One that trusts whom it should was made by this: what it lacks, an interrupted one has left out.
        return Found(State.DIFFERS, f"it lacks {lacks}") if lacks else Found(State.THERE)

    def _lacks(self, role: Role, found: Mapping[str, Any]) -> str:
        name = _last(role.name)
        if found["MaxSessionDuration"] < role.session:
            return f"sessions of {role.session // 3600} hours"
        attached = self._iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        if role.managed and role.managed not in {each["PolicyArn"] for each in attached}:
            return role.managed
        if not role.own:
            return ""
        with contextlib.suppress(self._iam.exceptions.NoSuchEntityException):
            held = self._iam.get_role_policy(RoleName=name, PolicyName="bootstrap")["PolicyDocument"]
            return "" if held == _document(role.own) else "what its policy `bootstrap` should have"
        return "the policy `bootstrap`"

    def _make(self, role: Role) -> None:
        path, name = role.name.rpartition("/")[0], _last(role.name)
        trust = json.dumps(_document([role.trust]))
        try:
            self._iam.create_role(
                Path=f"/{path}/" if path else "/",
                RoleName=name,
                AssumeRolePolicyDocument=trust,
                Description=_words(role),
                MaxSessionDuration=role.session,
            )
        except self._iam.exceptions.EntityAlreadyExistsException:
            if role.session > DEFAULT_SESSION:
                self._iam.update_role(RoleName=name, MaxSessionDuration=role.session)
            if role.trusted is not None:
                self._iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
        if role.managed:
            self._iam.attach_role_policy(RoleName=name, PolicyArn=role.managed)
        if role.own:
            self._iam.put_role_policy(
                RoleName=name, PolicyName="bootstrap", PolicyDocument=json.dumps(_document(role.own))
            )


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _document(statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [dict(each) for each in statements]}


def _words(role: Role) -> str:
    if role.does:
        return role.does
    managed = role.managed.rpartition("/")[2] or "takes another role alone"
    return f"{managed}{' and reads the state' if role.managed and role.own else ''}"


def _trust_roles(account: str, *roles: str) -> Mapping[str, Any]:
    """Other roles, which may not exist yet and so cannot be principals (docs/real-account.md)."""
    return iam.allow(
        "TrustRole",
        ["sts:AssumeRole"],
        principal={"AWS": account},
        condition={"ArnEquals": {"aws:PrincipalArn": list(roles) if len(roles) > 1 else roles[0]}},
    )


def _trust_people(account: str) -> Mapping[str, Any]:
    """People of the account who have shown a second factor; those of IAM Identity Center have their own."""
    return iam.allow(
        "TrustPeople",
        ["sts:AssumeRole"],
        principal={"AWS": account},
        condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    )
