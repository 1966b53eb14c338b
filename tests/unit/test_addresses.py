"""The forms of one address, and which are another mailbox."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.model import Address, is_among, mailbox_of

LOCAL = st.from_regex(r"[a-z]{1,3}(\.[a-z]{1,3})?(\+[a-z.]{0,3})?", fullmatch=True)
DOMAIN = st.sampled_from(["gmail.com", "googlemail.com", "acme.example", "mail.acme.example"])
ADDRESS = st.builds(lambda local, domain: Address(f"{local}@{domain}"), LOCAL, DOMAIN)


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("anna.berg+files@gmail.com", "annaberg@gmail.com"),
        ("a.n.n.a.berg@googlemail.com", "annaberg@gmail.com"),
        ("anna.berg+files@acme.example", "anna.berg@acme.example"),
        ("anna+a+b@acme.example", "anna@acme.example"),
        ("+anna@acme.example", "+anna@acme.example"),
        ("anna@gmail.com.evil.example", "anna@gmail.com.evil.example"),
        ("anna", "@anna"),
        ("", "@"),
    ],
)
def test_an_address_has_one_mailbox(address: str, mailbox: str) -> None:
    assert mailbox_of(Address(address)) == mailbox


@given(ADDRESS)
def test_a_mailbox_is_its_own(address: Address) -> None:
    assert mailbox_of(mailbox_of(address)) == mailbox_of(address)
    assert is_among(address, [mailbox_of(address)])


@given(ADDRESS, ADDRESS)
def test_addresses_are_widened_within_one_provider_and_one_name_only(
    one: Address, other: Address
) -> None:
    same = is_among(one, [other])

    assert same == is_among(other, [one])
    assert not same or _letters(one) == _letters(other)


def _letters(address: Address) -> tuple[str, str]:
    local, _, domain = address.partition("@")
    return local.partition("+")[0].replace(".", ""), domain.replace("googlemail", "gmail")
