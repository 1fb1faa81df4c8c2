"""DB cluster parameter groups and DB parameter groups: one behaviour under two sets of names."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.rds import databases, effects, faults
from glue_aurora.rds.dialect import page
from glue_aurora.rds.models import ParameterGroup, Setting
from glue_aurora.rds.parameter import Parameter
from glue_aurora.rds.parameter_catalogue import CATALOGUE, CATALOGUE_OF_INSTANCES
from glue_aurora.rds.requests import check_printable, identifier, refuse_unknown_members, required, tags_of
from glue_aurora.rds.store import RdsStore, arn, store_of
from glue_aurora.service.dispatch import Handler
from glue_aurora.service.errors import ApiError, NotSupportedError
from glue_aurora.service.nulls import without_nothing

FAMILY = f"aurora-postgresql{databases.MAJOR_VERSION}"
DEFAULT_GROUP = f"default.{FAMILY}"
# Families of other engines that RDS has (RDS API reference, CreateDBParameterGroup, DBParameterGroupFamily).
_OTHER_ENGINES = re.compile(
    r"aurora-mysql(5\.7|8\.0|8\.4)|mysql(5\.[5-7]|8\.[04])|postgres(9\.[3-6]|1[0-8])|mariadb(10\.\d+|11\.\d+)"
    r"|(oracle|sqlserver|db2|custom)-.+|(docdb|neptune)[\d.]+"
)
_OWN_ENGINE = re.compile(r"aurora-postgresql(1[1-8])")
_MOST_PARAMETERS = 20  # of one Modify or Reset request


@dataclass(frozen=True)
class Kind:
    """How one kind of parameter group is named in operations, members and ARNs."""

    shape: str
    parameters_operation: str
    arn_kind: str
    catalogue: Mapping[str, Parameter]
    groups: Callable[[RdsStore], dict[str, ParameterGroup]]
    users: Callable[[RdsStore, str], list[str]]
    changed: Callable[[RequestContext, str, Mapping[str, Setting | None]], None]

    @property
    def name_member(self) -> str:
        return f"{self.shape}Name"

    def find(self, context: RequestContext, name: str) -> ParameterGroup:
        """Returns the group. The default group needs no CreateDBParameterGroup.

        Raises:
            ApiError: DBParameterGroupNotFound.
        """
        groups = self.groups(store_of(context))
        group = groups.get(name.lower())
        prefix, _, family = name.lower().partition(".")
        if group is None and prefix == "default" and _OWN_ENGINE.fullmatch(family):
            description = f"Default {'cluster ' if 'Cluster' in self.shape else ''}parameter group for {family}"
            group = ParameterGroup(name.lower(), arn(context, self.arn_kind, name.lower()), family, description)
            groups[name.lower()] = group
        if group is None:
            raise ApiError("DBParameterGroupNotFound", f"{self.shape} not found: {name}", 404)
        return group

    def usable(self, context: RequestContext, name: str | None) -> str:
        """Returns the name of the group that a cluster or instance asks for, else that of the default group.

        Raises:
            ApiError: DBParameterGroupNotFound, InvalidParameterCombination for the group of another version.
        """
        group = self.find(context, name or DEFAULT_GROUP)
        if group.family != FAMILY:
            raise faults.invalid_combination(
                f"The parameter group {group.name} with DBParameterGroupFamily {group.family} can't be used for this "
                f"instance. Use a parameter group with DBParameterGroupFamily {FAMILY}."
            )
        return group.name

    def create(self, context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
        """Creates a parameter group. Only those of the family aurora-postgresql16 have parameters here."""
        refuse_unknown_members(
            f"Create{self.shape}", request, (self.name_member, "DBParameterGroupFamily", "Description", "Tags")
        )
        name = identifier(request, self.name_member, longest=255)
        family = required(request, "DBParameterGroupFamily")
        if not _OWN_ENGINE.fullmatch(family):
            if _OTHER_ENGINES.fullmatch(family):
                raise _other_family(family)
            raise faults.invalid_value(f"ParameterGroupFamily {family} is not a valid parameter group family")
        groups = self.groups(store_of(context))
        if name in groups:
            raise faults.parameter_group_exists(name)
        description = required(request, "Description")
        check_printable(request, "Description")
        groups[name] = ParameterGroup(
            name, arn(context, self.arn_kind, name), family, description, tags=tags_of(request)
        )
        return {self.shape: self.answer(groups[name])}

    def describe(self, context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
        """Returns one parameter group or all."""
        refuse_unknown_members(f"Describe{self.shape}s", request, (self.name_member, "MaxRecords", "Marker"))
        name = request.get(self.name_member)
        groups = [self.find(context, name)] if name else list(self.groups(store_of(context)).values())
        return page(request, f"{self.shape}s", groups, self.answer, key=lambda group: group.name)

    def modify(self, context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
        """Sets parameters. Those applied immediately change PostgreSQL's settings for the group's clusters."""
        group = self._own(context, request)
        changes: dict[str, Setting | None] = {}
        for change in self._parameters(request):
            parameter = self._known(required(change, "ParameterName"))
            value = change.get("ParameterValue")
            if value is None:
                raise faults.invalid_value(f"The parameter ParameterValue must be provided for {parameter.name}.")
            parameter.check(value)
            changes[parameter.name] = Setting(value, _method(parameter, change))
        self._apply(context, group, changes)
        return {self.name_member: group.name}

    def reset(self, context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
        """Gives parameters their defaults again."""
        group = self._own(context, request)
        changes: dict[str, Setting | None] = {}
        if request.get("ResetAllParameters"):
            changes = dict.fromkeys(group.settings)
        else:
            for change in self._parameters(request):
                parameter = self._known(required(change, "ParameterName"))
                _method(parameter, change)
                changes[parameter.name] = None
        self._apply(context, group, changes)
        return {self.name_member: group.name}

    def delete(self, context: RequestContext, request: Mapping[str, Any]) -> None:
        """Deletes a parameter group that nothing uses."""
        group = self._modifiable(context, request)
        users = self.users(store_of(context), group.name)
        if users:
            raise faults.parameter_group_state(
                f"One or more database instances are still members of this parameter group {group.name}, "
                f"so the group cannot be deleted: {', '.join(users)}"
            )
        del self.groups(store_of(context))[group.name]

    def parameters(self, context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the parameters of a group that the emulator knows, with their values."""
        supported = (self.name_member, "Source", "MaxRecords", "Marker")
        refuse_unknown_members(self.parameters_operation, request, supported)
        group = self.find(context, required(request, self.name_member))
        if group.family != FAMILY:
            raise _other_family(group.family)
        source = request.get("Source")
        answers = [_answer(parameter, group) for parameter in self.catalogue.values()]
        wanted = [one for one in answers if source in (None, "", one["Source"])]
        return page(request, "Parameters", wanted, dict, key=lambda one: str(one["ParameterName"]))

    def answer(self, group: ParameterGroup) -> dict[str, Any]:
        """Returns the group as the API's DBClusterParameterGroup or DBParameterGroup."""
        return {
            self.name_member: group.name,
            f"{self.shape}Arn": group.arn,
            "DBParameterGroupFamily": group.family,
            "Description": group.description,
        }

    def handlers(self) -> dict[str, Handler]:
        """Returns the operations of this kind, each with its handler."""
        return {
            f"Create{self.shape}": self.create,
            f"Describe{self.shape}s": self.describe,
            f"Modify{self.shape}": self.modify,
            f"Reset{self.shape}": self.reset,
            f"Delete{self.shape}": self.delete,
            self.parameters_operation: self.parameters,
        }

    def _modifiable(self, context: RequestContext, request: Mapping[str, Any]) -> ParameterGroup:
        group = self.find(context, required(request, self.name_member))
        if group.name.startswith("default."):
            raise faults.parameter_group_state(
                f"The default parameter group {group.name} cannot be modified or deleted."
            )
        return group

    def _own(self, context: RequestContext, request: Mapping[str, Any]) -> ParameterGroup:
        group = self._modifiable(context, request)
        if group.family != FAMILY:
            raise _other_family(group.family)
        return group

    def _known(self, name: str) -> Parameter:
        parameter = self.catalogue.get(name)
        if parameter is None:
            only_of_clusters = name in CATALOGUE
            if not only_of_clusters and databases.has_setting(name):
                raise NotSupportedError(f"Parameter {name}", "Add it to glue_aurora/rds/parameter_catalogue.py.")
            remedy = "Set it in the cluster's parameter group. Instances do not have it." if only_of_clusters else ""
            raise faults.invalid_value(f"Could not find parameter with name: {name}", remedy)  # [AWS]
        if not parameter.modifiable:
            raise faults.invalid_value(f"The parameter {name} cannot be modified.")
        return parameter

    def _parameters(self, request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        parameters: list[Mapping[str, Any]] = request.get("Parameters") or []
        if not 0 < len(parameters) <= _MOST_PARAMETERS:
            raise faults.invalid_value(f"Between 1 and {_MOST_PARAMETERS} parameters can be changed by one request.")
        return parameters

    def _apply(self, context: RequestContext, group: ParameterGroup, changes: Mapping[str, Setting | None]) -> None:
        before = dict(group.settings)
        for name, setting in changes.items():
            if setting is None:
                group.settings.pop(name, None)
            else:
                group.settings[name] = setting
        try:
            self.changed(context, group.name, changes)
        except Exception:
            group.settings = before
            raise


def _other_family(family: str) -> NotSupportedError:
    return NotSupportedError(
        f"Parameter group family {family}", f"PostgreSQL {databases.MAJOR_VERSION} stands behind: use {FAMILY}."
    )


def _method(parameter: Parameter, change: Mapping[str, Any]) -> str:
    method = change.get("ApplyMethod") or "pending-reboot"
    if method not in ("immediate", "pending-reboot"):
        raise faults.invalid_value(f"Invalid apply method: {method}. Allowed values are: immediate, pending-reboot")
    if method == "immediate" and parameter.apply_type == "static":
        raise faults.invalid_combination(f"cannot use immediate apply method for static parameter: {parameter.name}")
    return str(method)


def _answer(parameter: Parameter, group: ParameterGroup) -> dict[str, Any]:
    setting = group.settings.get(parameter.name)
    answer = parameter.answer()
    if setting:
        answer |= {"ParameterValue": setting.value, "ApplyMethod": setting.apply_method, "Source": "user"}
    else:
        answer |= {
            "ParameterValue": parameter.default,
            "Source": "engine-default" if parameter.default is None else "system",
        }
    return without_nothing(answer)


CLUSTER = Kind(
    shape="DBClusterParameterGroup",
    parameters_operation="DescribeDBClusterParameters",
    arn_kind="cluster-pg",
    catalogue=CATALOGUE,
    groups=lambda store: store.cluster_parameter_groups,
    users=lambda store, name: [one.identifier for one in store.clusters.values() if one.parameter_group == name],
    changed=effects.cluster_parameters_changed,
)
INSTANCE = Kind(
    shape="DBParameterGroup",
    parameters_operation="DescribeDBParameters",
    arn_kind="pg",
    catalogue=CATALOGUE_OF_INSTANCES,
    groups=lambda store: store.parameter_groups,
    users=lambda store, name: [one.identifier for one in store.instances.values() if one.parameter_group == name],
    changed=lambda context, name, changes: None,
)
