"""What a web identity token (a JWT) says of its owner. Its signature is not verified: the emulator asks no provider.

Sources: RFC 7519 (JWT); IAM guide, reference_policies_iam-condition-keys.html, "Available keys for AWS OIDC
federation".
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glue_aurora.parity.identity.policy import list_of, text_of

_PARTS = 3


@dataclass(frozen=True)
class Token:
    """The claims of a token."""

    claims: Mapping[str, Any]

    @classmethod
    def read(cls, text: str) -> "Token":
        """Returns the token of a JWT's text.

        Raises:
            ValueError: it is no JWT, or lacks issuer, subject, audience or end.
        """
        parts = text.split(".")
        if len(parts) != _PARTS:
            raise ValueError("it has not the three parts of a JWT")
        try:
            claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        except (binascii.Error, UnicodeDecodeError, json.JSONDecodeError):
            raise ValueError("its second part is not JSON in base64url") from None
        if not isinstance(claims, dict):
            raise ValueError("its claims are not a JSON object")
        missing = [name for name in ("iss", "sub", "aud", "exp", "iat") if not claims.get(name)]
        if missing:
            raise ValueError(f"it lacks the claim {missing[0]}")
        if not isinstance(claims["exp"], int | float):
            raise ValueError("its claim exp is not a number")
        return cls(claims)

    @property
    def issuer(self) -> str:
        """Returns the issuer as ARNs and condition keys name it: without `https://` and without a slash at its end."""
        return str(self.claims["iss"]).removeprefix("https://").rstrip("/")

    @property
    def ends(self) -> float:
        """Returns when the token ends, in seconds since 1970."""
        return float(self.claims["exp"])

    @property
    def audiences(self) -> list[str]:
        """Returns for whom the token is: `azp` where it has one, else `aud`."""
        return [text_of(each) for each in list_of(self.claims.get("azp") or self.claims["aud"])]

    def keys(self) -> dict[str, tuple[str, ...]]:
        """Returns the condition keys that every provider's tokens have, in lower case."""
        found = {
            "aud": self.audiences,
            "sub": [text_of(self.claims["sub"])],
            "amr": [text_of(each) for each in list_of(self.claims.get("amr"))],
            "oaud": [text_of(each) for each in list_of(self.claims["aud"])] if self.claims.get("azp") else [],
        }
        return {f"{self.issuer}:{name}".lower(): tuple(values) for name, values in found.items() if values}

    def known(self) -> tuple[str, ...]:
        """Returns the condition keys whose absence is known. AWS made keys of some providers' other claims."""
        return tuple(f"{self.issuer}:{name}".lower() for name in ("aud", "sub", "amr", "oaud"))
