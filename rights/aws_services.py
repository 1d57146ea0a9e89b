"""Calls of AWS's services for the account: by themselves, where a resource's policy lets them.

Beside each the page of AWS's documentation that says which principal it is, and what AWS says then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rights.calls import BUCKET, FUNCTION, Call
from rights.graph import Declared, Graph

_ALARMS = ("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm")
_LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


def calls_of_aws_services(graph: Graph) -> Iterator[Call]:
    """Every call that a service makes as itself."""
    yield from _alarms(graph)
    yield from _publishers(graph)
    yield from _logs(graph)
    yield from _trails(graph)
    yield from _access_logs(graph)
    yield from _distributions(graph)
    yield from _rotations(graph)


def _for_account(graph: Graph, source: str | None = None) -> Mapping[str, str]:
    keys = {"aws:SourceAccount": graph.account}
    return keys if source is None else {**keys, "aws:SourceArn": source}


def _alarms(graph: Graph) -> Iterator[Call]:
    why = 'CloudWatch user guide, "Notifying users on alarm changes": permissions of the topic and of its key'
    for alarm in graph.of(*_ALARMS):
        name = alarm.inputs.get("name") or alarm.inputs.get("alarmName")
        keys = _for_account(graph, graph.built_arn("cloudwatch", f"alarm:{name}", alarm))
        for kind in ("alarmActions", "okActions", "insufficientDataActions"):
            for topic in alarm.inputs.get(kind) or ():
                service = graph.service("cloudwatch.amazonaws.com")
                yield Call(f"alarm {alarm.name}", service, "sns:Publish", topic, keys, why=why)


def _publishers(graph: Graph) -> Iterator[Call]:
    for target in graph.of("aws:cloudwatch/eventTarget:EventTarget"):
        if ":sns:" in target.inputs["arn"]:
            # Nothing is said about the account.
            why = 'EventBridge user guide, "Using resource-based policies for Amazon EventBridge"'
            service = graph.service("events.amazonaws.com")
            yield Call(f"rule {target.name}", service, "sns:Publish", target.inputs["arn"], why=why)
        elif ":log-group:" in target.inputs["arn"] or graph.find(_LOG_GROUP, target.inputs["arn"]):
            why = 'EventBridge user guide, "Using resource-based policies": CloudWatch Logs permissions'
            for writer in ("events.amazonaws.com", "delivery.logs.amazonaws.com"):
                for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
                    stream = f"{target.inputs['arn']}:log-stream:1"
                    yield Call(f"rule {target.name}", graph.service(writer), action, stream, why=why)
    for each in graph.of("aws:rds/eventSubscription:EventSubscription"):
        why = 'RDS user guide, "Granting permissions to publish notifications to an Amazon SNS topic"'
        yield _publishes(graph, each, "events.rds.amazonaws.com", each.inputs["snsTopic"], why)
    for each in graph.of("aws:backup/vaultNotifications:VaultNotifications"):
        why = 'AWS Backup developer guide, "Notification options with AWS Backup"'
        yield _publishes(graph, each, "backup.amazonaws.com", each.inputs["snsTopicArn"], why)
    for each in graph.of("aws:budgets/budget:Budget"):
        for notification in each.inputs["notifications"]:
            for topic in notification["subscriberSnsTopicArns"]:
                why = 'Cost Management user guide, "Creating an Amazon SNS topic for budget notifications"'
                yield _publishes(graph, each, "budgets.amazonaws.com", topic, why)


def _publishes(graph: Graph, source: Declared, service: str, topic: str, why: str) -> Call:
    actor = f"{source.type.rpartition(':')[2]} {source.name}"
    return Call(actor, graph.service(service), "sns:Publish", topic, _for_account(graph), why=why)


def _logs(graph: Graph) -> Iterator[Call]:
    why = 'CloudWatch Logs user guide, "Encrypt log data in CloudWatch Logs using AWS KMS"'
    for group in graph.of(_LOG_GROUP):
        if key := group.inputs.get("kmsKeyId"):
            arn = graph.built_arn("logs", f"log-group:{group.inputs['name']}", group)
            service = graph.service(f"logs.{group.region}.amazonaws.com")
            for action in ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom"):
                keys = {"kms:EncryptionContext:aws:logs:arn": arn}
                yield Call(f"log group {group.name}", service, f"kms:{action}", key, keys, why=why)


def _trails(graph: Graph) -> Iterator[Call]:
    for trail in graph.of("aws:cloudtrail/trail:Trail"):
        service = graph.service("cloudtrail.amazonaws.com")
        arn = graph.built_arn("cloudtrail", f"trail/{trail.inputs['name']}", trail)
        keys = {"aws:SourceArn": arn, "aws:SourceAccount": graph.account}
        bucket = graph.named(BUCKET, trail.inputs["s3BucketName"]).arn
        folder = f"{bucket}/{trail.inputs['s3KeyPrefix']}/AWSLogs/{graph.account}/1.gz"
        why = 'CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail"'
        yield Call("the trail", service, "s3:GetBucketAcl", bucket, keys, why=why)
        written = {**keys, "s3:x-amz-acl": "bucket-owner-full-control"}
        yield Call("the trail", service, "s3:PutObject", folder, written, encrypts_itself=True, why=why)
        why = 'CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail"'
        key = trail.inputs["kmsKeyId"]
        yield Call("the trail", service, "kms:DescribeKey", key, keys, why=why)
        context = {**keys, "kms:EncryptionContext:aws:cloudtrail:arn": arn}
        yield Call("the trail", service, "kms:GenerateDataKeyWithoutPlaintext", key, context, why=why)


def _access_logs(graph: Graph) -> Iterator[Call]:
    for each in graph.of("aws:s3/bucketLogging:BucketLogging"):
        source, target = (graph.named(BUCKET, each.inputs[name]) for name in ("bucket", "targetBucket"))
        written = f"{target.arn}/{each.inputs['targetPrefix']}2026"
        service, keys = graph.service("logging.s3.amazonaws.com"), _for_account(graph, source.arn)
        why = 'S3 user guide, "Enabling Amazon S3 server access logging": bucket policy'
        yield Call(f"access log of {source.name}", service, "s3:PutObject", written, keys, why=why)
    for each in graph.of("aws:lb/loadBalancer:LoadBalancer"):
        logs = each.inputs["accessLogs"]
        bucket = graph.named(BUCKET, logs["bucket"]).arn
        written = f"{bucket}/{logs['prefix']}/AWSLogs/{graph.account}/elasticloadbalancing/1.gz"
        service = graph.service("logdelivery.elasticloadbalancing.amazonaws.com")
        why = 'Application Load Balancers user guide, "Enable access logs": bucket policy'
        yield Call("access log of the load balancer", service, "s3:PutObject", written, why=why)
    destinations = graph.of("aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination")
    for each in graph.of("aws:cloudwatch/logDeliverySource:LogDeliverySource"):
        for destination in destinations:
            target = destination.inputs["deliveryDestinationConfiguration"]["destinationResourceArn"]
            delivery = graph.built_arn("logs", f"delivery-source:{each.inputs['name']}", each)
            keys = {**_for_account(graph, delivery), "s3:x-amz-acl": "bucket-owner-full-control"}
            service = graph.service("delivery.logs.amazonaws.com")
            why = 'CloudWatch Logs user guide, "Logging that requires additional permissions [V2]": S3'
            yield Call(f"access log of {each.name}", service, "s3:PutObject", f"{target}/1.gz", keys, why=why)


def _distributions(graph: Graph) -> Iterator[Call]:
    why = 'CloudFront developer guide, "Restrict access to an Amazon S3 origin": origin access control'
    for each in graph.of("aws:cloudfront/distribution:Distribution"):
        for origin in each.inputs["origins"]:
            bucket = str(origin["domainName"]).partition(".s3.")[0]
            declared = graph.find(BUCKET, bucket)
            if declared is not None:
                service, keys = graph.service("cloudfront.amazonaws.com"), {"aws:SourceArn": each.arn}
                wanted = f"{declared.arn}/index.html"
                yield Call(f"distribution {each.name}", service, "s3:GetObject", wanted, keys, why=why)


def _rotations(graph: Graph) -> Iterator[Call]:
    why = 'Secrets Manager user guide, "Lambda rotation function execution role permissions"'
    for each in graph.of("aws:secretsmanager/secretRotation:SecretRotation"):
        function = graph.named(FUNCTION, each.inputs["rotationLambdaArn"])
        service, keys = graph.service("secretsmanager.amazonaws.com"), _for_account(graph)
        yield Call(f"rotation of {each.name}", service, "lambda:InvokeFunction", function.arn, keys, why=why)
