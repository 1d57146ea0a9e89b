"""CloudFront's access to a static site: the identity that reads it, and which file is for which path."""

from __future__ import annotations

import pulumi
from pulumi_aws import cloudfront

from infra.configuration.buckets import FRONTEND
from infra.naming import Naming

# Files have a dot in their names; every other path is a page of the single-page application.
PAGES_FUNCTION = """\
function handler(event) {
    var request = event.request;
    if (request.uri.split('/').pop().indexOf('.') === -1) {
        request.uri = '/index.html';
    }
    return request;
}
"""


def declare_frontend_access(naming: Naming, parent: pulumi.Resource) -> pulumi.Output[str]:
    """How CloudFront says who it is when it reads the bucket; answers the identifier."""
    return cloudfront.OriginAccessControl(
        FRONTEND,
        name=naming.named(FRONTEND),
        description="CloudFront reads the static site",
        origin_access_control_origin_type="s3",
        signing_behavior="always",
        signing_protocol="sigv4",
        opts=pulumi.ResourceOptions(parent=parent),
    ).id


def declare_pages_function(naming: Naming, parent: pulumi.Resource) -> pulumi.Output[str]:
    """Pages of a single-page application all are its one document; answers the function's ARN.

    Not by an error page: that would turn the services' own 404 into it as well.
    """
    return cloudfront.Function(
        "pages",
        name=naming.named("pages"),
        comment="Every page of the single-page application is index.html",
        runtime="cloudfront-js-2.0",
        code=PAGES_FUNCTION,
        publish=True,
        opts=pulumi.ResourceOptions(parent=parent),
    ).arn
