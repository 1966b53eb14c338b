"""A message's own signatures: when they speak for its sender, and how little time a hostile one can cost."""

from __future__ import annotations

import base64
import hashlib
import re

import dkim
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.authenticate import MOST_SIGNATURES, _canonical_body, authenticate
from intake.model import Address, Authentication
from tests.signing import Zone, key_record, mail, record_of, signed, signed_by_hand, zone

MIRA = Address("mira@larkfield.example")
PASS, FAIL, NONE = Authentication.PASS, Authentication.FAIL, Authentication.NONE
REJECT = "v=DMARC1; p=reject"
SIMPLE, RELAXED = b"simple", b"relaxed"
LONG, SHORT = (2**607 - 1, 2**1279 - 1), (2**127 - 1, 2**521 - 1)
"""Primes whose products are keys of 1,886 and 648 bits."""


def verdict(octets: bytes, dns: Zone | None = None, *, sender: Address = MIRA) -> Authentication:
    return authenticate(octets, sender=sender, resolver=dns or zone())


def test_a_signature_of_the_from_domain_is_believed() -> None:
    assert verdict(signed(mail())) is PASS


@pytest.mark.parametrize("body", [SIMPLE, RELAXED])
@pytest.mark.parametrize("header", [SIMPLE, RELAXED])
@pytest.mark.parametrize(
    "text", ["", "one\r\n", "a  b\t c \r\n\r\nd\r\n\r\n\r\n", " \r\n", "no line end"]
)
def test_every_canonical_form_is_understood(header: bytes, body: bytes, text: str) -> None:
    octets = signed(mail(body=text), canonicalization=(header, body))

    assert verdict(octets) is PASS


def test_line_ends_that_a_source_has_changed_do_no_harm() -> None:
    assert verdict(signed(mail()).replace(b"\r\n", b"\n")) is PASS


def test_mail_without_a_signature_is_nobodys() -> None:
    assert verdict(mail()) is NONE


@pytest.mark.parametrize(
    ("was", "now"),
    [(b"Here it is", b"Hear it is"), (b"Subject: Deck", b"Subject: Desk"), (b"Mira", b"Mora")],
)
def test_what_was_changed_afterwards_is_not_believed(was: bytes, now: bytes) -> None:
    assert verdict(signed(mail()).replace(was, now)) is NONE


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (REJECT, FAIL),
        ("v=DMARC1; p=quarantine", FAIL),
        ("v=DMARC1; p=none", NONE),
        ("v=DMARC1", NONE),
        ("p=reject", NONE),
    ],
)
def test_a_broken_signature_fails_where_the_domain_wants_such_mail_refused(
    policy: str, expected: Authentication
) -> None:
    changed = signed(mail()).replace(b"Here it is", b"Hear it is")

    assert verdict(changed, zone(policy=policy)) is expected


def test_one_signature_that_holds_is_enough() -> None:
    broken = re.sub(rb"bh=[^;]+", b"bh=AAAA", signed(mail()).split(b"From:")[0])

    assert verdict(broken + signed(mail()), zone(policy=REJECT)) is PASS


# ---------------------------------------------------------------- alignment


@pytest.mark.parametrize(
    ("signer", "sender", "expected"),
    [
        ("mail.larkfield.example", MIRA, PASS),
        ("larkfield.example", Address("mira@eu.larkfield.example"), PASS),
        ("evil.example", MIRA, NONE),
        ("notlarkfield.example", MIRA, NONE),
        ("larkfield.github.io", Address("mira@larkfield.github.io"), PASS),
        ("evil.github.io", Address("mira@larkfield.github.io"), NONE),
        ("github.io", Address("mira@larkfield.github.io"), NONE),
        ("co.uk", Address("mira@larkfield.co.uk"), NONE),
    ],
)
def test_only_the_senders_own_organisation_can_sign_for_it(
    signer: str, sender: Address, expected: Authentication
) -> None:
    octets = signed(mail(sender=sender), domain=signer)

    assert verdict(octets, zone(signer), sender=sender) is expected


def test_a_domain_that_wants_strict_alignment_gets_it() -> None:
    octets = signed(mail(), domain="mail.larkfield.example")
    dns = zone("mail.larkfield.example")
    strict = Zone({**dns.records, "_dmarc.larkfield.example": [b"v=DMARC1; p=none; adkim=s"]})

    assert verdict(octets, strict) is NONE


@pytest.mark.parametrize(("tag", "expected"), [("sp=none", NONE), ("sp=reject", FAIL)])
def test_a_subdomain_has_the_policy_that_its_organisation_gives_it(
    tag: str, expected: Authentication
) -> None:
    sender = Address("mira@eu.larkfield.example")
    octets = signed(mail(sender=sender), domain="eu.larkfield.example")
    dns = zone("eu.larkfield.example")
    organisation = {"_dmarc.larkfield.example": [f"v=DMARC1; p=quarantine; {tag}".encode()]}

    found = verdict(
        octets.replace(b"Here", b"There"), Zone({**dns.records, **organisation}), sender=sender
    )

    assert found is expected


def test_the_sender_must_be_in_the_very_field_that_was_signed() -> None:
    assert verdict(signed(mail()), sender=Address("robin@larkfield.example")) is NONE


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "added",
    [
        b"From: robin@larkfield.example\r\n",
        b"from: robin@larkfield.example\r\n",
        b"Subject: Another\r\n",
        b"Content-Type: text/html\r\n",
        b"Reply-To: a@evil.example\r\nReply-To: b@evil.example\r\n",
    ],
)
def test_a_field_that_stands_twice_makes_nobody_believed(added: bytes) -> None:
    octets = signed(mail("Content-Type: text/plain"))

    assert verdict(added + octets) is NONE


@pytest.mark.parametrize(
    "trick",
    [
        b"X-Any: a\rFrom: robin@larkfield.example\r\r\n",
        b"X-Any: \0\r\n",
        b"X-Any\r\n",
        b" indented: yes\r\n",
        b"\r\n",
    ],
)
def test_a_header_that_can_be_read_in_two_ways_makes_nobody_believed(trick: bytes) -> None:
    assert verdict(trick + signed(mail())) is NONE


def test_a_signature_over_a_part_of_the_body_is_refused() -> None:
    octets = signed(mail(), length=True)

    assert b"l=" in octets
    assert verdict(octets) is NONE


@pytest.mark.parametrize(
    ("fields", "expected"), [(["From", "Subject"], PASS), (["Subject", "To"], NONE)]
)
def test_a_signature_that_leaves_out_from_is_refused(
    fields: list[str], expected: Authentication
) -> None:
    octets = signed_by_hand(mail(), LONG, fields=fields)

    assert verdict(octets, Zone({"s1._domainkey.larkfield.example": [record_of(LONG)]})) is expected


@pytest.mark.parametrize(
    "record",
    [
        key_record(1024, tags="t=y; "),
        key_record(1024, tags="t=s:y; "),
        b"v=DKIM1; k=rsa; p=",
        b"v=DKIM1; k=rsa; p=AAAA",
        b"v=DKIM2; " + key_record(1024),
        b"p=" + b"A" * 2000,
        b"\xff" * 40 + b"p=",
    ],
    ids=["testing", "testing-too", "revoked", "no-key", "version", "long", "octets"],
)
def test_a_key_that_must_not_be_used_is_not(record: bytes) -> None:
    dns = Zone({"s1._domainkey.larkfield.example": [record]})

    assert verdict(signed(mail(), bits=1024), dns) is NONE


def test_a_key_that_is_too_short_is_refused() -> None:
    octets = signed_by_hand(mail(), SHORT, fields=["From", "Subject"])

    assert verdict(octets, Zone({"s1._domainkey.larkfield.example": [record_of(SHORT)]})) is NONE


def test_two_keys_under_one_name_are_none() -> None:
    dns = Zone({"s1._domainkey.larkfield.example": [key_record(), key_record(1024)]})

    assert verdict(signed(mail()), dns) is NONE


@pytest.mark.parametrize(
    "name",
    [
        "s1._domainkey.larkfield.example",
        "_dmarc.mail.larkfield.example",
        "_dmarc.larkfield.example",
    ],
)
def test_what_dns_cannot_answer_now_is_never_believed(name: str) -> None:
    signer = "larkfield.example" if name.startswith("s1") else "mail.larkfield.example"
    octets = signed(mail(), domain=signer)
    dns = Zone(zone(signer).records, down=frozenset({name}))
    sender = Address("mira@larkfield.example")

    assert verdict(octets, dns, sender=sender) is (PASS if name.startswith("_dmarc.mail") else NONE)


def test_only_so_many_signatures_are_looked_at() -> None:
    junk = b"".join(signed(mail(), selector=f"j{number}").split(b"From:")[0] for number in range(9))
    dns = zone()

    assert verdict(junk + signed(mail()), dns) is NONE
    assert len(dns.asked) == MOST_SIGNATURES


def test_each_name_is_asked_for_once() -> None:
    broken = signed(mail()).replace(b"Here it is", b"Hear it is").partition(b"From:")[0]
    dns = zone(policy=REJECT)

    assert verdict(broken * 4 + mail(body="Another."), dns) is FAIL
    assert sorted(dns.asked) == ["_dmarc.larkfield.example", "s1._domainkey.larkfield.example"]


def test_strangers_signatures_do_not_push_the_senders_out() -> None:
    junk = signed(mail(), domain="list.example").split(b"From:")[0] * 9

    assert verdict(junk + signed(mail())) is PASS


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"v=1",
        b"=;=;=",
        b"a=rsa-sha256; d=larkfield.example; h=from; s=s1" + b" " * 5000,
        b"a=rsa-sha256; d=larkfield.example; h=" + b"from:" * 3000 + b"; s=s1",
        b"a=rsa-sha256; d=larkfield.example; h=from; s=" + b"x." * 200 + b"; b=AA==; bh=AA==",
        b"a=rsa-sha256; d=larkfield.example; h=from; s=\xff; b=AA==; bh=AA==; v=1",
        b"a=rsa-sha1; d=larkfield.example; h=from; s=s1; b=AA==; bh=AA==; v=1",
        b"a=rsa-sha256; c=odd; d=larkfield.example; h=from; s=s1; b=AA==; bh=AA==; v=1",
        b"a=rsa-sha256; d=larkfield.example; h=from; s=s1; b=AA==; bh=A; v=1",
    ],
)
def test_a_broken_signature_field_is_no_signature(value: bytes) -> None:
    assert verdict(b"DKIM-Signature: " + value + b"\r\n" + mail()) is NONE


@given(st.binary(max_size=300), st.integers(0, 900))
def test_any_octets_give_a_verdict(noise: bytes, place: int) -> None:
    octets = signed(mail())

    assert verdict(octets[:place] + noise + octets[place:]) in {PASS, FAIL, NONE}


@given(st.text(alphabet="ab \t\r\n", max_size=60), st.booleans())
def test_the_canonical_body_is_that_of_dkimpy(text: str, relaxed: bool) -> None:  # noqa: FBT001  # hypothesis draws it
    body = text.replace("\r", "").replace("\n", "\r\n").encode() + b"\r\n"
    policy = dkim.CanonicalizationPolicy.from_c_value(b"simple/" + (SIMPLE, RELAXED)[relaxed])

    assert _canonical_body(body, relaxed=relaxed) == policy.canonicalize_body(body)


@pytest.mark.parametrize(
    "body", [b" " * 200_000, b"a \t" * 70_000, b"\r\n" * 100_000, b" \r\n" * 70_000]
)
def test_a_body_of_blanks_costs_no_more_than_any_other(body: bytes) -> None:
    digest = hashlib.sha256(_canonical_body(body, relaxed=True)).digest()
    claim = base64.b64encode(digest).decode()
    head = mail(
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=larkfield.example; s=s1; h=from; bh={claim}; b=AAAA"
    )

    assert verdict(head + body) is NONE
