"""AWS Certificate Manager: certificates that are validated by DNS."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Tags
from rehearsal.aws.recorded import RecordedType


def _certificate(answer: dict[str, Any], _: Context) -> dict[str, Any]:
    """As it is right after the request: moto issues certificates by itself after a minute."""
    found = answer["Certificate"]
    options = [
        {
            "domainName": option["DomainName"],
            "resourceRecordName": option["ResourceRecord"]["Name"],
            "resourceRecordType": option["ResourceRecord"]["Type"],
            "resourceRecordValue": option["ResourceRecord"]["Value"],
        }
        for option in found["DomainValidationOptions"]
    ]
    # moto has them in no order; AWS begins with the certificate's own name.
    options.sort(key=lambda option: (option["domainName"] != found["DomainName"], option["domainName"]))
    others = [name for name in found["SubjectAlternativeNames"] if name != found["DomainName"]]
    return {
        "arn": found["CertificateArn"],
        "domainName": found["DomainName"],
        "subjectAlternativeNames": sorted(others),
        "domainValidationOptions": options,
        "type": found["Type"],
        "validationMethod": found["DomainValidationOptions"][0].get("ValidationMethod"),
    }


QUESTIONS = {"acm": "list_certificates"}
MAPPINGS = (
    ResourceMapping(
        token="aws:acm/certificate:Certificate",
        service="acm",
        create=Call("request_certificate"),
        id="{CertificateArn}",
        read=Call("describe_certificate", {"CertificateArn": "{id}"}),
        found=_certificate,
        delete=Call("delete_certificate", {"CertificateArn": "{id}"}),
        not_returned=("keyAlgorithm",),
        defaults={"keyAlgorithm": "RSA_2048", "status": "PENDING_VALIDATION", "validationEmails": []},
        tags=Tags(
            create="Tags",
            style="list",
            add=Call("add_tags_to_certificate", {"CertificateArn": "{id}", "Tags": "<tags>"}),
            remove=Call("remove_tags_from_certificate", {"CertificateArn": "{id}", "Tags": "<keyed>"}),
            read="Tags",
            read_call=Call("list_tags_for_certificate", {"CertificateArn": "{id}"}),
        ),
    ),
)
RECORDED = (
    RecordedType(
        token="aws:acm/certificateValidation:CertificateValidation",
        id="{certificateArn}",
        why="it is no resource of AWS: the provider waits until the certificate is issued",
        model="acm.describe_certificate",
    ),
)
