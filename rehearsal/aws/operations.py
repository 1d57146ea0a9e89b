"""AWS's operations as botocore knows them: their models by boto3's names, and their refusals."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import OperationModel

from rehearsal.aws.cloud import Cloud
from rehearsal.provider import ProviderError


def refusal(error: ClientError | BotoCoreError) -> ProviderError:
    """AWS's refusal in its own words."""
    if isinstance(error, ClientError):
        detail = error.response["Error"]
        return ProviderError(f"{error.operation_name}: {detail['Code']}: {detail.get('Message', '')}")
    return ProviderError(str(error))


@cache
def _model_named(service_model: Any, operation: str) -> OperationModel:
    name = next(n for n in service_model.operation_names if xform_name(n) == operation)
    return service_model.operation_model(name)


def operation_model(cloud: Cloud, service: str, region: str, operation: str) -> OperationModel:
    """botocore's model of one operation, by boto3's name for it."""
    return _model_named(cloud.client(service, region).meta.service_model, operation)
