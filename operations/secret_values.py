"""Setting a secret that a person gives out (contract SEC-1, ENV-2). No value is ever printed."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.configuration import Configuration
from infra.configuration.environments import Environment
from infra.configuration.platform_secrets import PLATFORM_SECRETS
from infra.configuration.secrets import SecretEntry
from infra.configuration.validation import did_you_mean
from operations.console import OperationError, OperationFailed, without
from operations.live_or_test import is_placeholder, looks_like_test, looks_live

# Secrets Manager's own limit (PutSecretValue in botocore's model).
LENGTH_MAXIMUM = 65_536

# Tabs and line breaks have their place in keys and certificates; half a character (a surrogate) comes from a
# terminal that does not speak UTF-8.
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ud800-\udfff]")
_JSON = re.compile(r"[{\[]\s*[\"{\[]")


def entry_of(configuration: Configuration, name: str) -> SecretEntry:
    """The entry that a person may set.

    Raises:
        OperationError: there is none of this name, or it is filled by the platform.
    """
    secrets = configuration.system.secrets
    settable = [each.name for each in secrets.values() if each.source.generated is None]
    if name in PLATFORM_SECRETS or (name in secrets and name not in settable):
        raise OperationError(
            f"{name}: the platform generates this secret; nobody sets it. "
            f"Secrets that people give out: {', '.join(settable) or 'none'}."
        )
    if name not in secrets:
        hint = f" {did_you_mean(name, settable)}".rstrip()
        said = f"{name}: there is no such secret in the system file" if name else "NAME is missing"
        raise OperationError(f"{said}.{hint} There are: {', '.join(settable) or 'none'}.")
    return secrets[name]


def decoded(value: bytes, name: str) -> str:
    """The text of what came on standard input.

    Raises:
        OperationError: it is not UTF-8, as a file that another program has written may be.
    """
    if value.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _refused(name, "text in UTF-16", "UTF-8. PowerShell: `Set-Content -Encoding utf8NoBOM`")
    if value.startswith(codecs.BOM_UTF8):
        raise _refused(name, "a byte order mark in front of the value", "UTF-8 without one")
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise _refused(name, "bytes that are not UTF-8", "text; encode other values in Base64") from None


def _check_form(value: str, name: str) -> None:
    """Refuses what was meant otherwise; every value of these forms has broken a service somewhere."""
    if _NOT_TEXT.search(value):
        found = "a character that nobody can type (NUL or another control character)"
        raise _refused(name, found, "text, in several lines if need be")
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'`":
        raise _refused(name, "quotes around the value", "the value alone: they would be part of it")
    if _JSON.match(value):
        try:
            json.loads(value)
        except ValueError as error:
            place = re.sub(r".*?: (line .*)", r"\1", str(error))
            raise _refused(name, f"JSON that is not whole ({place})", "the whole of it") from None


def _refused(name: str, found: str, allowed: str) -> OperationError:
    return OperationError(f"{name}: found {found}; allowed: {allowed}. Nothing was set.")


def checked(value: str, entry: SecretEntry, environment: Environment) -> str:
    """The value without the line break at its end.

    Raises:
        OperationError: it is empty, too long or of a form that nobody means, or belongs to another kind of
            environment.
    """
    value = value.strip()
    if is_placeholder(value):
        raise OperationError(f"{entry.name}: found an empty value or a placeholder; nothing was set.")
    _check_form(value, entry.name)
    if len(value.encode()) > LENGTH_MAXIMUM:
        raise OperationError(
            f"{entry.name}: found {len(value.encode())} bytes; allowed: at most {LENGTH_MAXIMUM}."
        )
    if environment.standard.live and looks_like_test(value, entry):
        raise OperationError(
            f"{entry.name}: found a value that looks like one for tests; {environment} takes live ones "
            "alone. Nothing was set."
        )
    if not environment.standard.live and looks_live(value, entry):
        raise OperationError(
            f"{entry.name}: found a value that looks live; {environment} takes test ones alone. "
            "Nothing was set. Whoever has seen it may have to renew it."
        )
    return value


def set_value(client: Any, configuration: Configuration, entry: SecretEntry, value: str) -> str:
    """Stores a checked value; answers the version's identifier.

    Raises:
        OperationFailed: AWS refused.
    """
    name = configuration.naming.secret(entry.name)
    try:
        return str(client.put_secret_value(SecretId=name, SecretString=value)["VersionId"])
    except client.exceptions.ResourceNotFoundException:
        raise OperationFailed(
            f"{name}: there is no such entry in this account yet. Deploy the environment first."
        ) from None
    except (BotoCoreError, ClientError) as error:
        raise OperationFailed(f"{name}: {without(error, value)}") from None
