"""Amazon Route 53: public hosted zones and the records in them."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting
from rehearsal.aws.services.route53_tags import route53_tags

# AWS's provider adds the quotes around these, and takes them off (flattenTxtEntry, expandTxtEntry).
_TEXTS = ("TXT", "SPF")


def _zone(answer: dict[str, Any], _: Context) -> dict[str, Any]:
    zone = answer["HostedZone"]
    servers = sorted(answer["DelegationSet"]["NameServers"])
    identifier = zone["Id"].removeprefix("/hostedzone/")
    return {
        "name": zone["Name"].removesuffix("."),
        "comment": (zone.get("Config") or {}).get("Comment"),
        "arn": f"arn:aws:route53:::hostedzone/{identifier}",
        "zoneId": identifier,
        "nameServers": servers,
        # As the provider has it: the first of AWS's answer.
        "primaryNameServer": answer["DelegationSet"]["NameServers"][0],
    }


def _full_name(context: Context) -> str:
    """A name within the zone may be written without the zone's own."""
    return str(context.inputs["name"]).rstrip(".") + "."


def _record_set(inputs: dict[str, Any], name: str) -> dict[str, Any]:
    record: dict[str, Any] = {"Name": name, "Type": inputs["type"]}
    if inputs.get("aliases"):
        (alias,) = inputs["aliases"]
        record["AliasTarget"] = {
            "DNSName": alias["name"],
            "HostedZoneId": alias["zoneId"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
    else:
        record["TTL"] = int(inputs["ttl"])
        texts = inputs["type"] in _TEXTS
        record["ResourceRecords"] = [
            {"Value": f'"{value}"' if texts else value} for value in inputs["records"]
        ]
    return record


def _change(action: str) -> Any:
    def parameters(context: Context) -> dict[str, Any]:
        inputs = context.inputs
        change = {"Action": action, "ResourceRecordSet": _record_set(inputs, _full_name(context))}
        return {"HostedZoneId": inputs["zoneId"], "ChangeBatch": {"Changes": [change]}}

    return Call("change_resource_record_sets", parameters, takes=False)


def _record(answer: dict[str, Any], context: Context) -> dict[str, Any] | None:
    """Records are listed from a name on: the first may be another one."""
    wanted = (_full_name(context), context.inputs["type"])
    for record in answer["ResourceRecordSets"]:
        if (record["Name"], record["Type"]) != wanted:
            continue
        found: dict[str, Any] = {
            # The name as the program writes it, with or without the dot at its end: AWS has them as one.
            "name": context.inputs.get("name") or record["Name"].removesuffix("."),
            "type": record["Type"],
            "zoneId": context.inputs["zoneId"],
            "ttl": record.get("TTL"),
        }
        if alias := record.get("AliasTarget"):
            found["aliases"] = [
                {
                    "name": alias["DNSName"].removesuffix("."),
                    "zoneId": alias["HostedZoneId"],
                    "evaluateTargetHealth": alias["EvaluateTargetHealth"],
                }
            ]
        else:
            texts = record["Type"] in _TEXTS
            values = [item["Value"] for item in record["ResourceRecords"]]
            found["records"] = [value[1:-1] if texts else value for value in values]
        return found
    return None


QUESTIONS = {"route53": "list_hosted_zones"}
MAPPINGS = (
    ResourceMapping(
        token="aws:route53/zone:Zone",
        service="route53",
        create=Call(
            "create_hosted_zone",
            lambda context: {
                "CallerReference": context.inputs["name"],
                "HostedZoneConfig": {"Comment": context.inputs.get("comment") or ""},
            },
        ),
        made="{Id: HostedZone.Id}",
        id=lambda context: context.object["Id"].removeprefix("/hostedzone/"),
        import_id="{zoneId}",
        read=Call("get_hosted_zone", {"Id": "{id}"}),
        found=_zone,
        settings=(Setting("update_hosted_zone_comment", ("comment",), {"Id": "{id}"}, at_creation=False),),
        delete=Call("delete_hosted_zone", {"Id": "{id}"}),
        missing=("NoSuchHostedZone",),
        local=("forceDestroy",),
        defaults={"forceDestroy": False},
        tags=route53_tags("hostedzone"),
    ),
    ResourceMapping(
        token="aws:route53/record:Record",
        service="route53",
        create=_change("CREATE"),
        known_when_made=True,
        id="{zoneId}_{name}_{type}",
        import_id="{zoneId}_{name}_{type}",
        read=Call(
            "list_resource_record_sets",
            {"HostedZoneId": "{zoneId}", "StartRecordName": "{name}", "StartRecordType": "{type}"},
        ),
        found=_record,
        update=_change("UPSERT"),
        update_with_all=True,
        delete=_change("DELETE"),
        missing=("NoSuchHostedZone", "InvalidChangeBatch"),
        local=("allowOverwrite",),
        computed={"fqdn": lambda context: str(context.value("name")).rstrip(".")},
    ),
)
