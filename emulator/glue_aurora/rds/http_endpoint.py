"""Switches a cluster's HTTP endpoint, the Data API, on and off. The package `rds_data` makes its answers.

CreateDBCluster sets it. Where Aurora is provisioned, Serverless v2 included, two operations of its own change it
(Aurora User Guide, "Enabling the Amazon RDS Data API"). Terraform's provider does the same (hashicorp/aws 5.100.0,
internal/service/rds/cluster.go, enableHTTPEndpointProvisioned).
"""

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.rds.store import store_of
from glue_aurora.service.errors import ApiError, NotSupportedError


def enable(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Switches the Data API of a cluster on.

    Raises:
        ApiError: ResourceNotFoundFault.
    """
    return _set(context, request, True)


def disable(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Switches the Data API of a cluster off.

    Raises:
        ApiError: ResourceNotFoundFault.
    """
    return _set(context, request, False)


def refuse_in_modify(request: Mapping[str, Any]) -> None:
    """Refuses EnableHttpEndpoint in ModifyDBCluster: AWS ignores it unless the cluster is Serverless v1.

    Raises:
        NotSupportedError: the request has it.
    """
    if request.get("EnableHttpEndpoint"):
        raise NotSupportedError(
            "EnableHttpEndpoint in ModifyDBCluster",
            "AWS ignores it unless the cluster is Serverless v1: use the operation EnableHttpEndpoint.",
        )


def _set(context: RequestContext, request: Mapping[str, Any], enabled: bool) -> dict[str, Any]:
    arn = request["ResourceArn"]
    cluster = next((one for one in store_of(context).clusters.values() if one.arn == arn), None)
    if cluster is None:
        raise ApiError("ResourceNotFoundFault", f"The specified resource {arn} was not found.", 404)
    cluster.http_endpoint = enabled
    return {"ResourceArn": arn, "HttpEndpointEnabled": enabled}
