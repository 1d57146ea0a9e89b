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


MAPPINGS = (
    ResourceMapping(
        token="aws:iam/role:Role",
        service="iam",
        create=Call("create_role"),
        made="Role",
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
        ),
        update=Call("update_role", {"RoleName": "{id}"}),
        delete=Call("delete_role", {"RoleName": "{id}"}),
        names={
            "name": "RoleName",
            "assumeRolePolicy": "AssumeRolePolicyDocument",
            "permissionsBoundary": "PermissionsBoundary",
            "uniqueId": "RoleId",
        },
        local=("forceDetachPolicies",),
        defaults={"path": "/", "maxSessionDuration": 3600},
        autoname="name",
        tags=ROLE_TAGS,
    ),
    ResourceMapping(
        token="aws:iam/rolePolicy:RolePolicy",
        service="iam",
        create=Call("put_role_policy"),
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
        update=Call(
            "create_policy_version",
            {"PolicyArn": "{id}", "PolicyDocument": "{policy}", "SetAsDefault": True},
            takes=False,
        ),
        delete=Call("delete_policy", {"PolicyArn": "{id}"}),
        names={"name": "PolicyName", "policy": "PolicyDocument"},
        defaults={"path": "/"},
        autoname="name",
        tags=POLICY_TAGS,
    ),
)
RECORDED: tuple[RecordedType, ...] = ()
