"""A function of AWS Lambda, declared the same way wherever one is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi_aws import cloudwatch, ec2, lambda_
from pulumi_aws import iam as aws_iam

from infra import iam
from infra.common import CommonArgsWithKeys
from infra.foundations.replacement import delete_before_replace
from infra.foundations.security_rules import grant_connection, grant_https
from infra.functions.function_code import PACKAGE, archive
from infra.functions.schedule import declare_schedule

RUNTIME = "python3.13"
ARCHITECTURE = "arm64"  # a fifth cheaper than x86_64 for the same time

# What an event that nobody waits for is given: two more attempts within an hour.
RETRIES = 2
EVENT_AGE_SECONDS = 3600


@dataclass(frozen=True)
class Invoker:
    """An AWS service that may call the function.

    Args:
        name: of this permission, within the function.
        service: `secretsmanager.amazonaws.com` and the like.
        source: ARN of what it calls for; None where the service has none to tell.
    """

    name: str
    service: str
    source: pulumi.Input[str] | None = None


@dataclass(frozen=True)
class Destination:
    """Where a function in the network may connect to.

    Args:
        name: within the function.
        security_group_id: whose members it reaches; they let it in.
        port: of TCP.
    """

    name: str
    security_group_id: pulumi.Input[str]
    port: int


@dataclass(frozen=True)
class FunctionNetwork:
    """A place in the network.

    Args:
        vpc_id: the network.
        subnet_ids: private subnets, from which AWS's own interfaces are reached.
        destinations: what it connects to, besides AWS's interfaces.
    """

    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    destinations: Sequence[Destination] = ()


@dataclass(frozen=True)
class FunctionArgs:
    """What a function is made of.

    Args:
        common: names, rules and keys of its place.
        folder: its code in `functions/`, where `handler.handle` is called.
        description: what it does.
        timeout: seconds, 1 to 900 (CreateFunction).
        memory: MiB, 128 to 10240; CPU grows with it.
        distributions: pure-Python packages of requirements.txt that it imports.
        variables: environment variables; never secrets.
        data: texts by the names of files beside its code, for what 4 KB of variables have no room for; never
            secrets.
        statements: what it may do besides writing its log.
        network: a place in the network, for what is reachable there alone.
        invokers: services that may call it.
        schedule: when it is called by the clock, as `cron(…)` or `rate(…)` in UTC.
        scheduled_after: what has to be there besides itself before the first of these calls.
    """

    common: CommonArgsWithKeys
    folder: str
    description: str
    timeout: int = 60
    memory: int = 256
    distributions: Sequence[str] = ()
    variables: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    statements: Sequence[iam.Statement] = ()
    network: FunctionNetwork | None = None
    invokers: Sequence[Invoker] = ()
    schedule: str | None = None
    scheduled_after: pulumi.Resource | None = None


class Function(pulumi.ComponentResource):
    """One Lambda function with exactly the permissions that it is given.

    Produces the function, its role and policy, an encrypted log group with an end, and where asked for a
    security group, permissions to be called, and what happens to events that cannot be handled.
    """

    child: str
    name: str
    folder: str
    arn: pulumi.Output[str]
    role_arn: pulumi.Output[str]
    security_group_id: pulumi.Output[str] | None

    def __init__(self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:function:Function", name, None, opts)
        self._args = args
        self.child = name
        self._here = pulumi.ResourceOptions(parent=self)
        self.name = args.common.naming.named(name)
        self.folder = args.folder
        self.security_group_id = self._security_group(args.network) if args.network else None
        logs = cloudwatch.LogGroup(
            name,
            name=f"/aws/lambda/{self.name}",
            retention_in_days=args.common.log_retention,
            kms_key_id=args.common.log_key,
            opts=self._here,
        )
        function = self._function(logs)
        self.arn = function.arn
        self._event_handling(function)
        for invoker in args.invokers:
            self._permission(invoker, function)
        if args.schedule is not None:
            ready = args.scheduled_after or function
            declare_schedule(name, args.schedule, function.arn, args.common.naming, ready=ready, parent=self)
        self.register_outputs({})

    @property
    def _role_name(self) -> str:
        return self._args.common.naming.function_role(self.child)

    def _security_group(self, network: FunctionNetwork) -> pulumi.Output[str]:
        group = ec2.SecurityGroup(
            self.child,
            name=self.name,
            description=f"The function {self.child}",
            vpc_id=network.vpc_id,
            tags={"Name": self.name},
            opts=self._here,
        )
        # Where there are no endpoints inside the network they are anywhere.
        grant_https(f"{self.child}-aws", "APIs of AWS", group=group.id, parent=self)
        for to in network.destinations:
            grant_connection(
                f"{self.child}-{to.name}",
                leaving=to.name,
                arriving=f"The function {self.child} connects",
                source=group.id,
                destination=to.security_group_id,
                port=to.port,
                parent=self,
            )
        return group.id

    def _role(self, logs: cloudwatch.LogGroup) -> tuple[aws_iam.Role, aws_iam.RolePolicy]:
        args = self._args
        role = aws_iam.Role(
            f"function-{self.child}",
            name=self._role_name,
            description=f"The function {self.child}",
            # Lambda says of no account for whom it takes a role; it takes none of another account.
            assume_role_policy=iam.document(iam.trust_service("lambda.amazonaws.com")),
            opts=self._here,
        )
        # Not AWS's own policy for functions in a network: that lets them make log groups, too, and a line
        # that is late would bring back the group of a function that has gone.
        interfaces = iam.function_interfaces(args.common.naming) if args.network else []
        policy = aws_iam.RolePolicy(
            f"function-{self.child}",
            name="what-it-needs",
            role=role.name,
            policy=iam.document(iam.write_log_streams(logs.arn), *interfaces, *args.statements),
            opts=self._here,
        )
        return role, policy

    def _function(self, logs: cloudwatch.LogGroup) -> lambda_.Function:
        args = self._args
        role, granted = self._role(logs)
        self.role_arn = role.arn
        return lambda_.Function(
            self.child,
            name=self.name,
            description=args.description,
            runtime=RUNTIME,
            architectures=[ARCHITECTURE],
            handler=f"{PACKAGE}.{args.folder}.handler.handle",
            code=archive(args.folder, args.distributions, args.data),
            role=role.arn,
            timeout=args.timeout,
            memory_size=args.memory,
            environment=(
                lambda_.FunctionEnvironmentArgs(variables=dict(args.variables)) if args.variables else None
            ),
            logging_config=lambda_.FunctionLoggingConfigArgs(log_format="JSON", log_group=logs.name),
            vpc_config=(
                lambda_.FunctionVpcConfigArgs(
                    subnet_ids=list(args.network.subnet_ids), security_group_ids=[self.security_group_id]
                )
                if args.network is not None and self.security_group_id is not None
                else None
            ),
            # Lambda refuses a function in a network whose role may not make interfaces yet.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[granted]),
        )

    def _event_handling(self, function: lambda_.Function) -> None:
        # No destination for what fails for good: Lambda counts it (AsyncEventsDropped), and the alarm on that
        # is what a pager understands; the error itself is in the log.
        lambda_.FunctionEventInvokeConfig(
            self.child,
            function_name=function.name,
            maximum_retry_attempts=RETRIES,
            maximum_event_age_in_seconds=EVENT_AGE_SECONDS,
            opts=self._here,
        )

    def _permission(self, invoker: Invoker, function: lambda_.Function) -> None:
        lambda_.Permission(
            f"{self.child}-{invoker.name}",
            statement_id=invoker.name,
            action="lambda:InvokeFunction",
            function=function.name,
            principal=invoker.service,
            source_arn=invoker.source,
            source_account=self._args.common.naming.account,
            opts=delete_before_replace(self),
        )
