"""Names of AWS services in VPC endpoints.

Source: vpc/latest/privatelink/aws-services-privatelink-support.html. Most are `com.amazonaws.REGION.` and the prefix of
the service's own host name, which botocore calls the endpoint prefix.
"""

from functools import cache

import botocore.session
from botocore.exceptions import UnknownServiceError

_OTHER_NAMES = {
    "kinesis": ("kinesis-streams",),
    "firehose": ("kinesis-firehose",),
    "api.ecr": ("ecr.api",),
    "email": ("email", "email-smtp"),
    "states": ("states", "sync-states"),
}


def endpoint_services(prefix: str, region: str) -> tuple[str, ...]:
    """Returns the names of a service in DescribeVpcEndpoints. `prefix` is its endpoint prefix, such as `monitoring`."""
    return tuple(f"com.amazonaws.{region}.{name}" for name in _OTHER_NAMES.get(prefix, (prefix,)))


def host_of(prefix: str, region: str) -> str:
    """Returns the host that a client of the service connects to."""
    return f"{prefix}.{region}.amazonaws.com"


@cache
def endpoint_prefix(service: str) -> str:
    """Returns the endpoint prefix of a service by botocore's name: `monitoring` for `cloudwatch`."""
    try:
        return str(botocore.session.get_session().get_service_model(service).endpoint_prefix)
    except UnknownServiceError:
        return service
