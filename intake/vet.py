"""Decides whether a message is taken, held, discarded or a bounce.

Pure: it reads the message and the policy it is handed. Which mail is automatic is known to `automatic`; here stands
whose word is believed about a sender (RFC 8601), and what follows from all of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import authres

from intake.automatic import (
    automatic,
    has_enclosures,
    is_from_nobody,
    is_own,
    rests_on_subject,
)
from intake.domains import is_aligned
from intake.model import (
    Accepted,
    Address,
    Authentication,
    AutoKind,
    Bounce,
    Discarded,
    Disposition,
    Held,
    HoldReason,
    InboundMessage,
)


@dataclass(frozen=True, slots=True)
class VetPolicy:
    """What the operator decided: our own addresses, whose authentication results are believed, and what is enough."""

    own_addresses: frozenset[Address] = field(repr=False)
    trusted_authserv_ids: frozenset[str]
    accept_unverified: bool


def vet(
    message: InboundMessage,
    *,
    documents: bool,
    policy: VetPolicy,
    own: Authentication = Authentication.NONE,
) -> Disposition:
    """What becomes of a message. `documents`: it holds at least one document or a link that may count.

    `own` is what our own check of its signatures found; it counts where no trusted server says anything of its sender.
    """
    verdict = authentication(message, policy.trusted_authserv_ids)
    verdict = own if verdict is Authentication.NONE else verdict
    auto = automatic(message, policy.own_addresses)
    if auto is None and is_from_nobody(message):
        auto = AutoKind.AUTO_GENERATED
    if auto is AutoKind.BOUNCE:
        of = next((report.of for report in message.bounces), None)
        return Bounce(of=of, authentication=verdict)
    if auto and is_own(message, policy.own_addresses):
        return Discarded(auto, verdict)
    # A subject is weak evidence: what came with files is kept, even if they cannot be opened.
    kept = documents or (has_enclosures(message) and rests_on_subject(message))
    if auto and not kept:
        return Discarded(auto, verdict)
    reason = _reason_to_hold(message, verdict, policy)
    return Held(reason, auto, verdict) if reason else Accepted(auto, verdict)


def too_large(disposition: Disposition) -> Held:
    """What becomes of a message of which only the header was taken, whatever that header says."""
    auto = AutoKind.BOUNCE if isinstance(disposition, Bounce) else disposition.auto
    return Held(HoldReason.TOO_LARGE, auto, disposition.authentication)


def _reason_to_hold(
    message: InboundMessage, verdict: Authentication, policy: VetPolicy
) -> HoldReason | None:
    if message.sender is None:
        return HoldReason.NO_SINGLE_SENDER
    if verdict is Authentication.FAIL:
        return HoldReason.AUTHENTICATION_FAILED
    if verdict is Authentication.NONE and not policy.accept_unverified:
        return HoldReason.UNVERIFIED_SENDER
    return None


# ---------------------------------------------------------------- authentication


def authentication(message: InboundMessage, trusted_authserv_ids: frozenset[str]) -> Authentication:
    """What our own mail server says of the From domain.

    Only the topmost field of a trusted authserv-id counts: a server adds its own on top, what stands below may be the
    sender's invention (RFC 8601 5). DMARC decides; else DKIM or SPF where it vouches for the From domain itself.
    """
    trusted = {name.lower() for name in trusted_authserv_ids}
    values = message.field_values("Authentication-Results")
    believed = next((value for value in values if _authserv_id(value) in trusted), None)
    if believed is None or message.sender is None:
        return Authentication.NONE
    domain = message.sender.address.rpartition("@")[2]
    return _verdict(_results(believed), domain)


def authserv_ids(message: InboundMessage) -> frozenset[str]:
    """The servers that say to have looked at this message; anybody may have written them."""
    values = message.field_values("Authentication-Results")
    return frozenset(name for name in map(_authserv_id, values) if name)


def _authserv_id(value: str) -> str:
    head = re.sub(r"\([^()]*\)", " ", value.partition(";")[0]).split()
    return head[0].strip('"').lower() if head else ""


@dataclass(frozen=True, slots=True)
class _Result:
    """One method's result and the domains that it vouches for."""

    method: str
    result: str
    domains: tuple[str, ...]


def _results(value: str) -> tuple[_Result, ...]:
    try:
        header = authres.AuthenticationResultsHeader.parse_value(value)
    except (authres.AuthResError, ValueError, AttributeError, TypeError, RecursionError):
        return ()
    return tuple(
        _Result(entry.method, entry.result, tuple(_domains(entry)))
        for entry in header.results
        if isinstance(entry, authres.AuthenticationResult)
    )


_NAMED_BY = {
    "dmarc": {"header.from"},
    "dkim": {"header.d", "header.i"},
    "spf": {"smtp.mailfrom", "smtp.mail", "smtp.envelope-from"},
}


def _domains(entry: authres.AuthenticationResult) -> list[str]:
    wanted = _NAMED_BY.get(entry.method, set())
    return [
        str(found.value).rpartition("@")[2].lower()
        for found in entry.properties
        if found.value and f"{found.type}.{found.name}" in wanted
    ]


def _verdict(results: tuple[_Result, ...], domain: str) -> Authentication:
    dmarc = [entry for entry in results if entry.method == "dmarc"]
    if any(entry.result == "fail" for entry in dmarc):
        return Authentication.FAIL
    if any(entry.result == "pass" and _vouches(entry, domain) for entry in dmarc):
        return Authentication.PASS
    aligned = [
        entry
        for entry in results
        if entry.method in {"dkim", "spf"}
        and any(is_aligned(name, domain) for name in entry.domains)
    ]
    if any(entry.result == "pass" for entry in aligned):
        return Authentication.PASS
    if any(entry.result in {"fail", "hardfail"} for entry in aligned):
        return Authentication.FAIL
    return Authentication.NONE


def _vouches(dmarc: _Result, domain: str) -> bool:
    """DMARC is about the From domain by definition; some servers do not repeat it."""
    return not dmarc.domains or any(is_aligned(name, domain) for name in dmarc.domains)
