"""Ids of resources that were being made when the engine was killed, which nobody wrote down.

The engine writes `creating` before it calls AWS, with what it sends (`inputs`), and the id after AWS has
answered. For each type that the program declares one of three is so:

- AWS takes the same request again, and there is one thing afterwards (`AGAIN`): it is simply made again;
- the id follows from what was sent (`FROM_INPUTS`): the provider is asked whether it is there;
- AWS made the id up (`ASKED`): AWS is asked for what looks like it, of those that the state does not have.

What holds for which type is in operations/recovery/identity_rules.py; tests/recovery/test_deployment.py holds
all of it against a whole deployment of prod.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import jmespath
from botocore.exceptions import ClientError

from operations.recovery.identity_rules import AGAIN, ASKED, COMPUTED, FROM_INPUTS, Asked, Inputs

Client = Callable[[str], Any]

# Server-side apply makes an object or takes over the one that is there (pulumi-kubernetes,
# "enableServerSideApply"); random values and providers are in the state alone.
_AGAIN_BEGINNINGS = ("kubernetes:", "random:", "pulumi:")


class Unknown(Exception):
    """Nobody knows which one of AWS's it is; the message says why."""


def made_again(type: str) -> bool:
    """Whether a request that was cut off may simply be repeated."""
    return type in AGAIN or type.startswith(_AGAIN_BEGINNINGS)


def candidate(
    type: str, inputs: Inputs, client: Client, place: Mapping[str, str], known: Collection[str]
) -> str | None:
    """The id that AWS has given to what was being made; None where AWS has not made it.

    One that follows from the inputs is answered without asking whether it is there.

    Args:
        type: the engine's.
        inputs: that were sent.
        client: boto3's clients in the region of the resource, by service.
        place: `region` and `account`.
        known: ids of this type that the state has.

    Raises:
        Unknown: the type is not known here, or several look like it.
        ClientError: AWS refuses to tell.
    """
    if type in FROM_INPUTS:
        return FROM_INPUTS[type].format(**{**inputs, **place})
    if type in COMPUTED:
        return COMPUTED[type](inputs)
    if type not in ASKED:
        raise Unknown("this command does not know how AWS names these")
    found = sorted(set(_found(ASKED[type], inputs, client)) - set(known))
    if len(found) > 1:
        raise Unknown(f"several look like it: {', '.join(found)}")
    return found[0] if found else None


def _found(asked: Asked, inputs: Inputs, client: Client) -> Iterator[str]:
    service = client(asked.service)
    wanted = {path: _text(jmespath.search(source, inputs)) for path, source in asked.equal.items()}
    for item in _items(service, asked, inputs):
        identifier = str(jmespath.search(asked.id, item))
        told = getattr(service, asked.each[0])(**{asked.each[1]: identifier}) if asked.each else item
        if all(_text(jmespath.search(path, told)) == value for path, value in wanted.items()):
            yield identifier.removeprefix("/hostedzone/")


def _items(service: Any, asked: Asked, inputs: Inputs) -> Iterator[Any]:
    parameters = {name: jmespath.search(source, inputs) for name, source in asked.parameters.items()}
    try:
        if service.can_paginate(asked.operation):
            pages = service.get_paginator(asked.operation).paginate(**parameters)
        else:
            pages = [getattr(service, asked.operation)(**parameters)]
        for page in pages:
            yield from jmespath.search(asked.items, page) or ()
    except ClientError as error:
        # What it would be part of is not there, so neither is it.
        if "NotFound" not in str(error.response["Error"]["Code"]):
            raise


def _text(value: object) -> str:
    """Numbers and addresses as AWS and the provider write them."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "" if value is None or value == -1 else str(value)
    return text.removeprefix("https://")
