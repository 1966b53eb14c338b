"""Checks a message's own DKIM signatures (RFC 6376) against its From domain, as DMARC (RFC 7489) wants them aligned.

For mail that no trusted server vouches for. The only importer of dkimpy, which is handed a bounded header block and never
a body; keys and policies come from the resolver that the caller hands in. Whatever is odd is nobody's signature.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from intake.domains import a_labels, is_aligned, organisational_domain
from intake.errors import TransientError
from intake.model import Address, Authentication

# It logs signatures and names when it is asked to; nothing personal may reach a log.
logging.getLogger("dkimpy").addHandler(logging.NullHandler())
logging.getLogger("dkimpy").propagate = False

Resolver = Callable[[str], tuple[bytes, ...]]
"""The TXT records of a name, () where there are none; raises TransientError where nobody can tell at the moment."""

MOST_SIGNATURES = 5
MOST_HEADER_OCTETS = 256 * 1024
_MOST_FIELDS = 1000
_MOST_SIGNED_FIELDS = 100
_MOST_SIGNATURE_OCTETS = 8192
_MOST_KEY_OCTETS = 1024
"""An RSA key of 4,096 bits takes 750; a longer one, or a great exponent, would take minutes to calculate with."""
_LEAST_KEY_BITS = 1024
_LONG_BLANKS = re.compile(rb"\s{64}")
"""dkimpy's own patterns go back and forth over blanks."""
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
_BARE = re.compile(rb"\r(?!\n)|\0")
_ONCE = frozenset(
    {
        b"from",
        b"sender",
        b"reply-to",
        b"subject",
        b"date",
        b"message-id",
        b"mime-version",
        b"content-type",
        b"content-transfer-encoding",
    }
)
"""Fields of which a message has one (RFC 5322 3.6, 2045): with a second one, nobody knows which was signed."""
_DNS_NAME = re.compile(r"(?!.{254})[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+")

_Tags = dict[bytes, bytes]


def authenticate(octets: bytes, *, sender: Address, resolver: Resolver) -> Authentication:
    """Whether a signature of the From domain holds; `sender` is the one mailbox of From, as it was parsed.

    PASS: one does, and it is aligned as the domain's DMARC policy asks for. FAIL: one was broken, none holds, and the domain
    wants such mail refused. NONE: everything else, and whatever DNS cannot answer at the moment. At most seven questions go to
    the resolver, each name once.
    """
    domain = a_labels(sender.rpartition("@")[2])
    signed = _read(octets, sender)
    if signed is None:
        return Authentication.NONE
    try:
        return _verdict(signed, domain, cache(resolver))
    except TransientError:
        return Authentication.NONE


def _verdict(signed: _Signed, domain: str, resolver: Resolver) -> Authentication:
    broken = False
    for signature in islice(_of_domain(signed, domain), MOST_SIGNATURES):
        holds = _holds(signed, signature, resolver)
        if holds and _is_enough(signature.domain, domain, resolver):
            return Authentication.PASS
        broken = broken or holds is False
    if broken and _policy(domain, resolver).refuses:
        return Authentication.FAIL
    return Authentication.NONE


def _is_enough(signer: str, domain: str, resolver: Resolver) -> bool:
    """The very domain always is; another one of its organisation unless the policy asks for strict alignment."""
    return is_aligned(signer, domain, strict=True) or not _policy(domain, resolver).strict


# ---------------------------------------------------------------- the message


@dataclass(frozen=True, slots=True)
class _Signed:
    """A header block that can only be read in one way, in dkimpy's hands, and the octets that follow it."""

    verifier: dkim.DKIM = field(repr=False)
    body: memoryview = field(repr=False)
    body_hashes: dict[bytes, bytes] = field(default_factory=dict, repr=False)
    """SHA-256 by canonicalization, each calculated once."""


@dataclass(frozen=True, slots=True)
class _Signature:
    """One DKIM-Signature field that may be used: its place among them, its tags and the domain that signed."""

    index: int
    tags: _Tags = field(repr=False)
    domain: str = field(repr=False)


def _read(octets: bytes, sender: Address) -> _Signed | None:
    """The message, if its header leaves no doubt about what was signed; None for every other."""
    end = _END_OF_HEADER.search(octets, 0, MOST_HEADER_OCTETS)
    if end is None:
        return None
    block = octets[: end.start()]
    if _BARE.search(block):  # a line's end to us, and none to those who signed
        return None
    try:
        verifier = dkim.DKIM(block + b"\r\n\r\n", minkey=_LEAST_KEY_BITS)
    except Exception:  # noqa: BLE001  # anything can come out of a third-party parser
        return None
    names = [name.lower() for name, _ in verifier.headers]
    if len(names) > _MOST_FIELDS or any(names.count(name) > 1 for name in _ONCE):
        return None
    written = b"".join(value for name, value in verifier.headers if name.lower() == b"from")
    if sender.encode() not in written.lower():
        return None
    return _Signed(verifier, memoryview(octets)[end.end() :])


def _of_domain(signed: _Signed, domain: str) -> Iterator[_Signature]:
    """The usable signatures of the From domain's organisation; others say nothing about it."""
    fields = [value for name, value in signed.verifier.headers if name.lower() == b"dkim-signature"]
    for index, value in enumerate(fields):
        tags = _tags(value)
        signer = tags.get(b"d", b"").decode("ascii", "replace").lower()
        if _is_usable(value, tags) and is_aligned(signer, domain):
            yield _Signature(index, tags, signer)


def _tags(value: bytes) -> _Tags:
    """The tags of a tag list (RFC 6376 3.2); none where it is broken."""
    try:
        return dict(parse_tag_value(value)) if len(value) <= _MOST_SIGNATURE_OCTETS else {}
    except InvalidTagValueList:
        return {}


def _is_usable(value: bytes, tags: _Tags) -> bool:
    """`l=` lets anybody append (RFC 6376 8.2), SHA-1 is broken (RFC 8301), and From must be signed (RFC 6376 5.4)."""
    signed_fields = [name.strip().lower() for name in tags.get(b"h", b"").split(b":")]
    return (
        b"l" not in tags
        and tags.get(b"a") == b"rsa-sha256"
        and set(tags.get(b"c", b"simple").split(b"/")) <= {b"simple", b"relaxed"}
        and b"from" in signed_fields
        and len(signed_fields) <= _MOST_SIGNED_FIELDS
        and _LONG_BLANKS.search(value) is None
    )


# ---------------------------------------------------------------- one signature


def _holds(signed: _Signed, signature: _Signature, resolver: Resolver) -> bool | None:
    """Whether a signature holds; None where that cannot be told (no key, a key that must not be used, out of date)."""
    selector = signature.tags.get(b"s", b"").decode("ascii", "replace").lower()
    key = _key(f"{selector}._domainkey.{signature.domain}", resolver)
    if key is None:
        return None
    verifier = signed.verifier
    try:
        tags, signed_fields, found = verifier.verify_headerprep(signature.index)
        if _body_hash(signed, tags.get(b"c", b"")) != base64.b64decode(tags.pop(b"bh")):
            return False
        # Without `bh` dkimpy leaves the body to us: its own way with it takes hours where somebody wants it to.
        return bool(
            verifier.verify_sig(tags, signed_fields, found[signature.index], lambda _name, **_: key)
        )
    except Exception:  # noqa: BLE001  # anything can come out of a third-party parser; what it refuses is no signature
        return None


def _key(name: str, resolver: Resolver) -> bytes | None:
    """The one key record of that name, if it may be used: short enough, and not for trying out (RFC 6376 3.6.1)."""
    if _DNS_NAME.fullmatch(name) is None:
        return None
    records = [record for record in resolver(name) if b"p=" in record]
    if len(records) != 1 or len(records[0]) > _MOST_KEY_OCTETS:
        return None
    flags = _tags(records[0]).get(b"t", b"").replace(b" ", b"").split(b":")
    return None if b"y" in flags else records[0]


def _body_hash(signed: _Signed, canonicalization: bytes) -> bytes:
    """SHA-256 of the body in the canonical form (RFC 6376 3.4.3, 3.4.4) that the second half of `c=` names."""
    name = canonicalization.partition(b"/")[2] or b"simple"
    if name not in signed.body_hashes:
        canonical = _canonical_body(bytes(signed.body), relaxed=name == b"relaxed")
        signed.body_hashes[name] = hashlib.sha256(canonical).digest()
    return signed.body_hashes[name]


def _canonical_body(body: bytes, *, relaxed: bool) -> bytes:
    """In time that grows with the size alone, whatever the body is: 50 MB of blanks are no more than 50 MB of text."""
    lines = body.replace(b"\r\n", b"\n")
    if relaxed:
        lines = lines.replace(b"\t", b" ")
        while b"  " in lines:
            lines = lines.replace(b"  ", b" ")
        lines = lines.replace(b" \n", b"\n")
        lines = lines.removesuffix(b" ")
    lines = lines.rstrip(b"\n")
    if relaxed and not lines:
        return b""
    return lines.replace(b"\n", b"\r\n") + b"\r\n"


# ---------------------------------------------------------------- the policy of the domain


@dataclass(frozen=True, slots=True)
class _Policy:
    """What a domain's DMARC record asks for. Without one: relaxed alignment, and nothing is refused."""

    strict: bool = False
    refuses: bool = False


def _policy(domain: str, resolver: Resolver) -> _Policy:
    """The record of the domain, else that of its organisation (RFC 7489 6.6.3)."""
    organisation = organisational_domain(domain)
    for name in dict.fromkeys((domain, organisation or domain)):
        tags = _dmarc(name, resolver)
        if tags is None:
            continue
        inherited = tags.get(b"sp") if name != domain else None
        wanted = (inherited or tags.get(b"p", b"")).lower()
        strict = tags.get(b"adkim", b"r").lower() == b"s"
        return _Policy(strict=strict, refuses=wanted in {b"quarantine", b"reject"})
    return _Policy()


def _dmarc(domain: str, resolver: Resolver) -> _Tags | None:
    name = f"_dmarc.{domain}"
    if _DNS_NAME.fullmatch(name) is None:
        return None
    records = [
        entry for entry in resolver(name) if entry.replace(b" ", b"").startswith(b"v=DMARC1")
    ]
    return _tags(records[0]) if len(records) == 1 else None
