"""Security configurations. They are kept and name a run's log groups; the encryption itself is not applied to runs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.glue.errors import AlreadyExistsError, EntityNotFoundError
from glue_aurora.glue.pagination import page
from glue_aurora.glue.store import store_for


def create_security_configuration(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """CreateSecurityConfiguration."""
    store = store_for(context)
    name = request["Name"]
    with store.lock:
        if name in store.security_configurations:
            raise AlreadyExistsError("Security configuration", name)
        created = datetime.now(UTC)
        store.security_configurations[name] = {
            "Name": name,
            "CreatedTimeStamp": created,
            "EncryptionConfiguration": request["EncryptionConfiguration"],
        }
        return {"Name": name, "CreatedTimestamp": created}


def get_security_configuration(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """GetSecurityConfiguration."""
    store = store_for(context)
    with store.lock:
        configuration = store.security_configurations.get(request["Name"])
        if configuration is None:
            raise _not_found(request["Name"])
        return {"SecurityConfiguration": configuration}


def get_security_configurations(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """GetSecurityConfigurations."""
    store = store_for(context)
    with store.lock:
        ordered = [store.security_configurations[name] for name in sorted(store.security_configurations)]
    chosen, token = page(ordered, request, key=lambda item: str(item["Name"]))
    return {"SecurityConfigurations": chosen, "NextToken": token}


def delete_security_configuration(context: RequestContext, request: Mapping[str, Any]) -> None:
    """DeleteSecurityConfiguration."""
    store = store_for(context)
    with store.lock:
        if store.security_configurations.pop(request["Name"], None) is None:
            raise _not_found(request["Name"])


def _not_found(name: str) -> EntityNotFoundError:
    return EntityNotFoundError(f"Security configuration {name} not found.")
