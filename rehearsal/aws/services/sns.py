"""Amazon SNS: topics, who may publish, who is told."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting, rewritten
from rehearsal.aws.recorded import RecordedType
from rehearsal.aws.services.resource_tags import resource_tags

# Attributes, which AWS sets one at a time, with the API's own names; in AWS's order of dependence.
_TOPIC = {
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "deliveryPolicy": "DeliveryPolicy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
    "contentBasedDeduplication": "ContentBasedDeduplication",
    **{
        f"{protocol}{outcome}": f"{name}{outcome[0].upper()}{outcome[1:]}"
        for protocol, name in {
            "application": "Application",
            "firehose": "Firehose",
            "http": "HTTP",
            "lambda": "Lambda",
            "sqs": "SQS",
        }.items()
        for outcome in ("FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate")
    },
}
_SUBSCRIPTION = {
    "filterPolicyScope": "FilterPolicyScope",
    "filterPolicy": "FilterPolicy",
    "rawMessageDelivery": "RawMessageDelivery",
    "deliveryPolicy": "DeliveryPolicy",
    "redrivePolicy": "RedrivePolicy",
    "replayPolicy": "ReplayPolicy",
    "subscriptionRoleArn": "SubscriptionRoleArn",
}


def _plain(attributes: dict[str, str]) -> dict[str, Any]:
    """Attributes are texts, all of them."""
    switches = {"true": True, "false": False}
    return {name: switches.get(value, value) for name, value in attributes.items()}


def _topic(answer: dict[str, Any], _: Context) -> dict[str, Any]:
    attributes = _plain(answer["Attributes"])
    return {**attributes, "Name": attributes["TopicArn"].rsplit(":", 1)[-1]}


def _new_topic(context: Context) -> dict[str, Any]:
    """A creation takes all attributes; what kind of topic it is, it alone."""
    names = {**_TOPIC, "fifoTopic": "FifoTopic"}
    given = {member: context.inputs[name] for name, member in names.items() if context.inputs.get(name)}
    return {"Attributes": {member: _text(value) for member, value in given.items()}} if given else {}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value or "")


def _attribute(kind: str, name: str, member: str) -> Setting:
    """One attribute of a topic or subscription; leaving it out takes it away."""

    def parameters(context: Context) -> dict[str, Any]:
        text = _text(context.inputs.get(name))
        return {f"{kind.title()}Arn": context.id, "AttributeName": member, "AttributeValue": text}

    operation = f"set_{kind}_attributes"
    return rewritten(operation, (name,), parameters, at_creation=kind != "topic")


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
    return _plain(answer["Attributes"])


QUESTIONS = {"sns": "list_topics"}
MAPPINGS = (
    ResourceMapping(
        token="aws:sns/topic:Topic",
        service="sns",
        create=Call("create_topic", _new_topic),
        id="{TopicArn}",
        read=Call("get_topic_attributes", {"TopicArn": "{id}"}),
        found=_topic,
        settings=tuple(_attribute("topic", *names) for names in _TOPIC.items()),
        delete=Call("delete_topic", {"TopicArn": "{id}"}),
        missing=("NotFound",),
        autoname="name",
        tags=resource_tags(
            "ResourceArn", "{id}", "list", read_call=Call("list_tags_for_resource", {"ResourceArn": "{id}"})
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
        known_when_made=True,
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
        computed={"owner": "{account}"},
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
        settings=tuple(_attribute("subscription", *names) for names in _SUBSCRIPTION.items()),
        delete=Call("unsubscribe", {"SubscriptionArn": "{id}"}),
        missing=("NotFound",),
        names={"topic": "TopicArn", "arn": "SubscriptionArn"},
        local=("endpointAutoConfirms", "confirmationTimeoutInMinutes"),
    ),
)
RECORDED: tuple[RecordedType, ...] = ()
