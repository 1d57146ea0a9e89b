"""Calls of the commands that recover a region or an account, on the resources of a graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from functions.shared.recoveries import CURRENT
from functions.snapshot_secrets.snapshot import OUTSIDE_FOLDER
from infra.configuration import buckets
from infra.configuration.backup_account import COPY_ROLE, DELEGATION_ROLE, RESTORE
from infra.configuration.rotation import DATABASE_ROTATOR
from rights.calls import BUCKET, FUNCTION, INSTANCE, ROLE, SECRET, Call, about_a_key
from rights.evaluation import Policy, Principal
from rights.graph import Declared, Graph, copies_of
from rights.people import ADMINISTRATOR, person
from rights.recoveries import DELEGATING, RECOVERIES, About, By, Where

RECORD = "aws:route53/record:Record"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
REPOSITORY = "aws:ecr/repository:Repository"
VAULT = "aws:backup/vault:Vault"
ZONE = "aws:route53/zone:Zone"


def calls_of_recoveries(graph: Graph) -> Iterator[Call]:
    """Every call of the commands that bring back a region or an account, where there are copies for it."""
    for command, parts in RECOVERIES.items():
        if (graph.outside if command == "account" else _other_region(graph)) is None:
            continue
        for part in parts:
            if part.delegates and not _delegates(graph):
                continue
            principal, identity = _who(graph, part.by)
            actor = f"{part.by} runs recover {command.replace('_', '-')}"
            why = part.why or "operations/, recorded by the rehearsals of the disasters"
            for resource in _resources(graph, part.where, part.about, command):
                for action in part.actions:
                    keys = _delegation(graph) if action == DELEGATING else {}
                    call = Call(actor, principal, action, resource, keys, identity, why=why)
                    yield about_a_key(graph, call)


def _who(graph: Graph, by: By) -> tuple[Principal, tuple[Policy, ...]]:
    if by is By.DEPLOY:
        return person(graph, "deploy")
    assert graph.outside is not None
    if by is By.DELEGATE:
        return graph.outside.principal(_delegates(graph)[0]), ()
    name = f"arn:aws:iam::{graph.outside.account}:role/administrator"
    return Principal("AWS", name, graph.outside.account), (graph.policy_at(ADMINISTRATOR),)


def _delegates(graph: Graph) -> list[Declared]:
    """The role of the backup account that delegates the domain; none where the zone above is elsewhere."""
    assert graph.outside is not None
    return [each for each in graph.outside.of(ROLE) if each.name == DELEGATION_ROLE]


def _delegation(graph: Graph) -> Mapping[str, list[str]]:
    """What Route 53 says of the change (developer guide, "Using IAM policy conditions for fine-grained…")."""
    assert graph.outside is not None
    names = [each.inputs["name"] for each in graph.outside.of(RECORD) if each.inputs["type"] == "NS"]
    said = {"Actions": ["UPSERT"], "RecordTypes": ["NS"], "NormalizedRecordNames": names[:1]}
    return {f"{DELEGATING}{name}": values for name, values in said.items()}


def _this_region(graph: Graph) -> str:
    # In no order of the graph: resources are registered side by side.
    return next(each.region for each in graph.of(INSTANCE) if not each.inputs.get("replicateSourceDb"))


def _other_region(graph: Graph) -> str | None:
    """Where S3 copies to, within the account; None where it copies nothing."""
    return next((copy.region for _, copy in _copied(graph)), None)


def _copied(graph: Graph) -> Iterator[tuple[Declared, Declared]]:
    """The buckets that S3 copies from this region to the other one, each with its copy."""
    for each in graph.of(REPLICATION):
        source = graph.named(BUCKET, each.inputs["bucket"])
        for rule in each.inputs["rules"]:
            name = rule["destination"]["bucket"].removeprefix("arn:aws:s3:::")
            copy = graph.find(BUCKET, name)
            if copy is not None and source.region == _this_region(graph):
                yield source, copy


def _resources(graph: Graph, where: Where, about: About, command: str) -> Iterator[str]:
    at = graph.outside if where is Where.OUTSIDE else graph
    assert at is not None
    region = _other_region(graph) if where is Where.THERE else _this_region(graph)
    declared = [each for each in at.of(*_DECLARED.get(about, ())) if each.region == region]
    if about is About.ALL:
        yield "*"
    elif about is About.ENTRIES and where is Where.THERE:
        yield from (arn for each in graph.of(SECRET) for arn in copies_of(each) if f":{region}:" in arn)
    elif about in (About.FILES, About.FILES_BUCKETS):
        within = "/a/1.pdf" if about is About.FILES else ""
        yield from (f"{each.arn}{within}" for each in _files(graph, at, declared, command))
    elif about in _IN_A_BUCKET:
        name, within = _IN_A_BUCKET[about]
        (bucket,) = [each for each in declared if each.name == name]
        yield f"{bucket.arn}{within}"
    elif about is About.FUNCTION:
        yield from (each.arn for each in declared if each.name == DATABASE_ROTATOR.name)
    elif about is About.VAULT:
        wanted = RESTORE if where is Where.HERE else "backup"
        for each in declared:
            if each.name == wanted:
                yield at.built_arn("backup", f"backup-vault:{each.inputs['name']}", each)
    elif about is About.SNAPSHOT_KEY:
        (function,) = [each for each in graph.of(FUNCTION) if each.name == "snapshot-secrets"]
        yield function.inputs["environment"]["variables"]["OUTSIDE_KEY"]
    elif about in _ROLES:
        yield from (at.principal(each).name for each in at.of(ROLE) if each.name == _ROLES[about])
    elif about is About.PARENT_ZONE:
        yield from (f"arn:aws:route53:::hostedzone/{each.outputs['zoneId']}" for each in at.of(ZONE))
    else:
        yield from (_arn(at, each) for each in declared)


def _arn(graph: Graph, declared: Declared) -> str:
    if declared.type == REPOSITORY:
        return graph.built_arn("ecr", f"repository/{declared.inputs['name']}", declared)
    return declared.arn


_DECLARED: Mapping[About, tuple[str, ...]] = MappingProxyType(
    {
        About.BACKUPS: (BUCKET,),
        About.DATABASE: (INSTANCE,),
        About.ENTRIES: (SECRET,),
        About.FILES: (BUCKET,),
        About.FILES_BUCKETS: (BUCKET,),
        About.FUNCTION: (FUNCTION,),
        About.IMAGES: (REPOSITORY,),
        About.RECORDS: (BUCKET,),
        About.SNAPSHOTS: (BUCKET,),
        About.STATE: (BUCKET,),
        About.STATE_BUCKET: (BUCKET,),
        About.VAULT: (VAULT,),
    }
)
_ROLES: Mapping[About, str] = MappingProxyType(
    {About.COPY_ROLE: COPY_ROLE, About.DELEGATION_ROLE: DELEGATION_ROLE}
)
# The bucket, and what is after its name.
_IN_A_BUCKET: Mapping[About, tuple[str, str]] = MappingProxyType(
    {
        About.BACKUPS: (buckets.BACKUPS, ""),
        About.RECORDS: (buckets.BACKUPS, f"/{CURRENT}"),
        About.SNAPSHOTS: (buckets.BACKUPS, f"/{OUTSIDE_FOLDER}1.json"),
        About.STATE: (buckets.STATE.name, f"/{buckets.STATE_FOLDER}groundwork/prod.json"),
        About.STATE_BUCKET: (buckets.STATE.name, ""),
    }
)


def _files(graph: Graph, at: Graph, declared: list[Declared], command: str) -> Iterator[Declared]:
    """Of an account that is built again customers' files and the site; of a region all that S3 copies."""
    if command == "account":
        names = {*buckets.backed_up(), buckets.FRONTEND}
        yield from (each for each in declared if each.name in names)
    else:
        copied = {each.arn for pair in _copied(graph) for each in pair}
        yield from (each for each in declared if each.arn in copied)
