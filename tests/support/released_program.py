"""A program as small as a release can be: what the commands of the way to prod look at, and nothing else.

It stands for `__main__.py` in a copy of the checkout, reads the same files, and gives things the same names.
"""

from __future__ import annotations

from datetime import date

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from infra.configuration.buckets import BACKUPS
from infra.configuration.images import release_name
from infra.configuration.stack import read_configuration
from infra.edge.sites import sites
from infra.foundations.release import Release, ReleaseArgs
from infra.kubernetes.kubeconfig import kubeconfig
from infra.labels import labels
from operations.holdings import entries

WEAKENING = "777"
configuration = read_configuration(date(2026, 11, 21))
naming, settings, system = configuration.naming, configuration.settings, configuration.system
home = aws.Provider("home", region=settings.region, allowed_account_ids=[settings.account])
opts = pulumi.ResourceOptions(provider=home)

vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=opts)
zones = settings.network.availability_zones[:2]
subnets = [
    aws.ec2.Subnet(zone, vpc_id=vpc.id, cidr_block=f"10.0.{n}.0/24", availability_zone=zone, opts=opts)
    for n, zone in enumerate(zones)
]
aws.lb.LoadBalancer("main", name=naming.prefix, subnets=[each.id for each in subnets], opts=opts)
aws.s3.Bucket(BACKUPS, bucket=naming.bucket(BACKUPS), opts=opts)
# Each release changes something in AWS as well as in the cluster.
version = configuration.images["api"][:19]
aws.sns.Topic("sev-3", name=naming.named("sev-3"), display_name=version, opts=opts)
# One release keeps logs for less time than the others, which takes a line of approvals.yaml.
days = 30 if version.startswith(f"sha256:{WEAKENING}") else 365
aws.cloudwatch.LogGroup("services", name=f"/{naming.prefix}/services", retention_in_days=days, opts=opts)
# What stands of a release that was taken back goes by this.
migrates = system.migration
assert migrates is not None
migrated = configuration.taken_back or configuration.images[migrates.service]
Release("release", ReleaseArgs(release_name(migrated)))
for entry in entries(configuration):
    made = aws.secretsmanager.Secret(entry.name, name=naming.secret(entry.name), opts=opts)
    aws.secretsmanager.SecretVersion(
        entry.name, secret_id=made.id, secret_string=f"of-{entry.name}", opts=opts
    )
for site in sites(system.services, None, configuration.domain):
    aws.cloudfront.Distribution(
        site.name,
        aliases=[site.host],
        enabled=True,
        origins=[
            aws.cloudfront.DistributionOriginArgs(
                origin_id="services",
                domain_name="origin.example.com",
                custom_origin_config=aws.cloudfront.DistributionOriginCustomOriginConfigArgs(
                    http_port=80,
                    https_port=443,
                    origin_protocol_policy="https-only",
                    origin_ssl_protocols=["TLSv1.2"],
                ),
            )
        ],
        default_cache_behavior=aws.cloudfront.DistributionDefaultCacheBehaviorArgs(
            target_origin_id="services",
            viewer_protocol_policy="redirect-to-https",
            allowed_methods=["GET", "HEAD"],
            cached_methods=["GET", "HEAD"],
            cache_policy_id="4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        ),
        restrictions=aws.cloudfront.DistributionRestrictionsArgs(
            geo_restriction=aws.cloudfront.DistributionRestrictionsGeoRestrictionArgs(restriction_type="none")
        ),
        viewer_certificate=aws.cloudfront.DistributionViewerCertificateArgs(
            cloudfront_default_certificate=True
        ),
        opts=opts,
    )

cluster = aws.eks.Cluster(
    "main",
    name=naming.prefix,
    role_arn=naming.role_arn("cluster"),
    vpc_config=aws.eks.ClusterVpcConfigArgs(subnet_ids=[each.id for each in subnets]),
    opts=opts,
)
inside = pulumi.ResourceOptions(
    provider=kubernetes.Provider("inside", kubeconfig=kubeconfig(cluster, settings.region))
)
namespace = kubernetes.core.v1.Namespace(
    "main", metadata=kubernetes.meta.v1.ObjectMetaArgs(name=system.name), opts=inside
)
for name, service in system.services.items():
    image = f"registry.example.com/{service.repository}@{configuration.images[name]}"
    kubernetes.apps.v1.Deployment(
        name,
        metadata=kubernetes.meta.v1.ObjectMetaArgs(name=name, namespace=namespace.metadata.name),
        spec=kubernetes.apps.v1.DeploymentSpecArgs(
            selector=kubernetes.meta.v1.LabelSelectorArgs(match_labels=labels(system.name, name)),
            template=kubernetes.core.v1.PodTemplateSpecArgs(
                metadata=kubernetes.meta.v1.ObjectMetaArgs(labels=labels(system.name, name)),
                spec=kubernetes.core.v1.PodSpecArgs(
                    containers=[kubernetes.core.v1.ContainerArgs(name="app", image=image)]
                ),
            ),
        ),
        opts=inside,
    )
