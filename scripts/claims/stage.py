"""The things that claims are about, each made when the first claim asks for it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from scripts.claims import names
from scripts.claims.place import Place
from scripts.claims.things import ROLES, THINGS


class Stage:
    """What one run makes in a place: names of its own, things, and sessions of roles.

    `stage.bucket`, `stage.vpc` and so on make the thing at the first use. Each returns its name, id or ARN.
    """

    def __init__(self, place: Place) -> None:
        self.place: Place = place
        self.token = f"{names.PREFIX}-{secrets.token_hex(4)}"
        self.made: dict[str, str] = {}
        self._sessions: dict[str, Mapping[str, Any]] = {}

    @property
    def account(self) -> str:
        return self.place.account

    @property
    def region(self) -> str:
        return self.place.region

    def name(self, what: str) -> str:
        """Returns a name that tells the run. Nothing else in the account has it."""
        return f"{self.token}-{what}"

    def __getattr__(self, thing: str) -> str:
        if thing not in THINGS:
            raise AttributeError(thing)
        if thing not in self.made:
            self.made[thing] = THINGS[thing].make(self)
        return self.made[thing]

    def client(self, service: str, asked_by: str = "") -> Any:
        """Returns a client of the caller, or of a session of the role `asked_by`."""
        return self.place.client(service, self._session(asked_by)["Credentials"] if asked_by else None)

    def _session(self, role: str) -> Mapping[str, Any]:
        if role not in self._sessions:
            self._sessions[role] = ROLES[role].assume(self)
        return self._sessions[role]

    def known(self) -> dict[str, str]:
        """Returns the values that a recording replaces, with their placeholders."""
        found = {session["AssumedRoleUser"]["Arn"]: "{session}" for session in self._sessions.values()}
        found |= {value: f"{{{thing}}}" for thing, value in self.made.items() if self.token not in value}
        # The ARN of a secret ends with six characters of AWS.
        found |= {value: f"{{{thing}}}" for thing, value in self.made.items() if ":secret:" in value}
        found[self.token] = "{prefix}"
        found[self.account] = "{account}"
        found[self.region] = "{region}"
        if self.place.caller:
            found[self.place.caller] = "{caller}"
        return found


class Plan(Stage):
    """A stage that makes nothing: it notes which things a request needs, and gives placeholders for them."""

    def __init__(self) -> None:
        super().__init__(Place("{account}", "{region}", "{caller}"))
        self.token = "{prefix}"  # noqa: S105 - a placeholder

    def __getattr__(self, thing: str) -> str:
        if thing not in THINGS:
            raise AttributeError(thing)
        self.need(thing)
        return f"{{{thing}}}"

    def need(self, thing: str) -> None:
        """Notes a thing, and those that it is made of."""
        for other in THINGS[thing].of:
            self.need(other)
        self.made.setdefault(thing, "")
