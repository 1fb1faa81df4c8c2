"""Certificates that belong together, and those that must be made anew."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography import x509

from scripts.base import certificates
from scripts.base.certificates import Issued, issue, self_signed

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def issued() -> Issued:
    return issue("unit")


@pytest.fixture(scope="module")
def other() -> Issued:
    return issue("unit")  # by the same name, so that only keys tell the two apart


def test_certificate_key_and_authority_belong_together(issued: Issued) -> None:
    assert issued.is_valid()
    authority = x509.load_pem_x509_certificate(issued.authority)
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert b"PRIVATE" not in issued.authority + issued.certificate


@pytest.mark.parametrize(
    "change",
    [
        lambda mine, other: replace(mine, authority=other.authority),
        lambda mine, other: replace(mine, certificate=other.certificate),
        lambda mine, other: replace(mine, key=other.key),
        lambda mine, other: replace(mine, key=b""),
        lambda mine, other: replace(mine, authority=b"-----BEGIN CERTIFICATE-----\n"),
        lambda mine, other: Issued(*self_signed("unit"), authority=mine.authority),
    ],
    ids=["another authority", "another certificate", "another key", "no key", "half a file", "signed by itself"],
)
def test_what_does_not_belong_together_is_not_valid(
    change: Callable[[Issued, Issued], Issued], issued: Issued, other: Issued
) -> None:
    assert not change(issued, other).is_valid()


def test_certificate_that_ends_is_not_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "_VALID_FOR", datetime.timedelta(hours=12))
    assert not issue("unit").is_valid()


def test_certificate_for_another_name_is_not_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(certificates, "_ALTERNATIVES", x509.SubjectAlternativeName([x509.DNSName("db.example")]))
        elsewhere = issue("unit")
    assert not elsewhere.is_valid()
