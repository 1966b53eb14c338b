"""Asks DNS for TXT records (RFC 1035); the only importer of dnspython."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import dns.exception
import dns.name
import dns.resolver

from intake.errors import TransientError

_MOST_RECORDS = 20


@dataclass(frozen=True, slots=True)
class DnsResolver:
    """Looks names up at the machine's name servers, or at `nameservers`. One lookup never takes longer than its time-out."""

    timeout_seconds: float = 5.0
    nameservers: Sequence[str] = field(default=(), repr=False)
    port: int = 53

    def __call__(self, name: str) -> tuple[bytes, ...]:
        """The TXT records of a name, each in one piece; () where there are none. TransientError where nobody can tell."""
        try:
            answer = self._resolver().resolve(
                dns.name.from_text(name), "TXT", lifetime=self.timeout_seconds, search=False
            )
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return ()
        except dns.exception.DNSException as error:
            raise TransientError(
                f"DNS did not answer a lookup ({type(error).__name__}); the same lookup may work later."
            ) from error
        return tuple(b"".join(record.strings) for record in list(answer)[:_MOST_RECORDS])

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self.nameservers)
        if self.nameservers:
            resolver.nameservers = list(self.nameservers)
            resolver.port = self.port
        return resolver
