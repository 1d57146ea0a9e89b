"""Pulumi's SDK with its slow parts replaced sends the engine what it sends as published.

The program here is small: for an environment the SDK as published computes 20 seconds. It comes to every
replacement, which the first test sees, and goes through each way of the longer ones: values that are unknown
at any depth, secrets, aliases of classes and of its own, components and their children, a resource that is
read, and one that fails. `test_sdk_in_prod.py` compares what is told of the whole of prod;
docs/pulumi-sdk.md has what it found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rehearsal.bench.sdk import comparable, differences, state_of
from rehearsal.outcome import EngineError
from rehearsal.program.programs import processor_seconds, sdk_as_published, sdk_without
from rehearsal.program.sdk_speed import ANNOTATIONS, replacements
from tests.support.small_program import SmallProgram, session_of

pytestmark = pytest.mark.engine

PROGRAM = """
    class Store(pulumi.ComponentResource):
        def __init__(self, name):
            super().__init__("test:index:Store", name)
            before = pulumi.Alias(name=f"{name}-before")
            own = pulumi.ResourceOptions(parent=self, provider=provider, aliases=[before])
            self.bucket = aws.s3.Bucket(name, bucket=f"the-{name}", tags={"store": name}, opts=own)
            self.register_outputs({"bucket": self.bucket.bucket, "all": [{"arn": self.bucket.arn}]})


    key = aws.kms.Key("key", description="one", opts=options())
    password = random.RandomPassword("password", length=20)
    stores = [Store(f"store-{number}") for number in range(3)]
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": [key.arn, stores[0].bucket.arn]}
    policy = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.iam.Policy("policy", name="policy", policy=policy, opts=options())
    secret = aws.secretsmanager.Secret("secret", name="secret", kms_key_id=key.arn, opts=options())
    aws.secretsmanager.SecretVersion(
        "value", secret_id=secret.id, secret_string=password.result, opts=options(depends_on=[*stores, key])
    )
    topic = options(aliases=["urn:pulumi:dev::groundwork::aws:sns/topic:Topic::before"])
    aws.sns.Topic("topic", name="topic", kms_master_key_id=key.id, opts=topic)
    vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=options(ignore_changes=["tags"], protect=True))
    rule = {"from_port": 1, "to_port": 2, "protocol": "tcp", "cidr_blocks": [vpc.cidr_block]}
    aws.ec2.SecurityGroup("group", name="group", vpc_id=vpc.id, ingress=[rule], opts=options())
    read = aws.ec2.Vpc.get("read", vpc.id, opts=options())
    pulumi.log.debug("said by the program")
    pulumi.export("nested", {"list": [key.arn, {"password": password.result}], "known": [1, None, True]})
    pulumi.export("read", read.cidr_block)
"""

# What the annotations of a class are before anybody has asked what they mean.
ANNOTATED = """
    annotation = aws.sqs.QueueArgs.name.fget.__annotations__["return"]
    pulumi.export("text", isinstance(annotation, str))
"""

NOTING = """
    from pathlib import Path
    from tests.support.replacement_uses import note_uses
    note_uses(Path({file!r}))
"""

# A resource that cannot be sent, and what the program is told of what it would have answered.
FAILING = """
    name = pulumi.Output.from_input({}).apply(lambda settings: settings["name"])
    unsent = aws.sqs.Queue("unsent", name=name, opts=options())
    arn = unsent.arn.recover(lambda error: pulumi.log.error(f"no ARN: {error!r}") or "none")
    pulumi.export("queue", arn)
"""

# Pulumi's mark of an unknown text.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

State = Mapping[str, Any]


@dataclass(frozen=True)
class FromNothing:
    """What one SDK plans and leaves where nothing was, and what is said of a resource that fails."""

    program: SmallProgram
    plan: State
    state: State
    complaints: set[str]


@dataclass(frozen=True)
class Both:
    """What each does, and what the other then changes in it and leaves."""

    published: FromNothing
    quick: FromNothing
    after_published: tuple[State, State]
    after_quick: tuple[State, State]
    uses: set[str]


@pytest.fixture(scope="module")
def both(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Each SDK runs in a process of its own, and the second one inside of the first one's time."""
    uses = tmp_path_factory.mktemp("uses") / "names"
    with sdk_as_published():
        published = _from_nothing(tmp_path_factory.mktemp("published"), engine)
        with sdk_without():
            note = NOTING.format(file=str(uses))
            quick = _from_nothing(tmp_path_factory.mktemp("quick"), engine, note)
            after_published = _again(published.program, engine)
        after_quick = _again(quick.program, engine)
    return Both(published, quick, after_published, after_quick, set(uses.read_text(encoding="utf-8").split()))


def _from_nothing(folder: Path, engine: Path, note: str = "") -> FromNothing:
    program = SmallProgram(folder)
    program.write(FAILING)
    with session_of(program, engine) as session, pytest.raises(EngineError) as failed:
        session.up()
    session.workspace.remove()
    # The last line of each: those before have the folder's name.
    complaints = {said.strip().splitlines()[-1] for said in failed.value.log.diagnostics}
    program.write(note + PROGRAM)
    with session_of(program, engine, checkpoints=False) as session:
        steps = json.loads(session.preview(options=["--json"]).output)["steps"]
        session.up()
        plan = comparable([step["newState"] for step in steps])
        return FromNothing(program, plan, state_of(session), complaints)


def _again(program: SmallProgram, engine: Path) -> tuple[State, State]:
    with session_of(program, engine, checkpoints=False) as session:
        return session.up().changes, state_of(session)


def test_the_program_comes_to_every_replacement(both: Both) -> None:
    assert both.uses == {each.name for each in replacements()}


def test_what_the_published_one_has_deployed_the_quick_one_leaves_as_it_is(both: Both) -> None:
    changes, state = both.after_published
    assert changes == {}
    assert list(differences(both.published.state, state)) == []


def test_what_the_quick_one_has_deployed_the_published_one_leaves_as_it_is(both: Both) -> None:
    changes, state = both.after_quick
    assert changes == {}
    assert list(differences(both.quick.state, state)) == []


def test_both_plan_the_same_where_nothing_is_known_yet(both: Both) -> None:
    assert both.quick.plan == both.published.plan
    assert len(both.quick.plan) > 15
    assert UNKNOWN in json.dumps(both.quick.plan)


def test_both_tell_the_same_of_a_resource_that_fails(both: Both) -> None:
    assert both.quick.complaints == both.published.complaints
    assert both.quick.complaints == {"KeyError: 'name'", "no ARN: KeyError('name')"}


def test_only_the_published_one_sends_where_in_python_a_resource_was_made(both: Both) -> None:
    sent = [
        {urn for urn in _resources(each.state) if "stackTrace" in _resources(each.state)[urn]}
        for each in (both.published, both.quick)
    ]
    assert len(sent[0]) > 15
    assert sent[1] == set()


def _resources(state: State) -> dict[str, Any]:
    return {resource["urn"]: resource for resource in state["resources"]}


@pytest.mark.parametrize(("without", "text"), [((), True), ((ANNOTATIONS,), False)])
def test_annotations_are_texts_unless_that_is_left_out(
    tmp_path: Path, engine: Path, without: tuple[str, ...], text: bool
) -> None:
    program = SmallProgram(tmp_path)
    program.write(ANNOTATED)
    with sdk_without(*without), session_of(program, engine) as session:
        session.up()
        assert session.outputs() == {"text": text}


def test_a_part_can_be_left_out(tmp_path: Path, engine: Path) -> None:
    program = SmallProgram(tmp_path)
    program.write("""
        from pulumi import log
        from pulumi.runtime import rpc
        pulumi.export("modules", [log.debug.__module__, rpc.transfer_properties.__module__])
    """)
    with sdk_without("debug log"), session_of(program, engine) as session:
        session.up()
        assert session.outputs() == {"modules": ["pulumi.log", "rehearsal.program.sdk_speed"]}
        assert processor_seconds() > 0
