"""Mappings of Pulumi types to AWS's own API, which makes, reads, changes and removes: mostly data.

A mapping names the operations; parameters follow from the operation's model in botocore, because
Pulumi's property names and AWS's member names are nearly the same (`rehearsal.aws.convert`). What
differs is listed in `names`; a function is needed only where AWS itself is irregular.

    ResourceMapping(
        token="aws:ec2/subnet:Subnet",
        service="ec2",
        create=Call("create_subnet"),
        made="Subnet",
        id="{SubnetId}",
        read=Call("describe_subnets", {"SubnetIds": ["{id}"]}),
        found="Subnets[0]",
        settings=(Setting("modify_subnet_attribute", ("mapPublicIpOnLaunch",), {"SubnetId": "{id}"}, …),),
        delete=Call("delete_subnet", {"SubnetId": "{id}"}),
        tags=EC2_TAGS,
    )
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath

from rehearsal.providers.provider import Properties

_PLACEHOLDER = re.compile(r"\{([A-Za-z0-9_.\[\]]+)\}")


@dataclass(frozen=True)
class Context:
    """What a call's parameters are made from.

    `inputs` are the resource's checked inputs (after the change, in an update), `old` those before
    it, `outputs` what the state holds, `object` the cloud's own description of the resource.
    """

    id: str
    inputs: Properties
    region: str
    account: str
    old: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    object: Mapping[str, Any] = field(default_factory=dict)
    call: Callable[..., dict[str, Any]] = field(default=lambda *_, **__: {})

    def text(self, template: str) -> str:
        """`template` with its placeholders filled in; raises KeyError for one that has no value."""
        return _PLACEHOLDER.sub(lambda match: str(self.value(match[1])), template)

    def value(self, name: str) -> Any:
        """What stands behind a placeholder.

        `id`, `region`, `account`; a capitalized path is a member of the cloud's object
        (`SubnetId`, `Endpoint.Address`), any other an input or an output (`bucket`).
        """
        if name in ("id", "region", "account"):
            return getattr(self, name)
        if name[0].isupper():
            found: Any = jmespath.search(name, self.object)
            if found is None:
                raise KeyError(name)
            return found
        if self.inputs.get(name) is not None:
            return self.inputs[name]
        return self.outputs[name]


Parameters = Mapping[str, Any] | Callable[[Context], dict[str, Any]]


@dataclass(frozen=True)
class Call:
    """One operation.

    `parameters` are templates (`"{id}"`), literals, or a function of the context. With `takes`
    left at True, the resource's inputs that the operation has a member for are sent along.
    """

    operation: str
    parameters: Parameters = field(default_factory=dict)
    takes: bool = True


@dataclass(frozen=True)
class Setting:
    """Properties that an operation of their own sets, after creation and whenever one of them changes.

    `each` makes one call per property, for operations that take one attribute at a time.
    `unset` is called when all of them have gone from the program. With `at_creation` False the
    creation itself takes them, and the operation is for changes only. With `switch` the first
    property turns it on and off: `unset` is called when that is false.
    """

    operation: str
    properties: tuple[str, ...]
    parameters: Parameters = field(default_factory=dict)
    takes: bool = True
    each: bool = False
    at_creation: bool = True
    unset: Call | None = None
    switch: bool = False


def rewritten(
    operation: str, properties: tuple[str, ...], parameters: Parameters, *, at_creation: bool = True
) -> Setting:
    """A setting whose parameters say all of it, also what has gone from the program: it is written anew."""
    unset = Call(operation, parameters, takes=False)
    return Setting(operation, properties, parameters, takes=False, at_creation=at_creation, unset=unset)


@dataclass(frozen=True)
class Tags:
    """How a service takes tags.

    `create` is the creation parameter (None: they are added after creation), `style` its form:
    "list" of Key/Value, "map", or "ec2", where `create` is the resource type that TagSpecifications
    wants. `add` and `remove` change them later; in their parameters "<tags>" stands for the tags in
    that form, "<keys>" for a list of keys, "<keyed>" for a list of {Key: …}. `read` finds them in
    the object (or, with `read_call`, in that call's answer; `none_code` is its error when there are
    none).
    """

    create: str | None
    style: str
    add: Call
    remove: Call
    read: str
    read_call: Call | None = None
    key_member: str = "Key"
    value_member: str = "Value"
    none_code: str | None = None


@dataclass(frozen=True)
class ResourceMapping:
    """One Pulumi type in terms of one AWS service.

    Args:
        token: Pulumi's type.
        service: boto3's name of the service.
        create: the operation that makes it.
        create_from: other operations that make it, by the input that asks for one (a replica is made from its
            primary); the update then sets what such an operation does not take, as AWS's provider does.
        made: JMESPath of the new object in the answer; empty for the whole answer.
        finish: operations that AWS's provider adds to every creation.
        known_when_made: inputs, defaults, the creation's answer and `computed` say everything, so that a new
            one is not read back at once: always, or when all of the named inputs are given. The round-trip
            tests compare the two.
        id: template of Pulumi's id, over the object (`{SubnetId}`) and the inputs (`{bucket}`), or a
            function of the context (with `import_id`).
        read: the operation that describes it. None: it cannot be read back.
        found: JMESPath of the object in that answer, or a function of (answer, context).
        missing: error codes that mean "there is no such resource" (others ending in NotFound count too).
        update: the operation for changed properties; it gets only those. None: replace or settings only.
        update_with_all: the update takes all inputs, not only the changed ones (put-style APIs).
        settings: properties with operations of their own.
        delete: None when there is nothing to remove (the parent's removal does it).
        names: property paths whose AWS member has another name, for every operation; "-" for a
            property that has a member by the look of it, but must not be taken from there.
        read_names: the same for reading back only.
        local: inputs that steer the provider and are never sent (`skipFinalSnapshot`).
        not_returned: inputs, or places in them (`rules.filter`), that this cloud's read does not give
            back, or not in the same form; the state's value stands for them.
        autoname: the property that gets the resource's name and seven random hex digits when left out.
        defaults: outputs of inputs that the program leaves out, as AWS's provider fills them in.
        computed: outputs that no member gives: templates, or functions of the context.
        import_id: inputs that the id is made of, when it is not a single key (`{role}:{policyName}`).
    """

    token: str
    service: str
    create: Call
    id: str | Callable[[Context], str]
    read: Call | None
    create_from: Mapping[str, Call] = field(default_factory=dict)
    made: str = ""
    finish: tuple[Call, ...] = ()
    known_when_made: bool | tuple[str, ...] = False
    found: str | Callable[[dict[str, Any], Context], Mapping[str, Any] | None] = ""
    missing: tuple[str, ...] = ()
    update: Call | None = None
    update_with_all: bool = False
    settings: tuple[Setting, ...] = ()
    delete: Call | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    read_names: Mapping[str, str] = field(default_factory=dict)
    local: tuple[str, ...] = ()
    not_returned: tuple[str, ...] = ()
    tags: Tags | None = None
    autoname: str | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    computed: Mapping[str, str | Callable[[Context], Any]] = field(default_factory=dict)
    import_id: str | None = None

    def made_from(self, inputs: Properties) -> Call | None:
        """The operation that makes it from something else; None when it is made anew."""
        return next((call for name, call in self.create_from.items() if inputs.get(name)), None)

    def is_known_when_made(self, inputs: Properties) -> bool:
        """True when a new one with these inputs need not be read back."""
        known = self.known_when_made
        return known if isinstance(known, bool) else all(inputs.get(name) is not None for name in known)

    def import_inputs(self, identifier: str) -> Properties:
        """The inputs that an id given by a person (`pulumi import`) names."""
        template = self.import_id or self.id
        if callable(template):
            return {}
        names = [name for name in _PLACEHOLDER.findall(template) if not name[0].isupper()]
        pattern = re.escape(_PLACEHOLDER.sub("\0", template)).replace("\0", "(.+?)").replace("\\\0", "(.+?)")
        match = re.fullmatch(pattern, identifier)
        if match is None or len(names) != len(match.groups()):
            return {}
        return dict(zip(names, match.groups(), strict=True))


def fill(parameters: Parameters, context: Context) -> dict[str, Any]:
    """The parameters of a call: templates filled in, functions called."""
    if callable(parameters):
        return parameters(context)
    return {key: _fill(value, context) for key, value in parameters.items()}


def _fill(value: Any, context: Context) -> Any:
    if isinstance(value, str):
        whole = _PLACEHOLDER.fullmatch(value)
        return context.value(whole[1]) if whole else context.text(value)
    if isinstance(value, Mapping):
        return {key: _fill(item, context) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_fill(item, context) for item in value]
    return value


def placeholders(parameters: Parameters) -> set[str]:
    """The names that a call's templates fill in."""
    if callable(parameters):
        return set()
    return set(_PLACEHOLDER.findall(repr(dict(parameters))))


def pairs(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags as AWS's lists of Key and Value."""
    return [{key: name, value: str(text)} for name, text in sorted(tags.items())]
