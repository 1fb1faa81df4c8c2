"""Certificates for the servers on 127.0.0.1, and trust stores for Java."""

from __future__ import annotations

import datetime
import ipaddress
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_java_truststore
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from scripts.base.files import write_whole

_ALTERNATIVES = x509.SubjectAlternativeName(
    [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
)
_VALID_FOR = datetime.timedelta(days=3650)


@dataclass(frozen=True)
class Issued:
    """A server's certificate, its private key, and the authority that signed the certificate, all as PEM."""

    certificate: bytes
    key: bytes
    authority: bytes

    def is_valid(self) -> bool:
        """Returns whether the three belong together and clients on 127.0.0.1 can use them for another day."""
        try:
            certificate = x509.load_pem_x509_certificate(self.certificate)
            key = serialization.load_pem_private_key(self.key, None)
            certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(self.authority))
            names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except (InvalidSignature, TypeError, ValueError, x509.ExtensionNotFound):
            return False
        tomorrow = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
        return (
            certificate.public_key() == key.public_key()
            and set(_ALTERNATIVES) <= set(names)
            and certificate.not_valid_after_utc > tomorrow
        )


def issue(common_name: str) -> Issued:
    """Makes a certificate for 127.0.0.1 and localhost, signed by a new authority. Both are valid for ten years.

    The function keeps no copy of the authority's key, so the authority never signs anything else.
    """
    authority_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    authority_name = _name(f"{common_name} authority")
    usage = {"key_cert_sign": True, "crl_sign": True}
    others = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    usage |= dict.fromkeys((*others, "encipher_only", "decipher_only"), False)
    authority_id = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    authority = (
        _builder(authority_name, authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(authority_id, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = (
        _builder(_name(common_name), authority_name, key.public_key())
        .add_extension(_ALTERNATIVES, critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority_id),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return Issued(certificate.public_bytes(pem), _private_bytes(key), authority.public_bytes(pem))


def self_signed(common_name: str) -> tuple[bytes, bytes]:
    """Makes a certificate for 127.0.0.1 and localhost, valid for ten years. Returns it and its private key as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = _name(common_name)
    certificate = (
        _builder(name, name, key.public_key()).add_extension(_ALTERNATIVES, critical=False).sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM), _private_bytes(key)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + _VALID_FOR)
    )


def _private_bytes(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def write_private(path: Path, content: bytes) -> None:
    """Writes a file that only its owner may read (0600)."""
    write_whole(path, content, 0o600)


def write_java_trust_store(path: Path, certificates: Iterable[bytes]) -> None:
    """Writes DER certificates as a PKCS#12 trust store without a password."""
    with warnings.catch_warnings(action="ignore"):  # some public authorities have serial numbers that RFC 5280 forbids
        entries = [
            PKCS12Certificate(x509.load_der_x509_certificate(der), f"ca-{n}".encode())
            for n, der in enumerate(certificates)
        ]
        write_whole(path, serialize_java_truststore(entries, serialization.NoEncryption()))
