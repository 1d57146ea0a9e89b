"""Amazon SNS: topics, who may publish, who is told."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting, Tags
from rehearsal.aws.recorded import RecordedType

# Topic attributes that the program may set, with the API's own names.
_ATTRIBUTES = {
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "deliveryPolicy": "DeliveryPolicy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
}


def _topic(answer: dict[str, Any], _: Context) -> dict[str, Any]:
    attributes = dict(answer["Attributes"])
    return {**attributes, "Name": attributes["TopicArn"].rsplit(":", 1)[-1]}


def _attribute(name: str) -> Setting:
    return Setting(
        "set_topic_attributes",
        (name,),
        lambda context: {
            "TopicArn": context.id,
            "AttributeName": _ATTRIBUTES[name],
            "AttributeValue": str(context.inputs[name]),
        },
        takes=False,
    )


def _default_policy(context: Context) -> dict[str, Any]:
    """A topic is never without a policy: removing it leaves the owner's own."""
    arn = context.inputs["arn"]
    owner = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["SNS:Publish", "SNS:Subscribe", "SNS:GetTopicAttributes", "SNS:SetTopicAttributes"],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": context.account}},
    }
    document = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [owner]}
    return {"TopicArn": arn, "AttributeName": "Policy", "AttributeValue": json.dumps(document)}


def _subscription(answer: dict[str, Any], _: Context) -> dict[str, Any]:
    return dict(answer["Attributes"])


MAPPINGS = (
    ResourceMapping(
        token="aws:sns/topic:Topic",
        service="sns",
        create=Call("create_topic"),
        id="{TopicArn}",
        read=Call("get_topic_attributes", {"TopicArn": "{id}"}),
        found=_topic,
        settings=tuple(_attribute(name) for name in _ATTRIBUTES),
        delete=Call("delete_topic", {"TopicArn": "{id}"}),
        missing=("NotFound",),
        autoname="name",
        tags=Tags(
            create="Tags",
            style="list",
            add=Call("tag_resource", {"ResourceArn": "{id}", "Tags": "<tags>"}),
            remove=Call("untag_resource", {"ResourceArn": "{id}", "TagKeys": "<keys>"}),
            read="Tags",
            read_call=Call("list_tags_for_resource", {"ResourceArn": "{id}"}),
        ),
    ),
    ResourceMapping(
        token="aws:sns/topicPolicy:TopicPolicy",
        service="sns",
        create=Call(
            "set_topic_attributes",
            {"TopicArn": "{arn}", "AttributeName": "Policy", "AttributeValue": "{policy}"},
            takes=False,
        ),
        id="{arn}",
        import_id="{arn}",
        read=Call("get_topic_attributes", {"TopicArn": "{arn}"}),
        found=_topic,
        update=Call(
            "set_topic_attributes",
            {"TopicArn": "{arn}", "AttributeName": "Policy", "AttributeValue": "{policy}"},
            takes=False,
        ),
        delete=Call("set_topic_attributes", _default_policy, takes=False),
        missing=("NotFound",),
        names={"arn": "TopicArn"},
    ),
    ResourceMapping(
        token="aws:sns/topicSubscription:TopicSubscription",
        service="sns",
        create=Call(
            "subscribe",
            {
                "TopicArn": "{topic}",
                "Protocol": "{protocol}",
                "Endpoint": "{endpoint}",
                "ReturnSubscriptionArn": True,
            },
            takes=False,
        ),
        id="{SubscriptionArn}",
        read=Call("get_subscription_attributes", {"SubscriptionArn": "{id}"}),
        found=_subscription,
        delete=Call("unsubscribe", {"SubscriptionArn": "{id}"}),
        missing=("NotFound",),
        names={"topic": "TopicArn", "arn": "SubscriptionArn"},
        local=("endpointAutoConfirms", "confirmationTimeoutInMinutes"),
    ),
)
RECORDED: tuple[RecordedType, ...] = ()
