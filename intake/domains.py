"""Which domains belong together: organisational domains by the public suffix list, and alignment (RFC 7489 3.1).

Asks nobody: the list comes with the package that holds it, the only one that imports it is this module.
"""

from __future__ import annotations

from functools import cache

from publicsuffixlist import PublicSuffixList

from intake.model import ascii_domain


def is_aligned(name: str, domain: str, *, strict: bool = False) -> bool:
    """Whether one domain may speak for the other: the same, or (not `strict`) of the same organisation.

    What people register under, "com", "co.uk" or "github.io", speaks for nobody but itself, a bare word for nobody at all.
    """
    one, other = a_labels(name), a_labels(domain)
    if "." not in one:
        return False
    if one == other:
        return True
    organisation = None if strict else organisational_domain(one)
    return organisation is not None and organisation == organisational_domain(other)


def organisational_domain(domain: str) -> str | None:
    """What the owner registered: "acme.co.uk" for "mail.acme.co.uk"; None for a public suffix and for what is no domain."""
    name = a_labels(domain)
    if not name or name.rpartition(".")[2].isdigit():  # an address of the network layer
        return None
    found = _public_suffixes().privatesuffix(name)
    return found or None


def a_labels(domain: str) -> str:
    """The form in which domains are compared: A-labels (RFC 5890), lower-cased, without the root's dot."""
    return ascii_domain(domain.strip().removesuffix(".").lower())


@cache
def _public_suffixes() -> PublicSuffixList:
    """Read when it is first asked for: it takes a fifth of a second."""
    return PublicSuffixList()
