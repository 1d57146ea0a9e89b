"""The embedded `aws` provider: checks, diffs and carries out the program's AWS resources."""

from __future__ import annotations

import importlib.metadata
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError

from rehearsal.add_ons import AddOnVersions
from rehearsal.aws import services
from rehearsal.aws.argument_groups import group_failures
from rehearsal.aws.changes import change_failures
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.facts import changes_of, facts_of
from rehearsal.aws.formats import format_failures
from rehearsal.aws.mapping import ResourceMapping
from rehearsal.aws.recorded import RecordedType, as_mapping, record
from rehearsal.aws.schema import check_inputs, provider_type, resource_type
from rehearsal.aws.sdk_types import UnknownResourceType
from rehearsal.aws.suppressed import without_suppressed
from rehearsal.aws.tagging import tag_failures
from rehearsal.providers.property_differences import is_within, property_changes
from rehearsal.providers.provider import (
    UNKNOWN,
    CheckFailure,
    DiffResult,
    Properties,
    Provider,
    ProviderConfig,
    ProviderError,
    ReadResult,
    Resource,
)

if TYPE_CHECKING:
    from botocore.model import StructureShape

    from rehearsal.aws.executor import Executor

# pulumi-aws names a resource that has no name of its own after the program's name for it, with
# seven random hexadecimal digits.
_RANDOM_DIGITS = 7


@dataclass(frozen=True)
class Settings:
    """What the program configured a provider resource with."""

    region: str
    default_tags: Mapping[str, str]
    allowed_accounts: tuple[str, ...]
    forbidden_accounts: tuple[str, ...]


# Settings of a provider that does not ask AWS who it is when it starts.
_ASKING_NOBODY = ("skipCredentialsValidation", "skipRequestingAccountId")

PROJECT = "aws:codebuild/project:Project"  # its connection is looked at
WrittenDown = Callable[[str, str, Properties | None], None]


def tell_nobody(urn: str, token: str, inputs: Properties | None) -> None:
    """The `written_down` where nobody acts on recorded resources."""


class AwsProvider(Provider):
    """Resources of `pulumi_aws` in one `Cloud`; one instance for each region and set of tags.

    Args:
        cloud: where they are.
        settings: of the provider's configuration; None before it is configured.
        written_down: told of every resource that is only recorded, by URN, type and inputs (None when it
            is gone), for others who act on it.
        add_ons: the clusters that are declared, in all regions.
        is_accepted: whether what the state holds has passed these very checks before.
    """

    package = "aws"
    version = importlib.metadata.version("pulumi-aws")

    def __init__(
        self,
        cloud: Cloud,
        settings: Settings | None = None,
        written_down: WrittenDown = tell_nobody,
        add_ons: AddOnVersions | None = None,
        is_accepted: Callable[[], bool] = lambda: False,
    ) -> None:
        self._cloud = cloud
        self._add_ons = add_ons or AddOnVersions()
        self._settings = settings
        self._written_down = written_down
        self._is_accepted = is_accepted

    def check_config(self, inputs: Properties) -> list[CheckFailure]:
        return check_inputs(provider_type(), _without_json(inputs))

    def diff_config(self, old: Properties, new: Properties) -> DiffResult:
        return DiffResult(property_changes(old, new))

    def configure(self, config: ProviderConfig) -> AwsProvider:
        settings = _settings(_without_json(config.properties))
        account = self._cloud.account
        if not settings.region:
            # In a preview too: AWS's provider looks at its region before anything else.
            raise ProviderError(
                "Invalid AWS Region: this provider has none. A resource or function that names no provider "
                "gets this one: give it one (ResourceOptions(provider=…), InvokeOptions(provider=…)), or set "
                "`aws:region`"
            )
        if not all(_is_true(config.properties.get(name)) for name in _ASKING_NOBODY):
            # AWS's provider asks for its account before it does anything.
            try:
                self._cloud.reach.check("sts", settings.region, "get_caller_identity")
            except BotoCoreError as error:
                raise ProviderError(f"Retrieving AWS account details: {error}") from error
        if settings.allowed_accounts and account not in settings.allowed_accounts:
            allowed = ", ".join(settings.allowed_accounts)
            raise ProviderError(f"AWS account ID not allowed: {account} (allowedAccountIds: {allowed})")
        if account in settings.forbidden_accounts:
            raise ProviderError(f"AWS account ID not allowed: {account} (forbiddenAccountIds)")
        return AwsProvider(self._cloud, settings, self._written_down, self._add_ons, self._is_accepted)

    def check(
        self, resource: Resource, old: Properties | None, new: Properties
    ) -> tuple[Properties, list[CheckFailure]]:
        try:
            declared = resource_type(resource.type)
        except UnknownResourceType:
            return new, [CheckFailure("", f"pulumi-aws {self.version} has no resource {resource.type!r}")]
        inputs = self._named(resource, old or {}, self._tagged(resource.type, new))
        if inputs == old and self._is_accepted():
            # Only what others are held against is looked at again.
            return inputs, self._add_ons.failures(resource.type, inputs)
        failures = check_inputs(declared.inputs, inputs)
        mapping = services.mapping_of(resource.type) or as_mapping(self._recorded(resource.type))
        if not failures:
            failures = format_failures(resource.type, inputs)
            failures += group_failures(resource.type, inputs)
            failures += tag_failures(resource.type, inputs.get("tags"))
            if mapping is not None:
                # Imported here, as `Executor` and `operation_model` are below: botocore's models cost 0.1 s,
                # which a deployment that changes nothing should not pay.
                from rehearsal.aws.limits import limit_failures

                limits = limit_failures(self._input_shapes(mapping), mapping, inputs)
                told = {failure.property for failure in failures}
                failures += [failure for failure in limits if failure.property not in told]
            if old:
                meant = without_suppressed(resource.type, old, inputs)
                failures += change_failures(resource.type, old, meant)
            failures += self._add_ons.failures(resource.type, inputs)
        return inputs, failures

    def diff(
        self,
        resource: Resource,
        old_inputs: Properties,
        old_outputs: Properties,
        new: Properties,
        ignore_changes: Sequence[str],
    ) -> DiffResult:
        new = without_suppressed(resource.type, old_inputs, new)
        changes = [
            change
            for change in changes_of(resource.type, old_inputs, new)
            if not is_within(change.path, ignore_changes)
        ]
        name = services.autoname_of(resource.type)
        # A name that the program fixes is taken until the old resource is gone, as in pulumi-aws.
        fixed = name is not None and new.get(name) is not None and old_inputs.get(name) == new[name]
        replaces = any(change.replaces for change in changes)
        return DiffResult(changes, delete_before_replace=fixed and replaces)

    def create(self, resource: Resource, inputs: Properties, preview: bool) -> tuple[str, Properties]:
        if preview:
            return "", self._previewed(resource.type, inputs)
        mapping = services.mapping_of(resource.type)
        if mapping is not None:
            return self._executor(resource.type, inputs).create(resource.urn, inputs)
        if resource.type == PROJECT:
            from rehearsal.aws.connections import check_connection

            check_connection(self._cloud, inputs)
        self._written_down(resource.urn, resource.type, inputs)
        return record(
            self._recorded(resource.type),
            resource.type,
            resource.urn,
            inputs,
            self._region(inputs),
            self._cloud.account,
        )

    def read(
        self, resource: Resource, inputs: Properties | None, outputs: Properties | None
    ) -> ReadResult | None:
        if services.mapping_of(resource.type) is None:
            return self._read_recorded(resource, inputs, outputs)
        found = self._executor(resource.type, inputs or outputs or {}).read(resource.id, inputs, outputs)
        if found is None:
            return None
        return ReadResult(resource.id, *_with_old_times(found, outputs or {}))

    def update(
        self,
        resource: Resource,
        old_inputs: Properties,
        old_outputs: Properties,
        new: Properties,
        preview: bool,
    ) -> Properties:
        new = without_suppressed(resource.type, old_inputs, new)
        if preview:
            planned = _with_computed_parts(old_inputs, old_outputs, new)
            return {**old_outputs, **planned, **_tags_all(resource.type, new)}
        if services.mapping_of(resource.type) is not None:
            executor = self._executor(resource.type, new)
            return executor.update(resource.id, old_inputs, old_outputs, new)
        self._written_down(resource.urn, resource.type, new)
        kept = {name: value for name, value in old_outputs.items() if name not in old_inputs}
        return {**kept, **new, **_tags_all(resource.type, new)}

    def delete(self, resource: Resource, inputs: Properties, outputs: Properties) -> None:
        if services.mapping_of(resource.type) is not None:
            self._executor(resource.type, inputs).delete(resource.id, inputs, outputs)
        else:
            self._written_down(resource.urn, resource.type, None)

    def invoke(self, token: str, arguments: Properties) -> tuple[Properties, list[CheckFailure]]:
        from rehearsal.aws.functions import answer
        from rehearsal.aws.functions.asked import Asked

        asked = Asked(self._cloud, self._region(arguments), arguments, services.mapping_of)
        return answer(token, asked), []

    def _executor(self, token: str, inputs: Properties) -> Executor:
        from rehearsal.aws.executor import Executor

        mapping = services.mapping_of(token)
        assert mapping is not None
        return Executor(mapping, self._cloud, self._region(inputs))

    def _input_shapes(self, mapping: ResourceMapping) -> Callable[[str], StructureShape | None]:
        from rehearsal.aws.operations import operation_model

        return lambda operation: operation_model(mapping.service, operation).input_shape

    def _recorded(self, token: str) -> RecordedType | None:
        return services.recorded_of(token)

    def _region(self, inputs: Properties) -> str:
        region = inputs.get("region") or (self._settings.region if self._settings else "")
        if not region or region is UNKNOWN:
            raise ProviderError("Invalid AWS Region: the provider has none; set `aws:region` or its `region`")
        return str(region)

    def _tagged(self, token: str, new: Properties) -> Properties:
        """`tags` with the provider's default tags underneath, as pulumi-aws merges them."""
        declared = resource_type(token)
        if "tagsAll" not in declared.outputs or "tags" not in declared.inputs.properties:
            return dict(new)
        defaults = self._settings.default_tags if self._settings else {}
        given = new.get("tags")
        if given is UNKNOWN or not (defaults or given):
            return dict(new)
        return {**new, "tags": {**defaults, **(given or {})}}

    def _named(self, resource: Resource, old: Properties, new: Properties) -> Properties:
        name = services.autoname_of(resource.type)
        if name is None or new.get(name) is not None or new.get(f"{name}Prefix") is not None:
            return new
        generated = f"{resource.name}-{secrets.token_hex(4)[:_RANDOM_DIGITS]}"
        return {**new, name: old.get(name) or services.fit_name(resource.type, generated)}

    def _previewed(self, token: str, inputs: Properties) -> Properties:
        """Outputs of a resource that is yet to be made: what AWS computes is not known."""
        facts = facts_of(token)
        outputs: Properties = {}
        for name in resource_type(token).outputs:
            if name not in inputs and (not facts.known or name in facts.computed | facts.optional_computed):
                outputs[name] = UNKNOWN
        return {**outputs, **inputs, **_tags_all(token, inputs)}

    def _read_recorded(
        self, resource: Resource, inputs: Properties | None, outputs: Properties | None
    ) -> ReadResult | None:
        """A recorded resource is what the state says; one that is not in the state cannot be imported."""
        if inputs is None:
            raise ProviderError(
                f"{resource.type} {resource.id!r} cannot be imported: the embedded AWS only records this type"
            )
        return ReadResult(resource.id, inputs, outputs or {})


def _with_computed_parts(old_inputs: Properties, old_outputs: Properties, new: Properties) -> Properties:
    """`new` with what AWS has added to its blocks (a cluster's own security group), which stays as it is."""
    planned = dict(new)
    for name, block in new.items():
        given, found = old_inputs.get(name), old_outputs.get(name)
        if isinstance(block, dict) and isinstance(given, dict) and isinstance(found, dict) and name != "tags":
            planned[name] = {**{key: part for key, part in found.items() if key not in given}, **block}
    return planned


def _tags_all(token: str, inputs: Properties) -> Properties:
    return {"tagsAll": inputs.get("tags") or {}} if "tagsAll" in resource_type(token).outputs else {}


def _with_old_times(found: tuple[Properties, Properties], old: Properties) -> tuple[Properties, Properties]:
    """A replayed journal makes things anew, at another time: the time that the state knows stands."""
    inputs, outputs = found
    for name, value in outputs.items():
        before = old.get(name)
        if isinstance(value, str) and isinstance(before, str) and _is_time(value) and _is_time(before):
            outputs[name] = before
    return inputs, outputs


def _is_time(value: str) -> bool:
    return (
        len(value) >= 19 and value[4:5] == value[7:8] == "-" and value[10:11] == "T" and value[:4].isdigit()
    )


def _without_json(properties: Properties) -> Properties:
    """Provider configuration arrives with its nested values as JSON text."""
    import json

    result = {}
    for name, value in properties.items():
        is_json = isinstance(value, str) and value[:1] in ("{", "[")
        result[name] = json.loads(value) if is_json else value
    result.pop("version", None)
    return result


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"


def _settings(properties: Properties) -> Settings:
    tags = (properties.get("defaultTags") or {}).get("tags") or {}
    return Settings(
        region=properties.get("region") or "",
        default_tags=tags,
        allowed_accounts=tuple(properties.get("allowedAccountIds") or ()),
        forbidden_accounts=tuple(properties.get("forbiddenAccountIds") or ()),
    )
