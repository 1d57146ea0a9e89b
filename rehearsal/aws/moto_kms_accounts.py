"""Keys of other accounts: moto looks for every key in the caller's own account.

As in the KMS developer guide, "Allowing users in other accounts to use a KMS key": a key is named by its ARN,
by that of its alias, or found from a ciphertext, and its key policy lets in the caller's account, or a role
of it. Here for Encrypt, Decrypt, GenerateDataKey (with and without the plain text) and DescribeKey.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.kms import utils
from moto.kms.exceptions import NotFoundException
from moto.kms.models import kms_backends
from moto.kms.responses import KmsResponse

from rehearsal.aws.accounts import access_denied, account_of, allows_account, embedded

_ACTIONS = {
    "decrypt": "kms:Decrypt",
    "describe_key": "kms:DescribeKey",
    "encrypt": "kms:Encrypt",
    "generate_data_key": "kms:GenerateDataKey",
    "generate_data_key_without_plaintext": "kms:GenerateDataKeyWithoutPlaintext",
}


def repair_keys_of_other_accounts() -> None:
    """Replaces the methods in question, once in a process."""
    if hasattr(KmsResponse.decrypt, "repaired"):
        return
    for method, action in _ACTIONS.items():
        setattr(KmsResponse, method, _in_its_account(getattr(KmsResponse, method), action))


def _in_its_account(answer: Callable[[Any], str], action: str) -> Callable[[Any], str]:
    """An operation with a key that may be another account's."""

    def answered(self: Any) -> str:
        named = self._get_param("KeyId") or _key_of_ciphertext(self)
        account = account_of(named)
        if account and account != self.current_account:
            _require_access(self, named, action)
            self.current_account = account
        return answer(self)

    answered.__name__ = answer.__name__
    answered.repaired = True  # type: ignore[attr-defined]
    return answered


def _key_of_ciphertext(asking: Any) -> str:
    """The ARN of another account's key that something was encrypted with; empty for none."""
    blob = asking._get_param("CiphertextBlob")
    if not blob:
        return ""
    try:
        identifier = utils._deserialize_ciphertext_blob(blob).key_id
    except Exception:  # noqa: BLE001  # moto refuses it as AWS does
        return ""
    accounts = [asking.current_account, *sorted(embedded() - {asking.current_account})]
    keys = (kms_backends[account][asking.region].keys.get(identifier) for account in accounts)
    return next((key.arn for key in keys if key is not None), "")


def _require_access(asking: Any, arn: str, action: str) -> None:
    key, account = _key(asking.region, arn), asking.current_account
    context = asking._get_param("EncryptionContext") or {}
    said: dict[str, str | list[str]] = {
        "kms:CallerAccount": account,
        "kms:EncryptionContextKeys": list(context),
        **{f"kms:EncryptionContext:{name}": value for name, value in context.items()},
        **({"kms:RequestAlias": arn.split(":", 5)[5]} if ":alias/" in arn else {}),
    }
    if not allows_account(key.policy, account, action, key.arn, **said):
        raise access_denied(account, action, key.arn)


def _key(region: str, arn: str) -> Any:
    """moto's key of another account, by its ARN or an alias's."""
    there, name = arn.split(":", 5)[3::2]
    if there != region:
        raise NotFoundException(f"Invalid arn {there}")
    account = account_of(arn)
    keys = kms_backends[account][region].keys if account in embedded() else {}
    if name.startswith("alias/"):
        found = next((key for key in keys.values() if name in key.aliases), None)
        missing = f"Alias {arn} is not found."
    else:
        found, missing = keys.get(name.removeprefix("key/")), f"Key '{arn}' does not exist"
    if found is None:
        raise NotFoundException(missing)
    return found
