"""Connections. They are kept as given: a run checks at its start that the subnet and the security groups serve."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.glue.dialect import PAGES, TAGS
from glue_aurora.glue.errors import AlreadyExistsError, EntityNotFoundError, InvalidInputError, UnsupportedValueError
from glue_aurora.glue.store import store_of
from glue_aurora.glue.tags import remove_tags, set_initial_tags

# Types that only carry properties and a place in a network. The others bring connectors that the worker does not have.
_SUPPORTED_TYPES = frozenset({"NETWORK", "JDBC", "KAFKA", "MONGODB"})
_UNSUPPORTED_MEMBERS = ("AuthenticationConfiguration", "SparkProperties", "AthenaProperties", "PythonProperties")
_PASSWORDS = frozenset({"PASSWORD", "KAFKA_CLIENT_KEYSTORE_PASSWORD", "KAFKA_CLIENT_KEY_PASSWORD"})


def create_connection(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Creates a connection of type NETWORK, JDBC, KAFKA or MONGODB, without a test of the data store."""
    _check_catalog(context, request)
    definition = request["ConnectionInput"]
    _check(definition)
    tags = TAGS.checked(request.get("Tags", {}))
    store = store_of(context)
    name = definition["Name"]
    if name in store.connections:
        raise AlreadyExistsError("Connection", name)
    store.connections[name] = _connection(definition, created=datetime.now(UTC))
    set_initial_tags(context, "connection", name, tags)
    return {"CreateConnectionStatus": "READY"}


def get_connection(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns a connection. HidePassword leaves passwords out of its properties."""
    _check_catalog(context, request)
    store = store_of(context)
    connection = store.connections.get(request["Name"])
    if connection is None:
        raise _not_found(request["Name"])
    return {"Connection": _shown(connection, request.get("HidePassword", False))}


def get_connections(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the connections that have the filter's type and all of its MatchCriteria."""
    _check_catalog(context, request)
    wanted = request.get("Filter", {})
    store = store_of(context)
    matching = [
        _shown(connection, request.get("HidePassword", False))
        for _, connection in sorted(store.connections.items())
        if wanted.get("ConnectionType") in (None, connection["ConnectionType"])
        and set(wanted.get("MatchCriteria", ())) <= set(connection.get("MatchCriteria", ()))
    ]
    return PAGES.page(request, "ConnectionList", matching, key=lambda item: str(item["Name"]))


def update_connection(context: RequestContext, request: Mapping[str, Any]) -> None:
    """Replaces the whole definition of a connection."""
    _check_catalog(context, request)
    definition = request["ConnectionInput"]
    _check(definition)
    store = store_of(context)
    name = request["Name"]
    existing = store.connections.get(name)
    if existing is None:
        raise _not_found(name)
    if definition["Name"] != name:
        raise InvalidInputError(f"The name of connection {name} cannot be changed to {definition['Name']}.")
    store.connections[name] = _connection(definition, created=existing["CreationTime"])


def delete_connection(context: RequestContext, request: Mapping[str, Any]) -> None:
    """Deletes a connection."""
    _check_catalog(context, request)
    store = store_of(context)
    if store.connections.pop(request["ConnectionName"], None) is None:
        raise _not_found(request["ConnectionName"])
    remove_tags(context, "connection", request["ConnectionName"])


def _connection(definition: Mapping[str, Any], created: datetime) -> dict[str, Any]:
    kept = {
        name: value
        for name, value in definition.items()
        if name not in ("ValidateCredentials", "ValidateForComputeEnvironments")
    }
    return {
        **kept,
        "CreationTime": created,
        "LastUpdatedTime": datetime.now(UTC),
        "Status": "READY",
        "ConnectionSchemaVersion": 1,
    }


def _shown(connection: Mapping[str, Any], hide_password: bool) -> dict[str, Any]:
    hidden = _PASSWORDS if hide_password else frozenset[str]()
    properties = {key: value for key, value in connection["ConnectionProperties"].items() if key not in hidden}
    return {**connection, "ConnectionProperties": properties}


def _check(definition: Mapping[str, Any]) -> None:
    kind = definition["ConnectionType"]
    properties = definition["ConnectionProperties"]
    if kind not in _SUPPORTED_TYPES:
        raise UnsupportedValueError(f"Connection type {kind}", f"Use one of {', '.join(sorted(_SUPPORTED_TYPES))}.")
    for member in _UNSUPPORTED_MEMBERS:
        if definition.get(member):
            raise UnsupportedValueError(f"{member} of a connection", "Leave it out.")
    if kind == "NETWORK" and not definition.get("PhysicalConnectionRequirements"):
        raise InvalidInputError("A connection of type NETWORK needs PhysicalConnectionRequirements.")
    if kind == "JDBC":
        if "JDBC_CONNECTION_URL" not in properties:
            raise InvalidInputError("A connection of type JDBC needs the property JDBC_CONNECTION_URL.")
        if "SECRET_ID" not in properties and not {"USERNAME", "PASSWORD"} <= properties.keys():
            raise InvalidInputError("A connection of type JDBC needs USERNAME and PASSWORD, or SECRET_ID.")


def _check_catalog(context: RequestContext, request: Mapping[str, Any]) -> None:
    if request.get("CatalogId", context.account_id) != context.account_id:
        raise UnsupportedValueError("The Data Catalog of another account", "Leave CatalogId out.")


def _not_found(name: str) -> EntityNotFoundError:
    return EntityNotFoundError(f"Connection {name} not found.")
