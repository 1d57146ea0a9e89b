"""Carries out a `ResourceMapping` against the cloud: create, read, update, delete."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import jmespath
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import OperationModel

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.convert import from_api, plain, same_value, to_api, without
from rehearsal.aws.limits import refused_request
from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting, Tags, fill, placeholders
from rehearsal.aws.operations import operation_model, refusal
from rehearsal.aws.schema import ResourceType, resource_type
from rehearsal.aws.tagging import creation_tags, tag_call, untag_call
from rehearsal.providers.provider import Properties, ProviderError


class Executor:
    """One resource type in one cloud and region."""

    def __init__(self, mapping: ResourceMapping, cloud: Cloud, region: str) -> None:
        self.mapping = mapping
        self._cloud = cloud
        self._region = region
        self._type = resource_type(mapping.token)

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        """Id and outputs. A step that fails after the creation itself leaves the id in the error."""
        orphan = self._orphan(urn, inputs)
        context = orphan or self._create(urn, inputs)
        try:
            if orphan is not None:
                self._refusable(lambda: self._finish_orphan(orphan))
                return context.id, self._outputs(context)
            self._refusable(lambda: self._after_creation(context))
            return context.id, self._first_outputs(context)
        except ProviderError as error:
            raise ProviderError(str(error), id=context.id, outputs=inputs) from error

    def _orphan(self, urn: str, inputs: Properties) -> Context | None:
        """What a killed session made for `urn` and could not report any more."""
        identifier = self._cloud.take_orphan(urn)
        if identifier is None:
            return None
        context = self._context(identifier, inputs)
        found = self._find(context)
        return None if found is None else replace(context, object=found)

    def _finish_orphan(self, context: Context) -> None:
        """Carries out what the killed session had not come to; done twice, some of it is refused."""
        actual = self._properties(context)
        for call in self.mapping.finish:
            with contextlib.suppress(ClientError):
                self._run(call, context, {})
        for setting in self.mapping.settings:
            given = {
                name: context.inputs[name]
                for name in setting.properties
                if context.inputs.get(name) is not None
                and not same_value(context.inputs[name], actual.get(name))
            }
            if given:
                self._change_setting(setting, context)
        if self.mapping.tags is not None:
            self._change_tags(self.mapping.tags, replace(context, old={"tags": actual.get("tags")}))

    def _create(self, urn: str, inputs: Properties) -> Context:
        mapping, context = self.mapping, self._context("", inputs)
        own = self._own({**mapping.defaults, **inputs})
        with self._cloud.creating(urn) as creation:
            create = mapping.made_from(inputs) or mapping.create
            answer = self._refusable(lambda: self._run(create, context, own, tags=True))
            made = jmespath.search(mapping.made, answer) if mapping.made else answer
            context = replace(context, object=made or {})
            identifier = _filled(mapping.id, context)
            creation.made(identifier)
        return replace(context, id=identifier)

    def read(self, identifier: str, inputs: Properties | None, outputs: Properties | None) -> Any:
        """(inputs, outputs) as the cloud has them now, or None when the resource is gone."""
        known = dict(inputs) if inputs is not None else self._named_inputs(identifier)
        context = replace(self._context(identifier, known), outputs=outputs or {})
        found = self._find(context)
        if found is None:
            return None
        context = replace(context, object=found)
        actual = self._properties(context)
        if inputs is None:
            return self._imported_inputs(known, actual), self._merge(context, known, actual)
        drifted = {
            name: value if name not in actual or self._stands(name, value, actual[name]) else actual[name]
            for name, value in inputs.items()
        }
        return drifted, self._merge(context, drifted, actual)

    def _named_inputs(self, identifier: str) -> Properties:
        wanted = self.mapping.import_id or ""
        known = self.mapping.import_inputs(identifier)
        if placeholders({"id": wanted}) and not known:
            raise ProviderError(f"unexpected format for ID ({identifier}), expected {wanted}")
        return known

    def update(self, identifier: str, old: Properties, outputs: Properties, new: Properties) -> Properties:
        """Outputs after bringing the resource from `old` to `new`."""
        context = replace(self._context(identifier, new), old=old, outputs=outputs)
        self._refusable(lambda: self._update(context))
        return self._outputs(context)

    def delete(self, identifier: str, inputs: Properties, outputs: Properties) -> None:
        """Removes the resource; nothing happens when it is gone already."""
        if self.mapping.delete is None:
            return
        context = replace(self._context(identifier, inputs), outputs=outputs)
        try:
            self._run(self.mapping.delete, context, {})
        except ClientError as error:
            if not self._is_missing(error):
                raise refusal(error) from error
        except BotoCoreError as error:
            raise refusal(error) from error

    def _context(self, identifier: str, inputs: Properties) -> Context:
        return Context(
            id=identifier,
            inputs=inputs,
            region=self._region,
            account=self._cloud.account,
            call=lambda operation, service=self.mapping.service, region=self._region, **parameters: (
                self._cloud.call(service, region, operation, **parameters)
            ),
        )

    def _own(self, inputs: Properties) -> Properties:
        """The inputs that the creation itself may take: not those of a setting, nor local ones."""
        settings = [setting for setting in self.mapping.settings if setting.at_creation]
        elsewhere = {name for setting in settings for name in setting.properties}
        return {
            name: value
            for name, value in inputs.items()
            if name not in elsewhere and name not in self.mapping.local and name not in ("tags", "region")
        }

    def _run(
        self, call: Call | Setting, context: Context, properties: Properties, *, tags: bool = False
    ) -> dict[str, Any]:
        """Calls one operation with its own parameters and those properties that it takes."""
        parameters: dict[str, Any] = {}
        if call.takes:
            shape = self._model(call.operation).input_shape
            if shape is not None:
                parameters = to_api(shape, properties, self.mapping.names)
        _merge_into(parameters, fill(call.parameters, context))
        if tags and self.mapping.tags is not None:
            parameters.update(creation_tags(self.mapping, context.inputs.get("tags") or {}))
        self._refuse_values(call.operation, parameters)
        return self._cloud.call(self.mapping.service, self._region, call.operation, **parameters)

    def _refuse_values(self, operation: str, request: Properties) -> None:
        """What a mapping puts together could not be looked at property by property before: the whole request
        is held against the service's model, as AWS's front end does."""
        model = self._model(operation)
        if model.input_shape is None:
            return
        refused = sorted(refused_request(model.input_shape, request))
        if refused:
            raise ProviderError(f"{model.name}: InvalidArgument: {'; '.join(refused)}")

    def _model(self, operation: str) -> OperationModel:
        return operation_model(self.mapping.service, operation)

    def _after_creation(self, context: Context) -> None:
        if self.mapping.made_from(context.inputs) and self.mapping.update is not None:
            self._run(self.mapping.update, context, self._own(context.inputs))
        for call in self.mapping.finish:
            self._run(call, context, {})
        for setting in self.mapping.settings:
            if not setting.at_creation:
                continue
            given = {
                name: context.inputs[name]
                for name in setting.properties
                if context.inputs.get(name) is not None
            }
            if given:
                self._change_setting(setting, context)
        tags, wanted = self.mapping.tags, context.inputs.get("tags")
        if tags is not None and tags.create is None and wanted:
            self._run(tag_call(tags.add, tags, wanted), context, {})

    def _apply(self, setting: Setting, context: Context, given: Properties) -> None:
        groups: Iterable[Properties] = [{name: given[name]} for name in given] if setting.each else [given]
        for group in groups:
            self._run(setting, context, group)

    def _update(self, context: Context) -> None:
        changed = {
            name
            for name in {*context.inputs, *context.old}
            if context.inputs.get(name) != context.old.get(name)
        }
        for setting in self.mapping.settings:
            if changed & set(setting.properties):
                self._change_setting(setting, context)
        own = changed - {name for setting in self.mapping.settings for name in setting.properties}
        own -= {"tags", "region", *self.mapping.local}
        if own and self.mapping.update is not None:
            # What leaves the program goes back to its default.
            wanted = {**self.mapping.defaults, **context.inputs}
            sent = wanted if self.mapping.update_with_all else {n: wanted.get(n) for n in own}
            self._run(self.mapping.update, context, self._own(sent))
        if "tags" in changed and self.mapping.tags is not None:
            self._change_tags(self.mapping.tags, context)

    def _change_setting(self, setting: Setting, context: Context) -> None:
        given = {n: context.inputs[n] for n in setting.properties if context.inputs.get(n) is not None}
        if self._is_on(setting, context) if setting.switch else given:
            self._apply(setting, context, given)
        elif setting.unset is not None:
            self._run(setting.unset, context, {})

    def _is_on(self, setting: Setting, context: Context) -> bool:
        name = setting.properties[0]
        return bool(context.inputs.get(name, self.mapping.defaults.get(name)))

    def _change_tags(self, tags: Tags, context: Context) -> None:
        old, new = context.old.get("tags") or {}, context.inputs.get("tags") or {}
        gone = sorted(set(old) - set(new))
        if gone:
            self._run(untag_call(tags.remove, tags, gone), context, {})
        changed = {key: value for key, value in new.items() if old.get(key) != value}
        if changed:
            self._run(tag_call(tags.add, tags, changed), context, {})

    def _find(self, context: Context) -> Any:
        """The cloud's object, {} for a type that cannot be read, None when it is gone."""
        mapping = self.mapping
        if mapping.read is None:
            return {}
        try:
            answer = self._run(replace(mapping.read, takes=False), context, {})
        except ClientError as error:
            if self._is_missing(error):
                return None
            raise refusal(error) from error
        except BotoCoreError as error:
            raise refusal(error) from error
        if callable(mapping.found):
            return mapping.found(answer, context)
        return jmespath.search(mapping.found, answer) if mapping.found else answer

    def _first_outputs(self, context: Context) -> Properties:
        """Outputs after a creation: what its answer told, and what was set since, are not asked again."""
        mapping, inputs = self.mapping, context.inputs
        tags = inputs.get("tags") or {} if mapping.tags is not None else None
        if not mapping.is_known_when_made(inputs):
            return self._outputs(context, tags)
        names = {name for setting in mapping.settings for name in setting.properties}
        settings = {name: inputs[name] for name in names if inputs.get(name) is not None}
        return self._merge(context, inputs, {**self._properties(context, tags), **settings})

    def _outputs(self, context: Context, tags: Properties | None = None) -> Properties:
        found = self._find(context)
        if found is None:
            raise ProviderError(
                f"{self.mapping.token} {context.id!r} is not there after it was made", id=context.id
            )
        context = replace(context, object={**context.object, **found} if found else context.object)
        return self._merge(context, context.inputs, self._properties(context, tags))

    def _properties(self, context: Context, tags: Properties | None = None) -> Properties:
        """The cloud's object in Pulumi's names, with its tags: those given, or else read."""
        names = {**self.mapping.names, **self.mapping.read_names}
        declared = self._type.inputs.properties
        block: dict[str, Any] = {
            name: declared.get(name)
            for name in self._type.outputs
            if name not in ("tags", "tagsAll", "region")
        }
        actual = from_api(block, context.object, {**_arn_name(self._type, context.object), **names})
        if self.mapping.tags is not None:
            actual["tags"] = tags if tags is not None else self._read_tags(self.mapping.tags, context)
        return actual

    def _read_tags(self, tags: Tags, context: Context) -> Any:
        source: Any = context.object
        if tags.read_call is not None:
            source = self._refusable(lambda: self._tags_answer(tags, context))
        found = jmespath.search(tags.read, source)
        if isinstance(found, list):
            found = {item[tags.key_member]: item[tags.value_member] for item in found}
        # Tags that AWS itself sets (aws:…) are not the program's.
        return {key: value for key, value in (found or {}).items() if not key.startswith("aws:")}

    def _tags_answer(self, tags: Tags, context: Context) -> dict[str, Any]:
        assert tags.read_call is not None
        try:
            return self._run(replace(tags.read_call, takes=False), context, {})
        except ClientError as error:
            if error.response["Error"]["Code"] != tags.none_code:
                raise
            return {}

    def _merge(self, context: Context, inputs: Properties, actual: Properties) -> Properties:
        """Outputs: AWS's values, the program's spelling where both mean the same, then what is derived."""
        outputs: Properties = {**self.mapping.defaults, **actual}
        for name, value in inputs.items():
            if name not in actual or self._stands(name, value, actual[name]):
                found = actual.get(name)
                # What AWS adds to a block (a cluster's own security group) is an output too.
                block = isinstance(value, dict) and isinstance(found, dict) and name != "tags"
                outputs[name] = {**(found or {}), **value} if block else value
        if "tagsAll" in self._type.outputs:
            outputs["tagsAll"] = outputs.get("tags") or {}
        if "region" in self._type.outputs:
            outputs["region"] = self._region
        context = replace(context, inputs=inputs, outputs={**context.outputs, **outputs})
        for name, template in self.mapping.computed.items():
            outputs[name] = _filled(template, context)
        return outputs

    def _stands(self, name: str, value: Any, actual: Any) -> bool:
        """True when the program's value is what the cloud has, as far as the cloud tells."""
        if name in self.mapping.not_returned or name in self.mapping.local:
            return True
        if name == "tags" and len(value) != len(actual):
            return False  # a tag that somebody else added is drift
        untold = {path for path in self.mapping.not_returned if path.startswith(f"{name}.")}
        return same_value(without(value, untold, f"{name}."), actual)

    def _imported_inputs(self, known: Properties, actual: Properties) -> Properties:
        declared = self._type.inputs.properties
        settable = {
            name: value for name, value in actual.items() if name in declared and value not in ({}, [], "")
        }
        return {**settable, **{name: value for name, value in known.items() if name in declared}}

    def _is_missing(self, error: ClientError) -> bool:
        code = error.response["Error"]["Code"]
        return (
            code in self.mapping.missing
            or code.endswith(("NotFound", "NotFoundException", "NotFoundFault", ".NotFound"))
            or code in ("NoSuchEntity", "ResourceNotFoundException", "NoSuchBucket")
        )

    def _refusable(self, work: Any) -> Any:
        try:
            return work()
        except (ClientError, BotoCoreError) as error:
            raise refusal(error) from error


def _filled(template: str | Callable[[Context], Any], context: Context) -> Any:
    return template(context) if callable(template) else context.text(template)


def _arn_name(declared: ResourceType, found: Mapping[str, Any]) -> dict[str, str]:
    """Pulumi's `arn` is `SubnetArn` of a subnet and `DBInstanceArn` of an instance."""
    ending = plain(declared.token.split(":")[-1]) + "arn"
    own = [member for member in found if plain(member).endswith(ending)]
    return {"arn": own[0]} if len(own) == 1 and "arn" in declared.outputs else {}


def _merge_into(target: dict[str, Any], source: dict[str, Any]) -> None:
    for key, value in source.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge_into(target[key], value)
        else:
            target[key] = value
