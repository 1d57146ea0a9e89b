"""AWS IAM: roles and what they may do."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting, Tags
from rehearsal.aws.recorded import RecordedType

ROLE_TAGS = Tags(
    create="Tags",
    style="list",
    add=Call("tag_role", {"RoleName": "{id}", "Tags": "<tags>"}),
    remove=Call("untag_role", {"RoleName": "{id}", "TagKeys": "<keys>"}),
    read="Tags",
)
POLICY_TAGS = Tags(
    create="Tags",
    style="list",
    add=Call("tag_policy", {"PolicyArn": "{id}", "Tags": "<tags>"}),
    remove=Call("untag_policy", {"PolicyArn": "{id}", "TagKeys": "<keys>"}),
    read="Tags",
)

OPEN_ID_TAGS = Tags(
    create="Tags",
    style="list",
    add=Call("tag_open_id_connect_provider", {"OpenIDConnectProviderArn": "{id}", "Tags": "<tags>"}),
    remove=Call("untag_open_id_connect_provider", {"OpenIDConnectProviderArn": "{id}", "TagKeys": "<keys>"}),
    read="Tags",
)


def _attached(answer: dict[str, Any], context: Context) -> dict[str, Any] | None:
    wanted = context.value("policyArn")
    found = next((p for p in answer["AttachedPolicies"] if p["PolicyArn"] == wanted), None)
    return None if found is None else {**found, "role": context.value("role")}


def _role(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    role = dict(answer["Role"])
    role["AssumeRolePolicyDocument"] = json.dumps(role["AssumeRolePolicyDocument"])
    return role


def _inline_policy(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    return {**answer, "PolicyDocument": json.dumps(answer["PolicyDocument"])}


def _policy(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    policy = dict(answer["Policy"])
    version = context.call("get_policy_version", PolicyArn=context.id, VersionId=policy["DefaultVersionId"])
    return {**policy, "PolicyDocument": json.dumps(version["PolicyVersion"]["Document"])}


def _released_role(context: Context) -> dict[str, Any]:
    """AWS deletes a role only without policies; `forceDetachPolicies` has its provider see to that."""
    if context.inputs.get("forceDetachPolicies"):
        attached = context.call("list_attached_role_policies", RoleName=context.id)["AttachedPolicies"]
        for policy in attached:
            context.call("detach_role_policy", RoleName=context.id, PolicyArn=policy["PolicyArn"])
        for name in context.call("list_role_policies", RoleName=context.id)["PolicyNames"]:
            context.call("delete_role_policy", RoleName=context.id, PolicyName=name)
    return {"RoleName": context.id}


def _old_versions(context: Context) -> list[str]:
    """A managed policy's versions that are not in force, the oldest last."""
    versions = context.call("list_policy_versions", PolicyArn=context.id)["Versions"]
    old = [version["VersionId"] for version in versions if not version["IsDefaultVersion"]]
    return sorted(old, key=lambda version: int(version.removeprefix("v")), reverse=True)


def _new_version(context: Context) -> dict[str, Any]:
    """AWS keeps five versions of a policy; the oldest makes room."""
    for version in _old_versions(context)[3:]:
        context.call("delete_policy_version", PolicyArn=context.id, VersionId=version)
    return {"PolicyArn": context.id, "PolicyDocument": context.inputs["policy"], "SetAsDefault": True}


def _released_policy(context: Context) -> dict[str, Any]:
    """AWS deletes a policy only when no other version of it is left."""
    for version in _old_versions(context):
        context.call("delete_policy_version", PolicyArn=context.id, VersionId=version)
    return {"PolicyArn": context.id}


QUESTIONS = {"iam": "list_roles"}
MAPPINGS = (
    ResourceMapping(
        token="aws:iam/role:Role",
        service="iam",
        create=Call("create_role"),
        made="Role",
        known_when_made=True,
        id="{RoleName}",
        import_id="{name}",
        read=Call("get_role", {"RoleName": "{id}"}),
        found=_role,
        settings=(
            Setting(
                "update_assume_role_policy",
                ("assumeRolePolicy",),
                {"RoleName": "{id}", "PolicyDocument": "{assumeRolePolicy}"},
                takes=False,
                at_creation=False,
            ),
            Setting(
                "put_role_permissions_boundary",
                ("permissionsBoundary",),
                {"RoleName": "{id}"},
                at_creation=False,
                unset=Call("delete_role_permissions_boundary", {"RoleName": "{id}"}, takes=False),
            ),
        ),
        update=Call("update_role", {"RoleName": "{id}"}),
        delete=Call("delete_role", _released_role, takes=False),
        names={
            "name": "RoleName",
            "assumeRolePolicy": "AssumeRolePolicyDocument",
            "uniqueId": "RoleId",
        },
        read_names={"permissionsBoundary": "PermissionsBoundary.PermissionsBoundaryArn"},
        local=("forceDetachPolicies",),
        defaults={"path": "/", "maxSessionDuration": 3600},
        autoname="name",
        tags=ROLE_TAGS,
    ),
    ResourceMapping(
        token="aws:iam/rolePolicy:RolePolicy",
        service="iam",
        create=Call("put_role_policy"),
        known_when_made=True,
        id="{role}:{name}",
        import_id="{role}:{name}",
        read=Call("get_role_policy", {"RoleName": "{role}", "PolicyName": "{name}"}),
        found=_inline_policy,
        update=Call("put_role_policy"),
        update_with_all=True,
        delete=Call("delete_role_policy", {"RoleName": "{role}", "PolicyName": "{name}"}),
        names={"role": "RoleName", "name": "PolicyName", "policy": "PolicyDocument"},
        autoname="name",
    ),
    ResourceMapping(
        token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        service="iam",
        create=Call("attach_role_policy"),
        known_when_made=True,
        id="{role}/{policyArn}",
        import_id="{role}/{policyArn}",
        read=Call("list_attached_role_policies", {"RoleName": "{role}"}),
        found=_attached,
        delete=Call("detach_role_policy", {"RoleName": "{role}", "PolicyArn": "{policyArn}"}),
        names={"role": "RoleName"},
        read_names={"role": "role"},
    ),
    ResourceMapping(
        token="aws:iam/policy:Policy",
        service="iam",
        create=Call("create_policy"),
        made="Policy",
        id="{Arn}",
        read=Call("get_policy", {"PolicyArn": "{id}"}),
        found=_policy,
        update=Call("create_policy_version", _new_version, takes=False),
        delete=Call("delete_policy", _released_policy, takes=False),
        names={"name": "PolicyName", "policy": "PolicyDocument"},
        defaults={"path": "/"},
        autoname="name",
        tags=POLICY_TAGS,
    ),
    ResourceMapping(
        token="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        service="iam",
        create=Call("create_open_id_connect_provider"),
        id="{OpenIDConnectProviderArn}",
        read=Call("get_open_id_connect_provider", {"OpenIDConnectProviderArn": "{id}"}),
        settings=(
            Setting(
                "update_open_id_connect_provider_thumbprint",
                ("thumbprintLists",),
                {"OpenIDConnectProviderArn": "{id}"},
                at_creation=False,
            ),
        ),
        delete=Call("delete_open_id_connect_provider", {"OpenIDConnectProviderArn": "{id}"}),
        # AWS gives the address back without its scheme.
        found=lambda answer, _: {**answer, "url": f"https://{answer['Url'].removeprefix('https://')}"},
        # moto has no AddClientIDToOpenIDConnectProvider.
        not_returned=("clientIdLists",),
        tags=OPEN_ID_TAGS,
        computed={"arn": "{id}"},
    ),
)
RECORDED: tuple[RecordedType, ...] = ()
