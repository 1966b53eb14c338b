"""Which domains belong together."""

from __future__ import annotations

import pytest

from intake.domains import is_aligned, organisational_domain, own_domain


@pytest.mark.parametrize(
    ("domain", "organisation"),
    [
        ("acme.example", "acme.example"),
        ("Mail.EU.Acme.Example.", "acme.example"),
        ("mail.acme.co.uk", "acme.co.uk"),
        ("docs.acme.github.io", "acme.github.io"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("co.uk", None),
        ("github.io", None),
        ("example", None),
        ("10.9.8.7", None),
        ("", None),
        (".", None),
        ("a..b", None),
    ],
)
def test_organisational_domain_is_what_somebody_registered(
    domain: str, organisation: str | None
) -> None:
    assert organisational_domain(domain) == organisation


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("acme.example", "acme.example"),
        ("ACME.example.", "acme.example"),
        ("mail.acme.example", "acme.example"),
        ("acme.example", "eu.acme.example"),
        ("mail.acme.example", "eu.acme.example"),
        ("mail.acme.co.uk", "acme.co.uk"),
        ("xn--bcher-kva.example", "bücher.example"),
        ("github.io", "github.io"),
    ],
)
def test_domains_of_one_organisation_are_aligned(name: str, domain: str) -> None:
    assert is_aligned(name, domain)


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("co.uk", "acme.co.uk"),
        ("acme.co.uk", "co.uk"),
        ("github.io", "acme.github.io"),
        ("evil.github.io", "acme.github.io"),
        ("evil.co.uk", "acme.co.uk"),
        ("evilacme.example", "acme.example"),
        ("example", "acme.example"),
        ("localhost", "localhost"),
        ("9.9.3.4", "1.2.3.4"),
        ("", ""),
    ],
)
def test_a_public_suffix_and_a_strangers_domain_vouch_for_nobody(name: str, domain: str) -> None:
    assert not is_aligned(name, domain)


def test_strict_alignment_is_for_the_very_domain() -> None:
    assert is_aligned("acme.example", "Acme.example", strict=True)
    assert not is_aligned("mail.acme.example", "acme.example", strict=True)


@pytest.mark.parametrize(
    ("domain", "own"),
    [
        ("acme.example", "acme.example"),
        ("mail.eu.acme.co.uk", "acme.co.uk"),
        ("gmail.com", None),
        ("web.de", None),
        ("mail.t-online.de", None),
        ("yahoo.co.uk", None),
        ("hotmail.fr", None),
        ("co.uk", None),
        ("", None),
    ],
)
def test_a_public_provider_speaks_for_nobody(domain: str, own: str | None) -> None:
    assert own_domain(domain) == own
