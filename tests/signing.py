"""Signed mail for tests: a key made once, letters signed with it, and what a DNS that knows it would say."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from dkim.crypto import EMSA_PKCS1_v1_5_encode

from intake.errors import TransientError

SIGNED_FIELDS = (b"from", b"to", b"subject")


@cache
def key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def key_record(bits: int = 2048, *, tags: str = "") -> bytes:
    """The TXT record that publishes the key."""
    public = (
        key(bits)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return f"v=DKIM1; k=rsa; {tags}p={base64.b64encode(public).decode()}".encode()


def mail(
    *fields: str,
    sender: str = "Mira <mira@larkfield.example>",
    body: str = "Here it is.\r\n",
) -> bytes:
    lines = [f"From: {sender}", "To: intake@studio.example", "Subject: Deck", *fields, "", body]
    return "\r\n".join(lines).encode()


@cache
def signed(
    octets: bytes,
    *,
    domain: str = "larkfield.example",
    selector: str = "s1",
    bits: int = 2048,
    length: bool = False,
    canonicalization: tuple[bytes, bytes] = (b"relaxed", b"relaxed"),
    signed_fields: Sequence[bytes] = SIGNED_FIELDS,
) -> bytes:
    """The message with a DKIM-Signature on top."""
    private = key(bits).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    line: bytes = dkim.sign(
        octets,
        selector.encode(),
        domain.encode(),
        private,
        canonicalize=canonicalization,
        include_headers=list(signed_fields),
        length=length,
    )
    return line + octets


def signed_by_hand(octets: bytes, primes: tuple[int, int], *, fields: Sequence[str]) -> bytes:
    """As `signed`, with what dkimpy would not sign: short keys, and without the From field."""
    one, other = primes
    private = pow(65537, -1, (one - 1) * (other - 1))
    head, _, body = octets.partition(b"\r\n\r\n")
    values = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    claim = base64.b64encode(sha256(body.rstrip(b"\r\n") + b"\r\n").digest()).decode()
    tags = (
        f"v=1; a=rsa-sha256; c=relaxed/simple; d=larkfield.example; s=s1; "
        f"h={':'.join(fields)}; bh={claim}; b="
    )
    lines = [f"{name.lower()}:{values[name]}\r\n" for name in fields]
    hashed = sha256("".join([*lines, f"dkim-signature:{tags}"]).encode())
    size = ((one * other).bit_length() + 7) // 8
    padded = int.from_bytes(EMSA_PKCS1_v1_5_encode(hashed, size), "big")
    signature = pow(padded, private, one * other).to_bytes(size, "big")
    return f"DKIM-Signature: {tags}{base64.b64encode(signature).decode()}\r\n".encode() + octets


def record_of(primes: tuple[int, int]) -> bytes:
    """The TXT record that publishes the key made of these primes."""
    numbers = b"".join(
        _der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))
        for number in (primes[0] * primes[1], 65537)
    )
    return b"v=DKIM1; p=" + base64.b64encode(_der(0x30, numbers))


def _der(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x82, *len(content).to_bytes(2, "big")]) + content


@dataclass(slots=True)
class Zone:
    """A DNS of a few names. What is `down` cannot be asked at the moment; `asked` keeps every question."""

    records: Mapping[str, Sequence[bytes]]
    down: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> tuple[bytes, ...]:
        self.asked.append(name)
        if name in self.down:
            raise TransientError("DNS is down.")
        return tuple(self.records.get(name, ()))


def zone(domain: str = "larkfield.example", *, policy: str = "", bits: int = 2048) -> Zone:
    """A DNS with that domain's key, and its DMARC policy where one is given."""
    records = {f"s1._domainkey.{domain}": [key_record(bits)]}
    if policy:
        records[f"_dmarc.{domain}"] = [policy.encode()]
    return Zone(records)
