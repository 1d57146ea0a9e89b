"""AWS's operations as botocore knows them: their models by boto3's names, and their refusals."""

from __future__ import annotations

from functools import cache

import botocore.session
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import OperationModel, ServiceModel

from rehearsal.program.sdk_speed import share_service_models
from rehearsal.providers.provider import ProviderError


def refusal(error: ClientError | BotoCoreError) -> ProviderError:
    """AWS's refusal in its own words."""
    if isinstance(error, ClientError):
        detail = error.response["Error"]
        return ProviderError(f"{error.operation_name}: {detail['Code']}: {detail.get('Message', '')}")
    return ProviderError(str(error))


@cache
def service_model(service: str) -> ServiceModel:
    """botocore's model of a service, by boto3's name for it."""
    share_service_models()
    return botocore.session.get_session().get_service_model(service)


@cache
def operation_model(service: str, operation: str) -> OperationModel:
    """botocore's model of one operation, by boto3's name for it; nothing is called for it."""
    model = service_model(service)
    name = next(name for name in model.operation_names if xform_name(name) == operation)
    return model.operation_model(name)
