"""Functions that read one thing by its name: what the resource of the same kind would tell of it."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.functions.asked import Asked, only_one
from rehearsal.providers.provider import Properties, ProviderError


def role(asked: Asked) -> Properties:
    """A role, by its name."""
    return asked.read("aws:iam/role:Role", asked.wanted("name"))


def policy(asked: Asked) -> Properties:
    """By its ARN, or by its name among AWS's and the account's own."""
    if asked.arguments.get("arn"):
        return asked.read("aws:iam/policy:Policy", asked.arguments["arn"])
    name = asked.wanted("name", "arn")
    policies: list[dict[str, Any]] = []
    marker: dict[str, str] = {}
    while True:
        answer = asked.call("iam", "list_policies", **marker)
        policies += [each for each in answer["Policies"] if each["PolicyName"] == name]
        if not answer.get("IsTruncated"):
            break
        marker = {"Marker": answer["Marker"]}
    return asked.read("aws:iam/policy:Policy", only_one(policies, "IAM Policy")["Arn"])


def secret(asked: Asked) -> Properties:
    """An entry of Secrets Manager, by its ARN or name; never its value."""
    answer = asked.call("secretsmanager", "describe_secret", SecretId=asked.wanted("arn", "name"))
    return {**asked.read("aws:secretsmanager/secret:Secret", answer["ARN"]), "name": answer["Name"]}


def secret_version(asked: Asked) -> Properties:
    """The value of an entry; the engine keeps it as a secret when the program's SDK says so."""
    wanted = asked.wanted("secretId")
    stage = asked.arguments.get("versionStage") or "AWSCURRENT"
    which = (
        {"VersionId": asked.arguments["versionId"]}
        if asked.arguments.get("versionId")
        else {"VersionStage": stage}
    )
    answer = asked.call("secretsmanager", "get_secret_value", SecretId=wanted, **which)
    created = answer["CreatedDate"].isoformat()
    return {
        "id": f"{wanted}|{answer['VersionId']}",
        "arn": answer["ARN"],
        "secretArn": answer["ARN"],
        "secretString": answer.get("SecretString"),
        "secretBinary": answer.get("SecretBinary", b"").decode() or None,
        "versionId": answer["VersionId"],
        "versionStage": stage,
        "versionStages": answer.get("VersionStages", []),
        "createdDate": created,
    }


def zone(asked: Asked) -> Properties:
    """A hosted zone, by its id or by its name (public, unless the call says otherwise)."""
    identifier = asked.arguments.get("zoneId")
    if not identifier:
        name = asked.wanted("name", "zoneId").rstrip(".")
        private = bool(asked.arguments.get("privateZone") or asked.arguments.get("vpcId"))
        zones = asked.call("route53", "list_hosted_zones")["HostedZones"]
        found = only_one(
            [
                each
                for each in zones
                if each["Name"].rstrip(".") == name
                and bool(each.get("Config", {}).get("PrivateZone")) is private
            ],
            "Route 53 Hosted Zone",
        )
        identifier = found["Id"].rpartition("/")[2]
    read = asked.read("aws:route53/zone:Zone", identifier)
    return {**read, "zoneId": identifier, "arn": f"arn:aws:route53:::hostedzone/{identifier}"}


def key(asked: Asked) -> Properties:
    """A key, by its id, ARN or alias."""
    found = asked.call("kms", "describe_key", KeyId=asked.wanted("keyId"))["KeyMetadata"]
    return {
        "id": found["KeyId"],
        "keyId": asked.arguments["keyId"],
        "arn": found["Arn"],
        "awsAccountId": found["AWSAccountId"],
        "description": found.get("Description", ""),
        "enabled": found["Enabled"],
        "keyManager": found.get("KeyManager", "CUSTOMER"),
        "keySpec": found.get("KeySpec", ""),
        "keyState": found["KeyState"],
        "keyUsage": found.get("KeyUsage", "ENCRYPT_DECRYPT"),  # moto leaves KMS's default out
        "multiRegion": found.get("MultiRegion", False),
        "origin": found.get("Origin", "AWS_KMS"),
        "creationDate": found["CreationDate"].isoformat(),
    }


def alias(asked: Asked) -> Properties:
    """A key's alias, by its name."""
    name = asked.wanted("name")
    aliases = asked.call("kms", "list_aliases")["Aliases"]
    found = only_one([each for each in aliases if each["AliasName"] == name], "KMS Alias")
    identifier = found.get("TargetKeyId", "")
    return {
        "id": found["AliasArn"],
        "arn": found["AliasArn"],
        "name": name,
        "targetKeyId": identifier,
        "targetKeyArn": f"arn:aws:kms:{asked.region}:{asked.cloud.account}:key/{identifier}",
    }


def parameter(asked: Asked) -> Properties:
    """A parameter of Systems Manager with its value."""
    decrypted = asked.arguments.get("withDecryption", True)
    answer = asked.call("ssm", "get_parameter", Name=asked.wanted("name"), WithDecryption=decrypted)
    found = answer["Parameter"]
    return {
        "id": found["Name"],
        "name": found["Name"],
        "arn": found["ARN"],
        "type": found["Type"],
        "value": found["Value"],
        "insecureValue": found["Value"] if found["Type"] != "SecureString" else None,
        "version": found["Version"],
    }


def bucket(asked: Asked) -> Properties:
    """A bucket, by its name."""
    name = asked.wanted("bucket")
    return {**asked.read("aws:s3/bucket:Bucket", name), "bucketRegion": asked.region}


def cluster(asked: Asked) -> Properties:
    """A cluster of EKS; what the resource has once, the function has in a list."""
    found = asked.read("aws:eks/cluster:Cluster", asked.wanted("name"))
    authority = found.get("certificateAuthority") or {}
    return {
        **found,
        "certificateAuthorities": [authority] if authority else [],
        "accessConfigs": _listed(found.get("accessConfig")),
        "computeConfigs": _listed(found.get("computeConfig")),
        "kubernetesNetworkConfigs": _listed(found.get("kubernetesNetworkConfig")),
        "storageConfigs": _listed(found.get("storageConfig")),
        "upgradePolicies": _listed(found.get("upgradePolicy")),
        "zonalShiftConfigs": _listed(found.get("zonalShiftConfig")),
    }


def _listed(value: Any) -> list[Any]:
    return [value] if value else []


def cluster_auth(asked: Asked) -> Properties:
    """A token that the embedded cluster never asks for; AWS's own is valid for 15 minutes."""
    name = asked.wanted("name")
    return {"id": name, "name": name, "token": "k8s-aws-v1.of-the-embedded-aws"}


def repository(asked: Asked) -> Properties:
    """A repository of images, by its name."""
    return asked.read("aws:ecr/repository:Repository", asked.wanted("name"))


def certificate(asked: Asked) -> Properties:
    """The certificate of a domain; the newest of several where the call says so."""
    domain = asked.wanted("domain")
    listed = asked.call("acm", "list_certificates")["CertificateSummaryList"]
    found = [each for each in listed if each["DomainName"] == domain]
    if len(found) > 1 and not asked.arguments.get("mostRecent"):
        raise ProviderError(f"multiple ACM Certificates matching domain ({domain})")
    if not found:
        raise ProviderError(f"no ACM Certificate matching domain ({domain})")
    read = asked.read("aws:acm/certificate:Certificate", found[-1]["CertificateArn"])
    return {**read, "domain": domain}
